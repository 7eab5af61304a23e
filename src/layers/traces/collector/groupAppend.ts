/**
 * Appends of many requests as few: one append is under way at a time, and what comes meanwhile goes together in the next. A request that finds none under
 * way goes at the end of this turn of the event loop. So a commit (or a round trip to a broker) is shared under load, and waits for nobody without.
 *
 * **Bound.** Records of more than `maxPendingBytes` do not wait: the request is refused as `Busy`.
 */
import { Cause, Clock, Effect, Latch, type Scope } from "effect"
import type { MessageLogShape, NewLogRecord } from "../../log/MessageLog.ts"
import { CollectorRefusal } from "./Collector.ts"
import type { PreparedRecord } from "./prepareRequest.ts"

interface Waiting {
  readonly records: ReadonlyArray<PreparedRecord>
  readonly bytes: number
  readonly resume: (effect: Effect.Effect<void, CollectorRefusal>) => void
}

/** How long a sender is asked to wait. */
const retryAfterMillis = 1000

const unavailable = (cause: unknown): CollectorRefusal =>
  new CollectorRefusal({
    reason: "Unavailable",
    message: `the log takes nothing now: ${cause instanceof Error ? cause.message : String(cause)}`,
    retryAfterMillis
  })

export const makeGroupAppend = Effect.fnUntraced(function*(
  log: Pick<MessageLogShape, "append">,
  topic: string,
  maxPendingBytes: number
): Effect.fn.Return<
  (records: ReadonlyArray<PreparedRecord>) => Effect.Effect<void, CollectorRefusal>,
  never,
  Scope.Scope
> {
  const clock = yield* Clock.Clock
  const arrived = yield* Latch.make()
  let waiting: Array<Waiting> = []
  let pendingBytes = 0

  const settle = (group: ReadonlyArray<Waiting>, outcome: Effect.Effect<void, CollectorRefusal>): void => {
    for (const { bytes, resume } of group) {
      pendingBytes -= bytes
      resume(outcome)
    }
  }

  const appendAll = Effect.suspend(() => {
    const group = waiting
    waiting = []
    arrived.closeUnsafe()
    const timestamp = clock.currentTimeMillisUnsafe()
    const records = group.flatMap((each) =>
      each.records.map(({ headers, partition, value }): NewLogRecord => ({
        key: undefined,
        value,
        headers,
        timestamp,
        ...(partition === undefined ? {} : { partition })
      }))
    )
    return Effect.matchCauseEffect(log.append(topic, records), {
      onSuccess: () => Effect.sync(() => settle(group, Effect.void)),
      // A defect of the log must not end this loop: the next requests would wait for ever.
      onFailure: (cause) => Effect.sync(() => settle(group, Effect.fail(unavailable(Cause.squash(cause)))))
    })
  })

  yield* arrived.await.pipe(
    Effect.andThen(Effect.yieldNow),
    Effect.andThen(appendAll),
    Effect.forever,
    Effect.ensuring(Effect.sync(() => settle(waiting, Effect.fail(stopped)))),
    Effect.forkScoped
  )

  return (records) =>
    Effect.callback((resume) => {
      const bytes = records.reduce((sum, { value }) => sum + value.length, 0)
      if (pendingBytes + bytes > maxPendingBytes) return resume(Effect.fail(busy))
      pendingBytes += bytes
      waiting.push({ records, bytes, resume })
      arrived.openUnsafe()
    })
})

const stopped = new CollectorRefusal({ reason: "Unavailable", message: "the collector stops", retryAfterMillis })

const busy = new CollectorRefusal({
  reason: "Busy",
  message: "more waits for the log than may wait",
  retryAfterMillis
})
