/**
 * Pc by a method that allows for bent relative motion: Nc in two dimensions, or in three where the encounter is long.
 *
 * Two dimensions where the orbits turn little while it lasts (`straightness.ts`) and the crossing lasts as long as straight motion makes it;
 * three elsewhere. In three a square is a sphere of the same cross-section. Cost: 0.2 ms in two, 10 ms to seconds in three.
 */
import { collisionProbability, type HardBodyShape } from "./collisionProbability.ts"
import { expectedCollisions, straightened } from "./expectedCollisions.ts"
import { nearestPassing } from "./passings.ts"
import { type OverlapModel, overlapModel, type UncertainPair } from "./peakOverlap.ts"

export interface CurvedProbability {
  readonly pc: number
  readonly method: "nc-2d" | "nc-3d"
}

/** A crossing that lasts so much longer or shorter than straight motion would make it is not straight. */
const mostStretch = 0.05

const inTwo = (model: OverlapModel, radius: number, shape: HardBodyShape): number | undefined => {
  const passing = nearestPassing(model)
  const encounter = passing === undefined ? undefined : straightened(model, passing)
  if (encounter === undefined || !(Math.abs(encounter.stretch - 1) <= mostStretch)) return undefined
  const probability = collisionProbability({ ...encounter, hardBodyRadius: radius, hardBodyShape: shape })
  return probability === undefined ? undefined : Math.min(1, probability.pc * encounter.stretch)
}

/** How far one goes for it: not at all, in two dimensions where that holds, or in three too. */
export type CurvedEffort = "none" | "two" | "three"

/**
 * `long`: what `straightness` says. `undefined` where no overlap of the two errors is found (an orbit not bound, a bend too strong), or the effort does
 * not reach.
 */
export const curvedProbability = (
  pair: UncertainPair,
  radius: number,
  shape: HardBodyShape,
  long: boolean,
  effort: CurvedEffort = "three"
): CurvedProbability | undefined => {
  if (effort === "none" || (effort === "two" && long)) return undefined
  const model = overlapModel(pair)
  if (model === undefined) return undefined
  const two = long ? undefined : inTwo(model, radius, shape)
  if (two !== undefined) return { pc: two, method: "nc-2d" }
  if (effort === "two") return undefined
  const three = expectedCollisions(model, shape === "circle" ? radius : radius * 2 / Math.sqrt(Math.PI))
  return three === undefined ? undefined : { pc: Math.min(1, three), method: "nc-3d" }
}
