/** Where acknowledgements are kept, as a command's flags and the environment name it. */
import { Effect, Layer } from "effect"
import { Acknowledgements } from "../../layers/alerts/acknowledgements/Acknowledgements.ts"
import { layerAcknowledgementsFromConfig } from "../../layers/alerts/acknowledgements/acknowledgementsFromConfig.ts"
import { withFlags } from "../../layers/config/settings.ts"
import { InputError } from "../InputError.ts"
import type { LogFlags } from "../logReader.ts"
import { settingMessage } from "../settingFlags.ts"

/** What cannot be meant is bad input. */
export const acknowledgements = (flags: LogFlags) =>
  layerAcknowledgementsFromConfig.pipe(
    Layer.provide(withFlags({ "data-dir": flags["data-dir"], log: flags.log })),
    Layer.catch((error) =>
      Layer.effect(
        Acknowledgements,
        error._tag === "ConfigError"
          ? Effect.fail(new InputError({ message: settingMessage(error) }))
          : Effect.fail(error.reason === "Invalid" ? new InputError({ message: error.message }) : error)
      )
    )
  )
