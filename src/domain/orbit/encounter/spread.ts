/**
 * How far an estimate by SGP4 can put its object from where its element set has it, and how uncertain it can be there: upper bounds at any
 * time, from the offset and its covariance alone. Some 50 ns, where the state itself costs 13 calls of SGP4.
 *
 * Of first order in the offset (`equinoctial.ts`): along the track the mean longitude with the drift of the axis, 3/2 n da each second, by at most
 * sqrt((1 + e)/(1 - e)); (h, k) up to twice along the track and once radially, more on eccentric orbits; (p, q) at most twice. Drag and the turning of the
 * plane, which depend on the offset too, are in the margin. Bounds hold against SGP4 itself by a property test, under an eccentricity of 0.3; over that,
 * and for an integrated orbit, there is no bound.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { toEquinoctial } from "../propagation/equinoctial.ts"
import { type Estimate, isNumeric } from "../tracking/Estimate.ts"
import { processNoise, type TrackEstimate } from "../tracking/TrackEstimate.ts"

/** Metres. */
export interface Spread {
  readonly displacement: number
  /** Of the position in any direction, 1-sigma; of what nobody observed: not asked. */
  readonly sigma: number
}

/** Of an object that is where its element set has it, by definition. */
export const unobserved: Spread = { displacement: 0, sigma: Infinity }
export const unbounded: Spread = { displacement: Infinity, sigma: Infinity }

const margin = 1.15
const millisPerDay = 86_400_000

/** The offset of moved elements from those that they were made of, by the moved ones; they have one epoch. */
const shifts = new WeakMap<MeanElements, readonly [from: MeanElements, shift: Float64Array]>()

const shiftOf = (moved: MeanElements, from: MeanElements): Float64Array => {
  const known = shifts.get(moved)
  if (known !== undefined && known[0] === from) return known[1]
  const [a, b] = [toEquinoctial(from), toEquinoctial(moved)]
  const turn = b.lambda - a.lambda
  const shift = Float64Array.of(
    b.a - a.a,
    (b.h - a.h) * a.a,
    (b.k - a.k) * a.a,
    (b.p - a.p) * a.a,
    (b.q - a.q) * a.a,
    (turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI))) * a.a
  )
  shifts.set(moved, [from, shift])
  return shift
}

const offset = new Float64Array(6)

const spreadOf = (estimate: TrackEstimate, catalogue: MeanElements, time: UtcTime): Spread => {
  const { covariance, linearisation: { reference: { elements } } } = estimate
  const { eccentricity: e, meanMotion: n } = elements
  if (e > 0.3 || elements.epoch !== catalogue.epoch) return unbounded
  for (let i = 0; i < 6; i++) offset[i] = estimate.offset[i] ?? 0
  if (elements !== catalogue) {
    const shift = shiftOf(elements, catalogue)
    for (let i = 0; i < 6; i++) offset[i] = (offset[i] ?? 0) + (shift[i] ?? 0)
  }
  const [da = 0, dh = 0, dk = 0, dp = 0, dq = 0, dl = 0] = offset
  const drift = 1.5 * n * (time - elements.epoch) / 1000
  const [along, shape] = [Math.sqrt((1 + e) / (1 - e)), 2 * (1 + e) / ((1 - e) * (1 - e))]
  const displacement = margin * (along * Math.abs(dl - drift * da) + (1 + e) * Math.abs(da)
    + shape * Math.hypot(dh, dk) + 2 * Math.hypot(dp, dq))
  const days = Math.max(0, time - estimate.time) / millisPerDay
  const variance = (i: number): number => (covariance[7 * i] ?? 0) + (processNoise[i] ?? 0) * days
  const longitude = variance(5) + drift * drift * variance(0) - 2 * drift * (covariance[5] ?? 0)
  const form = Math.sqrt(variance(1) + variance(2))
  const t = along * Math.sqrt(Math.max(0, longitude)) + shape * form
  const r = (1 + e) * Math.sqrt(variance(0)) + shape * form
  const sigma = margin * Math.sqrt(t * t + r * r + 4 * (variance(3) + variance(4)))
  return { displacement, sigma }
}

/** `catalogue`: the element set of the object. */
export const spreadAt = (estimate: Estimate, catalogue: MeanElements, time: UtcTime): Spread => {
  if (estimate.accepted === 0) return unobserved
  return isNumeric(estimate) ? unbounded : spreadOf(estimate, catalogue, time)
}
