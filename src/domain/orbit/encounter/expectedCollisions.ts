/**
 * The expected number of collisions Nc of an encounter whose relative motion may bend: in two dimensions, and in three.
 *
 * **Two** (`straightened`): the encounter as the peak overlap sees it (`peakOverlap.ts`) when a meeting is most probable, and straight motion
 * from there: a 2-D problem again, whose miss and covariance are right for where the collision would happen. `stretch` is how much longer
 * the crossing lasts than straight motion would make it, by which the 2-D integral is multiplied.
 * **Three** (`expectedCollisions`): the inflow into the hard body (`collisionRate.ts`) summed over time, about each passing. Pc is at most Nc, and
 * equals it where nobody enters twice.
 *
 * Source: D. T. Hall, Expected Collision Rates for Tracked Satellites, Journal of Spacecraft and Rockets 58 (2021) 715-728.
 */
import type { Vector3 } from "../../observation/Observation.ts"
import { positionBlock } from "../algebra/covariance.ts"
import { gaussLegendre } from "../algebra/quadrature.ts"
import { norm } from "../algebra/vector3.ts"
import { collisionRate } from "./collisionRate.ts"
import { depth, encounterSpan, type Passing, passingsIn, type Reign, type Span } from "./passings.ts"
import type { OverlapModel } from "./peakOverlap.ts"

/** An encounter as its peak overlap sees it, for a 2-D integral. */
export interface Straightened {
  /** s after the closest approach of the means. */
  readonly seconds: number
  readonly stretch: number
  /** m, m/s, m² (3 x 3). */
  readonly relativePosition: Vector3
  readonly relativeVelocity: Vector3
  readonly covariance: Float64Array
}

/** `undefined` where the density about the passing is no bell. */
export const straightened = (model: OverlapModel, { crossing, motion, seconds }: Passing): Straightened | undefined => {
  const before = model.at(seconds - crossing)
  const after = model.at(seconds + crossing)
  if (before === undefined || after === undefined) return undefined
  const curvature = (depth(before) + depth(after) - 2 * depth(motion)) / 2
  if (!(curvature > 0)) return undefined
  const { covariance, mean, meeting } = motion
  return {
    seconds,
    stretch: 1 / Math.sqrt(curvature),
    relativePosition: [mean[0] ?? 0, mean[1] ?? 0, mean[2] ?? 0],
    relativeVelocity: meeting,
    covariance: positionBlock(covariance)
  }
}

const rule = gaussLegendre(8)

/** A panel is so many crossings: the rate is a bell about one wide, or two of them, at the entry and the exit of a large body. */
const panelCrossings = 1.5
/** And a period is at least so many panels: the bend is smooth over each. */
const panelsOfPeriod = 96
/** Where a panel adds less than this share, the passing is over. */
const negligible = 1e-10
/** A passing whose crossing is a shorter part of the period than this ends for good when it has ended. */
const briefest = 1000
const lostShare = 1e-6
/** At this squared distance the density is zero in double precision. */
const hopeless = 1400

const overPassing = (model: OverlapModel, radius: number, { passing, span }: Reign): number | undefined => {
  const { crossing, motion, seconds } = passing
  const width = Math.min(panelCrossings * crossing, model.period / panelsOfPeriod)
  // The body itself takes this long to pass, whatever the error.
  const body = radius / norm(motion.meeting) + 6 * crossing
  // A long one may rest and begin again as the errors grow and shrink along the orbits: it is followed to its end.
  const brief = crossing < model.period / briefest
  let expected = 0
  for (const end of span) {
    const direction = Math.sign(end - seconds)
    let before = Infinity
    for (let from = seconds; from !== end;) {
      const next = from + direction * width
      const to = direction * (end - next) > 0 ? next : end
      let part = 0
      let lost = false
      for (let i = 0; i < rule.nodes.length; i++) {
        const at = model.at((from + to) / 2 + (to - from) / 2 * (rule.nodes[i] ?? 0))
        if (at === undefined) lost = true
        else part += (rule.weights[i] ?? 0) * collisionRate(at, radius)
      }
      if (lost) {
        // Lost where hardly anything came in any more it is the end; lost before, nothing can be said.
        if (before > lostShare * expected) return undefined
        part = 0
      }
      part *= Math.abs(to - from) / 2
      expected += part
      before = part
      from = to
      if (brief && part <= negligible * expected && Math.abs(from - seconds) > body) break
    }
  }
  return expected
}

/**
 * Nc over three dimensions in `span`. `undefined` where the overlap is lost (a bend so strong that no linear model holds) or the position
 * covariance is not positive definite.
 */
export const expectedCollisions = (
  model: OverlapModel,
  radius: number,
  span: Span = encounterSpan(model)
): number | undefined => {
  const reigns = passingsIn(model, span)
  if (reigns.length === 0) return undefined
  let expected = 0
  for (const reign of reigns) {
    if (reign.passing.motion.distanceSquared > hopeless) continue
    const part = overPassing(model, radius, reign)
    if (part === undefined) return undefined
    expected += part
  }
  return Number.isFinite(expected) ? expected : undefined
}
