/** Reads the message log that the environment asks for, beside those who use it. */
import { Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { EmbeddedLogReader } from "./embedded/EmbeddedLogReader.ts"
import { LogError } from "./LogError.ts"
import { layerLogFromConfig } from "./logFromConfig.ts"
import { LogReader } from "./LogReader.ts"

/** Fails with `Invalid` for `PERIGEE_LOG=memory`, which only its own process can read, and otherwise as the engine's Layer does. */
export const layerLogReaderFromConfig = Layer.unwrap(Effect.gen(function*() {
  switch (yield* settings.log) {
    case "memory":
      return yield* new LogError({
        reason: "Invalid",
        message: "the log memory ends with its process: there is nothing to read"
      })
    case "embedded":
      return EmbeddedLogReader.layer(yield* settings.dataDirectory)
    case "kafka":
      return Layer.provide(LogReader.layer, layerLogFromConfig)
  }
}))
