/**
 * `/v1/live`: a pulse every second to each who listens, at most {@link mostListeners} at a time.
 *
 * A listener that does not read is not written to: the next pulse is made when the last has gone. Whoever is gone frees the place.
 */
import { Clock, Effect, Stream } from "effect"
import type { LivePulse } from "../../../domain/api/operation/operation.ts"
import { format } from "../../../domain/time/UtcTime.ts"
import { alertsTopic } from "../../alerts/AlertStore.ts"
import { deadLettersTopic } from "../../deadletters/deadLetterLog.ts"
import { Health, worstStatus } from "../../health/Health.ts"
import { LogReader } from "../../log/LogReader.ts"
import { unavailable } from "./refusals.ts"

const mostListeners = 32

/** Gives what lets somebody listen. */
export const makeLive = Effect.gen(function*() {
  const { ask } = yield* Health
  const log = yield* LogReader
  const clock = yield* Clock.Clock
  let listeners = 0

  const recordsOf = (topic: string) =>
    Effect.suspend(() => log.offsets(topic)).pipe(
      Effect.map((partitions) => partitions.reduce((sum, { end }) => sum + end, 0)),
      Effect.catch(({ reason }) => Effect.succeed(reason === "TopicNotFound" ? 0 : null))
    )
  const pulse = Effect.map(
    Effect.all([recordsOf(alertsTopic), recordsOf(deadLettersTopic)]),
    ([alerts, deadLetters]): LivePulse => ({
      at: format(clock.currentTimeMillisUnsafe()),
      status: worstStatus([...ask("live"), ...ask("ready")]),
      alerts,
      deadLetters
    })
  )
  const take = Effect.acquireRelease(
    Effect.sync(() => void listeners++),
    () => Effect.sync(() => void listeners--)
  )
  const pulses = Stream.unwrap(Effect.as(take, Stream.tick("1 second").pipe(Stream.mapEffect(() => pulse))))
  return {
    listen: Effect.suspend(() =>
      listeners >= mostListeners
        ? unavailable(`${mostListeners} listen already`)
        : Effect.succeed(pulses)
    )
  }
})
