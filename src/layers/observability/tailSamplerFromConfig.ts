/** The tail sampler that the settings ask for, in front of wherever spans go; without a policy, none. */
import { type Config, Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { TailSampler } from "./TailSampler.ts"

export const layerTailSamplerFromConfig: Layer.Layer<never, Config.ConfigError> = Layer.unwrap(
  Effect.map(
    settings.tailPolicy,
    (policy) => policy === undefined ? Layer.empty : TailSampler.layerProcessing({ policy })
  )
)
