/**
 * The message log that the environment asks for.
 *
 * - `PERIGEE_LOG`: `embedded` (default, SQLite in the data directory), `memory`, `kafka`.
 * - `PERIGEE_DATA_DIR`: see `dataDirectory.ts`.
 * - `PERIGEE_LOG_SYNCHRONOUS`: `NORMAL` (default) or `FULL`, for `embedded`: whether an append waits for the disk (`EmbeddedLog.ts`).
 * - `PERIGEE_KAFKA_*` for `kafka`: see `docs/kafka.md`.
 */
import { Config, Effect, Layer } from "effect"
import { dataDirectory } from "../sql/dataDirectory.ts"
import { layerEmbedded } from "./EmbeddedLog.ts"
import { layerKafkaConfig } from "./KafkaLog.ts"
import { MessageLog } from "./MessageLog.ts"

const engine = Config.Literals(["embedded", "kafka", "memory"], "PERIGEE_LOG").pipe(Config.withDefault("embedded"))

const synchronous = Config.Literals(["NORMAL", "FULL"], "PERIGEE_LOG_SYNCHRONOUS").pipe(Config.withDefault("NORMAL"))

/** Fails with a `ConfigError` for a value that it does not know, and as the chosen engine's Layer does. */
export const layerLogFromConfig = Layer.unwrap(Effect.gen(function*() {
  switch (yield* engine) {
    case "memory":
      return MessageLog.layerMemory
    case "kafka":
      return layerKafkaConfig
    case "embedded":
      return layerEmbedded({ directory: yield* dataDirectory, synchronous: yield* synchronous })
  }
}))
