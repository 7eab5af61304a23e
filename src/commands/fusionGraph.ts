/** The graph of the pipeline that `perigee run` runs, without running it. */
import { Effect, Option } from "effect"
import { fusionSettings } from "../layers/config/settings.ts"
import { defaultFusionSettings } from "../operators/fusion/fusion.ts"
import { fusionPipeline } from "../operators/fusion/fusionPipeline.ts"
import { InputError } from "./InputError.ts"
import { readRegistry } from "./inputs.ts"
import { settingMessage } from "./settingFlags.ts"

/** Its shape depends on neither catalogue nor records, so there are none. */
export const fusionGraph = Effect.gen(function*() {
  const registry = yield* readRegistry(Option.none())
  const settings = yield* Effect.mapError(
    fusionSettings,
    (error) => new InputError({ message: settingMessage(error) })
  )
  return fusionPipeline({
    registry,
    settings: { ...defaultFusionSettings, ...settings },
    catalogue: new Map(),
    now: () => 0,
    alertSequences: new Map()
  }).graph
})
