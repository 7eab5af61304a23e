/** Who screens the catalogue, from the settings and its size. */
import { Effect, Layer } from "effect"
import { fusionTable } from "../config/fusionTable.ts"
import { Screening, type ScreeningShape } from "./Screening.ts"
import { screeningByWorkers } from "./screeningWorkers.ts"

/** Under so many objects a day's screening costs less than a worker thread costs to start, about a CPU-second. */
const fewObjects = 1000

const bySize = (few: ScreeningShape, many: ScreeningShape): ScreeningShape => ({
  open: (options) => options.elements.length < fewObjects ? few.open(options) : many.open(options)
})

export const layerScreeningFromConfig = Layer.unwrap(
  Effect.map(
    fusionTable.screeningThreads,
    (threads) =>
      threads === 0
        ? Screening.layerInProcess
        : Layer.succeed(Screening, bySize(Screening.defaultValue(), screeningByWorkers(threads)))
  )
)
