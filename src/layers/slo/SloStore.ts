/**
 * Counts of good and bad events per objective and bucket of five minutes, kept across restarts.
 *
 * State: one row a bucket that saw an event and an objective; `record` forgets what is more than 31 days older than the newest it is given.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { bucketOf, type Counts } from "../../domain/slo/RollingWindow.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** The store cannot be read or written. */
export class SloStoreError extends Schema.TaggedError<SloStoreError>()("SloStoreError", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/** Events of one objective that ended at about the same time. */
export interface SloCounts extends Counts {
  readonly objective: string
  /** When they ended; read back as the start of its bucket. */
  readonly time: UtcTime
}

/** A day more than the longest window. */
export const keptMillis = 31 * 86_400_000

export class SloStore extends Context.Service<SloStore, {
  /** Adds to what is there, all or none. */
  record(counts: ReadonlyArray<SloCounts>): Effect.Effect<void, SloStoreError>
  /** The buckets that begin at `since` or later, ascending by objective and time. */
  load(since: UtcTime): Effect.Effect<ReadonlyArray<SloCounts>, SloStoreError>
}>()("perigee/layers/stores/SloStore") {
  /** Lost with the scope. */
  static readonly layerMemory = Layer.sync(SloStore, () => {
    const rows = new Map<string, SloCounts>()
    return SloStore.of({
      record: Effect.fn("SloStore.record")(function*(counts) {
        yield* Effect.void
        let newest = -Infinity
        for (const { bad, good, objective, time } of counts) {
          const bucket = bucketOf(time)
          const key = `${objective}/${bucket}`
          const known = rows.get(key)
          rows.set(key, {
            objective,
            time: bucket,
            good: (known?.good ?? 0) + good,
            bad: (known?.bad ?? 0) + bad
          })
          newest = Math.max(newest, bucket)
        }
        for (const [key, { time }] of rows) if (time < newest - keptMillis) rows.delete(key)
      }),
      load: Effect.fn("SloStore.load")((since) =>
        Effect.sync(() =>
          Array.from(rows.values()).filter(({ time }) => time >= since).toSorted((a, b) =>
            a.objective < b.objective ? -1 : a.objective > b.objective ? 1 : a.time - b.time
          )
        )
      )
    })
  })
}
