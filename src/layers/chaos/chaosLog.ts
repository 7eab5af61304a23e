/**
 * Faults of the message log: calls that wait, that hang until it is over, appends that fail as those of an unavailable log, or a full disk, do.
 * Everything that is written or read waits: appends, reads, commits, and the arrays of subscriptions. Reads and commits never fail here: a run ends by
 * that, and who kills it says so.
 */
import { Clock, Effect, Layer, Stream } from "effect"
import { LogError } from "../log/LogError.ts"
import type { LogUnits } from "../log/LogUnits.ts"
import { MessageLog } from "../log/MessageLog.ts"
import type { Subscription } from "../log/Subscription.ts"
import { ActiveFaults, isOn } from "./ActiveFaults.ts"

const fails = (message: string) => Effect.fail(new LogError({ reason: "Unavailable", message: `chaos: ${message}` }))

/** The {@link MessageLog} beneath, struck. */
export const layerChaosLog: Layer.Layer<MessageLog, never, MessageLog> = Layer.effect(
  MessageLog,
  Effect.gen(function*() {
    const log = yield* MessageLog
    const faults = yield* ActiveFaults
    const clock = yield* Clock.Clock
    const real = Effect.provideService(Clock.Clock, clock)

    const strike = (call: "append" | "commit" | "read"): Effect.Effect<void, LogError> =>
      Effect.suspend(() => {
        const fault = faults.onCall("log")
        switch (fault?._tag) {
          case "latency":
            return real(Effect.sleep(fault.millis))
          case "disk-slow":
            return call === "read" ? Effect.void : real(Effect.sleep(fault.millis))
          case "stall":
            return real(
              Effect.sleep("50 millis").pipe(
                Effect.repeat({ while: () => isOn(faults, "log", "stall") }),
                Effect.asVoid
              )
            )
          case "failure":
            return call === "append" ? fails("the log does not answer") : Effect.void
          case "disk-full":
            return call === "append" ? fails("database or disk is full") : Effect.void
          default:
            return Effect.void
        }
      })

    // A log knows its own subscriptions again, and no copies of them.
    const own = new WeakMap<Subscription, Subscription>()
    const struckSubscription = (subscription: Subscription): Subscription => {
      const struck: Subscription = {
        ...subscription,
        records: Stream.mapArrayEffect(subscription.records, (records) => Effect.as(strike("read"), records)),
        commit: (positions) => Effect.andThen(strike("commit"), subscription.commit(positions))
      }
      own.set(struck, subscription)
      return struck
    }
    const { units } = log
    const struckUnits: LogUnits | undefined = units === undefined ? undefined : {
      ...units,
      commit: (unit) =>
        Effect.andThen(
          strike("commit"),
          units.commit({
            ...unit,
            positions: unit.positions.map(({ positions, subscription }) => ({
              subscription: own.get(subscription) ?? subscription,
              positions
            }))
          })
        )
    }

    return MessageLog.of({
      ...log,
      ...(struckUnits !== undefined && { units: struckUnits }),
      append: (topic, records) => Effect.andThen(strike("append"), log.append(topic, records)),
      read: (options) => Effect.andThen(strike("read"), log.read(options)),
      offsets: (topic) => Effect.andThen(strike("read"), log.offsets(topic)),
      committed: (topic, group) => Effect.andThen(strike("read"), log.committed(topic, group)),
      subscribe: (options) => Effect.map(log.subscribe(options), struckSubscription)
    })
  })
)
