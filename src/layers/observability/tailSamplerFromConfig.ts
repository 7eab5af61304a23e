/** The tail sampler that the settings ask for, in front of wherever spans go; without a policy, none. */
import { type Config, Effect, Layer } from "effect"
import { tailDefaults } from "../../domain/sampling/tail/TailOptions.ts"
import { settings } from "../config/settings.ts"
import { TailSampler } from "./TailSampler.ts"

export const layerTailSamplerFromConfig: Layer.Layer<never, Config.ConfigError> = Layer.unwrap(
  Effect.map(
    settings.tailPolicy,
    (policy) =>
      // An event's windows close long after its first spans ended, and what comes of it then is what policies are about.
      policy === undefined
        ? Layer.empty
        : TailSampler.layerProcessing({ policy, rootDelayMillis: tailDefaults.maxWaitMillis })
  )
)
