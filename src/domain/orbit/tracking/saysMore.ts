/**
 * Whether an estimate by SGP4 says more than one before it: it has moved by a tenth of its sigma in some direction, or one of its sigmas has changed by
 * a tenth. Then so has some closest approach, to first order, and else none. One of an integrated orbit always does.
 */
import { cholesky, solveCholesky } from "../algebra/matrix.ts"
import { type Estimate, isNumeric } from "./Estimate.ts"
import type { TrackEstimate } from "./TrackEstimate.ts"

const part = 0.1

const factor = new Float64Array(36)
const moved = new Float64Array(6)
const solved = new Float64Array(6)

export const saysMore = (before: Estimate, after: Estimate): boolean => {
  if (isNumeric(before) || isNumeric(after)) return !sameEstimate(before, after)
  if (!sameReference(before, after) || (before.accepted === 0) !== (after.accepted === 0)) return true
  const { covariance } = after
  for (let i = 0; i < 6; i++) {
    const ratio = (covariance[7 * i] ?? 0) / (before.covariance[7 * i] ?? 1)
    if (!(ratio > (1 - part) ** 2 && ratio < (1 + part) ** 2)) return true
    moved[i] = (after.offset[i] ?? 0) - (before.offset[i] ?? 0)
    solved[i] = moved[i] ?? 0
  }
  for (let i = 0; i < 36; i++) factor[i] = covariance[i] ?? 0
  if (cholesky(factor, 6, factor) === undefined) return true
  solveCholesky(factor, solved, 6, 1)
  let squared = 0
  for (let i = 0; i < 6; i++) squared += (solved[i] ?? 0) * (moved[i] ?? 0)
  return !(squared < part * part)
}

/** By value: of state that was read again the reference is another object. */
const sameReference = (a: TrackEstimate, b: TrackEstimate): boolean => {
  if (a.linearisation === b.linearisation) return true
  const [first, second] = [a.linearisation.reference.elements, b.linearisation.reference.elements]
  return first.epoch === second.epoch && first.meanMotion === second.meanMotion
    && first.meanAnomaly === second.meanAnomaly && first.eccentricity === second.eccentricity
}

/** Whether two estimates of an object are the same, also where one was kept and read again. */
export const sameEstimate = (a: Estimate, b: Estimate): boolean => {
  if (a === b) return true
  if (a.accepted !== b.accepted || a.time !== b.time || a.refusedInRow !== b.refusedInRow) return false
  if (isNumeric(a) || isNumeric(b)) {
    return isNumeric(a) && isNumeric(b) && a.orbit?.time === b.orbit?.time
      && (a.orbit?.state ?? nothing).every((value, i) => value === b.orbit?.state[i])
      && a.manoeuvreSuspected === b.manoeuvreSuspected && a.catalogue.time === b.catalogue.time
  }
  return sameReference(a, b) && a.offset.every((value, i) => value === b.offset[i])
}

const nothing: ReadonlyArray<number> = []
