/** Ending a subscription where its topic ends, once nothing more is written. */
import { Cause, Effect, Stream } from "effect"
import type { LogError, LogRecord, MessageLog, Subscription } from "./MessageLog.ts"

/**
 * The subscription's records until `finished` has ended and everything that the topic held then was delivered. Arrays and order kept. `seen`
 * is told of each array before it goes on.
 */
export const untilCaughtUp = <E>(options: {
  readonly log: MessageLog["Service"]
  readonly subscription: Subscription
  readonly topic: string
  readonly group: string
  /** Ends when nobody writes to the topic any more. */
  readonly finished: Effect.Effect<unknown, E>
  /** What is done where the topic ends: ends the stream if not said. */
  readonly atEnd?: Effect.Effect<never, Cause.Done>
  readonly seen?: (records: ReadonlyArray<LogRecord>) => void
}): Stream.Stream<LogRecord, LogError | E> => {
  const { atEnd: end = Cause.done(), finished, group, log, seen, subscription, topic } = options
  const delivered = new Map<number, number>()

  const atEnd = Effect.gen(function*() {
    const committed = yield* log.committed(topic, group)
    for (const { beginning, end, partition } of yield* log.offsets(topic)) {
      if ((delivered.get(partition) ?? committed.get(partition) ?? beginning) < end) return false
    }
    return true
  })
  const caughtUp = Effect.andThen(
    finished,
    Effect.flatMap(
      Effect.repeat(Effect.delay(atEnd, "20 millis"), { until: (end: boolean) => end }),
      () => end
    )
  )

  return Stream.transformPull(
    subscription.records,
    (pull) =>
      Effect.succeed(Effect.map(Effect.raceFirst(pull, caughtUp), (records) => {
        for (const { offset, partition } of records) delivered.set(partition, offset + 1)
        seen?.(records)
        return records
      }))
  )
}
