/** The message log that the configuration asks for: `PERIGEE_LOG` and what belongs to it (`docs/configuration.md`). */
import { Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { EmbeddedLog } from "./embedded/EmbeddedLog.ts"
import { MessageLog } from "./MessageLog.ts"

/** Fails with a `ConfigError` for a value that it does not know, and as the chosen engine's Layer does. */
export const layerLogFromConfig = Layer.unwrap(Effect.gen(function*() {
  switch (yield* settings.log) {
    case "memory":
      return MessageLog.layerMemory
    case "kafka":
      // Loaded only where it is chosen: a start without it is sooner.
      return (yield* Effect.promise(() => import("./kafka/KafkaLog.ts"))).KafkaLog.layerConfig
    case "embedded":
      return EmbeddedLog.layer({
        directory: yield* settings.dataDirectory,
        synchronous: yield* settings.logSynchronous
      })
  }
}))
