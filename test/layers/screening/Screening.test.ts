import { Screening } from "../../../src/layers/screening/Screening.ts"
import { layerScreeningWorkers } from "../../../src/layers/screening/screeningWorkers.ts"
import { screeningContract } from "./screeningContract.ts"

screeningContract("in process", Screening.layerInProcess)
screeningContract("two workers", layerScreeningWorkers(2))
