/**
 * The message log of the trace backend, as `PERIGEE_LOG` has it. On the embedded log it is one of its own, in the folder `traces` of the data directory: spans, however many,
 * share no file, no lock and no commit with what alerts come from.
 */
import { Effect, Layer } from "effect"
import { join } from "node:path"
import { settings } from "../config/settings.ts"
import { EmbeddedLog } from "../log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../log/MessageLog.ts"
import { tracesFolder } from "./store/traceStoreFromConfig.ts"

export const layerTraceLogFromConfig = Layer.unwrap(Effect.gen(function*() {
  switch (yield* settings.log) {
    case "memory":
      return MessageLog.layerMemory
    case "kafka":
      return (yield* Effect.promise(() => import("../log/kafka/KafkaLog.ts"))).KafkaLog.layerConfig
    case "embedded":
      return EmbeddedLog.layer({
        directory: join(yield* settings.dataDirectory, tracesFolder),
        synchronous: yield* settings.logSynchronous
      })
  }
}))
