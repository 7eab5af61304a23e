/** The embedded log, in which a file is read ahead of the pipeline by so much and no more: a run that goes on, at any moment of it. */
import { Effect, Layer, Stream } from "effect"
import { join } from "node:path"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { benchDirectory } from "./benchDirectory.ts"

/** Observations. */
const ahead = 1000

/** `seen` is told how many observations the pipeline has read. */
export const layerPaced = (seen: (read: number) => void) =>
  Layer.effect(
    MessageLog,
    Effect.map(MessageLog, (inner) => {
      let [appended, read] = [0, 0]
      const isAhead = () => appended - read > ahead
      return MessageLog.of({
        ...inner,
        append: Effect.fnUntraced(function*(topic, records) {
          if (topic === "observations") {
            appended += records.length
            while (isAhead()) yield* Effect.sleep("1 millis")
          }
          return yield* inner.append(topic, records)
        }),
        subscribe: (options) =>
          Effect.map(inner.subscribe(options), (subscription) => ({
            ...subscription,
            records: options.topic === "observations"
              ? Stream.mapArray(subscription.records, (records) => {
                read += records.length
                seen(read)
                return records
              })
              : subscription.records
          }))
      })
    })
  ).pipe(Layer.provide(EmbeddedLog.layer({ directory: join(benchDirectory(), "log") })))
