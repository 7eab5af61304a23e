/** The tail sampler that the settings ask for, in front of wherever spans go; without a policy, none. */
import { type Config, Effect, Layer } from "effect"
import { tailDefaults } from "../../domain/sampling/tail/TailOptions.ts"
import { settings } from "../config/settings.ts"
import { AdaptiveSampler } from "./AdaptiveSampler.ts"
import { TailSampler } from "./TailSampler.ts"

export const layerTailSamplerFromConfig: Layer.Layer<never, Config.ConfigError> = Layer.unwrap(
  Effect.gen(function*() {
    const policy = yield* settings.tailPolicy
    if (policy === undefined) return Layer.empty
    const targetPerSecond = yield* settings.traceTarget
    return Layer.merge(
      // An event's windows close long after its first spans ended, and what comes of it then is what policies are about.
      TailSampler.layerProcessing({ policy, rootDelayMillis: tailDefaults.maxWaitMillis }),
      AdaptiveSampler.layer(targetPerSecond === undefined ? {} : { targetPerSecond })
    )
  })
)
