/** The head sampler that the settings ask for, a fixed share or a target rate for each source, and the load guard that it asks, or none. */
import { Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { HeadSampler } from "../stage/HeadSampler.ts"
import { AdaptiveSampler } from "./AdaptiveSampler.ts"
import { LoadGuard } from "./LoadGuard.ts"
import { ProcessLoad } from "./processLoad.ts"

export const layerHeadSamplerFromConfig = Layer.unwrap(Effect.gen(function*() {
  const ratio = yield* settings.traceRatio
  const targetPerSecond = yield* settings.traceTarget
  const guarded = (yield* settings.traceLoadGuard) ?? (yield* settings.seed) === undefined
  const sampler = targetPerSecond === undefined
    ? HeadSampler.layerRatio(ratio)
    : Layer.provide(AdaptiveSampler.layerHead, AdaptiveSampler.layer({ targetPerSecond, initialProbability: ratio }))
  return Layer.provideMerge(sampler, guarded ? Layer.provide(LoadGuard.layer(), ProcessLoad.layer) : LoadGuard.layerOff)
}))
