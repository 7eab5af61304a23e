/**
 * Asks the message log, every few seconds and beside the pipeline, how far a group's commits are: the lag of its topics, and whether the
 * log answers at all. What somebody looks at is the last answer, so that no look waits for the log.
 */
import { Clock, Effect, Schedule, type Scope } from "effect"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { MessageLog } from "../log/MessageLog.ts"

export interface LogProbe {
  /** Records behind the commits, by topic, at the last answer. */
  readonly lag: () => ReadonlyMap<string, number>
  /** Why the log did not answer the last time; `undefined` when it did. */
  readonly failure: () => string | undefined
  /** When it answered last; `undefined`: not yet. */
  readonly answeredAt: () => UtcTime | undefined
}

export const startLogProbe = Effect.fnUntraced(
  function*(
    options: { readonly topics: ReadonlyArray<string>; readonly group: string }
  ): Effect.fn.Return<LogProbe, never, MessageLog | Scope.Scope> {
    const log = yield* MessageLog
    const clock = yield* Clock.Clock
    const lag = new Map<string, number>()
    let failure: string | undefined
    let answeredAt: UtcTime | undefined

    const lagOf = Effect.fnUntraced(function*(topic: string) {
      const committed = yield* log.committed(topic, options.group)
      const offsets = yield* log.offsets(topic)
      const behind = offsets.reduce(
        (sum, { beginning, end, partition }) => sum + end - (committed.get(partition) ?? beginning),
        0
      )
      lag.set(topic, Math.max(0, behind))
    })

    const probe = Effect.forEach(options.topics, lagOf, { discard: true }).pipe(
      Effect.timeout("4 seconds"),
      Effect.match({
        onSuccess: () => {
          failure = undefined
          answeredAt = clock.currentTimeMillisUnsafe()
        },
        onFailure: (error) => {
          failure = error._tag === "TimeoutError" ? "no answer within 4 s" : error.message
        }
      })
    )
    yield* Effect.forkScoped(Effect.repeat(probe, Schedule.spaced("5 seconds")))
    return { lag: () => lag, failure: () => failure, answeredAt: () => answeredAt }
  }
)
