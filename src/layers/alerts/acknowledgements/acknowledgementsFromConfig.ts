/** Where acknowledgements are kept for the message log that the settings ask for: in the data directory, or on Kafka beside the alerts. */
import { type Config, Effect, Layer } from "effect"
import { settings } from "../../config/settings.ts"
import type { LogError } from "../../log/LogError.ts"
import { layerLogFromConfig } from "../../log/logFromConfig.ts"
import { AcknowledgementError, Acknowledgements } from "./Acknowledgements.ts"
import { SqliteAcknowledgements } from "./SqliteAcknowledgements.ts"
import { TopicAcknowledgements } from "./TopicAcknowledgements.ts"

/** Fails with `Invalid` for the log `memory`, which ends with its process, and else as the log's Layer does. */
export const layerAcknowledgementsFromConfig = Layer.unwrap(Effect.gen(function*(): Effect.fn.Return<
  Layer.Layer<Acknowledgements, AcknowledgementError | LogError | Config.ConfigError>,
  Config.ConfigError
> {
  switch (yield* settings.log) {
    case "memory":
      return Layer.effect(
        Acknowledgements,
        new AcknowledgementError({
          reason: "Invalid",
          message: "the log memory ends with its process: there is nothing to acknowledge"
        })
      )
    case "embedded":
      return SqliteAcknowledgements.layer(yield* settings.dataDirectory)
    case "kafka":
      return Layer.provide(TopicAcknowledgements.layer, layerLogFromConfig)
  }
}))
