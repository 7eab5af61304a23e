/** A message log that is down for a while: the real one, whose next appends fail. */
import { Effect, Layer } from "effect"
import { LogError, MessageLog } from "../../src/layers/log/MessageLog.ts"

export interface Outage {
  /** How many appends are still to fail. */
  failures: number
  /** Topics of every append tried, in order. */
  readonly tried: Array<string>
}

/** The memory log behind an outage. `reason`: what the failed appends say. */
export const layerFailing = (outage: Outage, reason: LogError["reason"] = "Unavailable"): Layer.Layer<MessageLog> =>
  Layer.effect(
    MessageLog,
    Effect.map(MessageLog, (log) =>
      MessageLog.of({
        ...log,
        append: (topic, records) =>
          Effect.suspend(() => {
            outage.tried.push(topic)
            if (outage.failures <= 0) return log.append(topic, records)
            outage.failures--
            return Effect.fail(new LogError({ reason, message: "the log is down", topic }))
          })
      }))
  ).pipe(Layer.provide(MessageLog.layerMemory))
