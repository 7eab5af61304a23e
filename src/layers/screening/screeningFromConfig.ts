/** Who screens the catalogue, from the settings. */
import { Effect, Layer } from "effect"
import { fusionTable } from "../config/fusionTable.ts"
import { Screening } from "./Screening.ts"
import { layerScreeningWorkers } from "./screeningWorkers.ts"

export const layerScreeningFromConfig = Layer.unwrap(
  Effect.map(
    fusionTable.screeningThreads,
    (threads) => threads === 0 ? Screening.layerInProcess : layerScreeningWorkers(threads)
  )
)
