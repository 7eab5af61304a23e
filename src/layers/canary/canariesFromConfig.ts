/** The canaries that the settings ask for: sent and watched, or neither. */
import { Effect, Layer } from "effect"
import { fusionSettings, settings } from "../config/settings.ts"
import { CanaryInjector } from "./CanaryInjector.ts"
import { CanaryWatch } from "./CanaryWatch.ts"

/**
 * `bounded`: the run is of a file, which has no socket to send one through. Unset, a run with a seed sends none: what it counts must be the same
 * whenever it is repeated. Fails with a `ConfigError` for a value that is none.
 */
export const layerCanariesFromConfig = ({ bounded }: { readonly bounded: boolean }) =>
  Layer.unwrap(Effect.gen(function*() {
    const on = !bounded && ((yield* settings.canaries) ?? (yield* settings.seed) === undefined)
    if (!on) return Layer.merge(CanaryInjector.layerOff, CanaryWatch.layerOff)
    const { screenHorizonMillis } = yield* fusionSettings
    return Layer.provideMerge(CanaryInjector.layer({ horizonMillis: screenHorizonMillis }), CanaryWatch.layer)
  }))
