/**
 * The pass under way: what is kept of it, and the test of its corrections.
 *
 * Each correction of the state is new, independent of those before and has a known covariance, so their sum over a pass, carried to one time, has
 * the sum of the covariances. A burn since the last pass pulls all corrections one way: it is seen here long before a single observation
 * falls out of the gate, and across the track nowhere else.
 */
import type { UtcTime } from "../../../time/UtcTime.ts"
import { cholesky, solveCholesky, zeros } from "../../algebra/matrix.ts"
import { carryCovariance, type Transition } from "../../integration/transition.ts"
import type { KeptMeasurement, NumericEstimate, Pass } from "./NumericEstimate.ts"
import type { Orbit } from "./Orbit.ts"

const longestGap = 600_000
const longestPass = 1_200_000
/** ms between accepted measurements that are kept for a replay; refused ones are all kept. */
const keptSpacing = 5000
const keptMost = 100

/** Of 6 degrees of freedom. Without a burn 99.9 % of passes stay under 18, and what the filter does not model takes the rest. */
const testLimit = 27
/** Part of the state's own covariance that is added: the filter's noise is not known to a percent. */
const regularised = 0.02
/** Observations before a pass after which its corrections are trusted to be Gaussian. */
const settled = 20

export const isNewPass = (pass: Pass, time: UtcTime): boolean =>
  time - pass.last > longestGap || time - pass.first > longestPass

/** The pass that a measurement at a time belongs to. A pass without an accepted observation has left nothing: the one before it still counts. */
export const passAt = (estimate: NumericEstimate, time: UtcTime): Pass => {
  const { heard, orbit, pass } = estimate
  if (pass !== undefined && !isNewPass(pass, time)) return pass
  const unheard = pass !== undefined && pass.accepted === 0
  return {
    first: time,
    last: time,
    accepted: 0,
    before: unheard ? pass.before : orbit,
    heardBefore: unheard ? pass.heardBefore : heard,
    correction: zeros(7),
    correctionCovariance: zeros(49),
    kept: unheard ? pass.kept : [],
    tested: estimate.accepted >= settled
  }
}

/** The measurements kept, with one more. */
export const keptWith = (
  kept: ReadonlyArray<KeptMeasurement>,
  measurement: KeptMeasurement,
  accepted: boolean
): ReadonlyArray<KeptMeasurement> => {
  const last = kept.at(-1)
  if (accepted && last !== undefined && measurement.time - last.time < keptSpacing) return kept
  const room = kept.length < keptMost ? kept : kept.filter((_, index) => index % 2 === 0)
  return [...room, measurement]
}

const d = new Float64Array(49)
const sum = new Float64Array(36)
const correction = new Float64Array(6)

/** The sum of corrections at a later time. */
export const carriedPass = (pass: Pass, { phi }: Transition): Pass => {
  if (pass.accepted === 0) return pass
  const moved = zeros(7)
  for (let i = 0; i < 7; i++) {
    let value = 0
    for (let j = 0; j < 7; j++) value += (phi[7 * i + j] ?? 0) * (pass.correction[j] ?? 0)
    moved[i] = value
  }
  for (let i = 0; i < 49; i++) d[i] = pass.correctionCovariance[i] ?? 0
  carryCovariance(phi, d, d)
  const covariance = zeros(49)
  for (let i = 0; i < 49; i++) covariance[i] = d[i] ?? 0
  return { ...pass, correction: moved, correctionCovariance: covariance }
}

/** A pass after an accepted measurement that moved `from` to `to`: what it took off the covariance is the covariance of its correction. */
export const summed = (
  pass: Pass,
  from: Orbit,
  to: Pick<Orbit, "state" | "covariance">,
  measurement: KeptMeasurement
): Pass => {
  const moved = zeros(7)
  for (let i = 0; i < 7; i++) moved[i] = (pass.correction[i] ?? 0) + (to.state[i] ?? 0) - (from.state[i] ?? 0)
  const covariance = zeros(49)
  for (let i = 0; i < 49; i++) {
    covariance[i] = (pass.correctionCovariance[i] ?? 0) + (from.covariance[i] ?? 0) - (to.covariance[i] ?? 0)
  }
  return {
    ...pass,
    last: measurement.time,
    accepted: pass.accepted + 1,
    correction: moved,
    correctionCovariance: covariance,
    kept: keptWith(pass.kept, measurement, true)
  }
}

/** Whether the corrections of the pass are larger than chance makes them. */
export const correctionsTooLarge = (pass: Pass, orbit: Orbit): boolean => {
  if (!pass.tested) return false
  return correctionStatistic(pass, orbit) > testLimit
}

export const correctionStatistic = (pass: Pass, orbit: Orbit): number => {
  for (let i = 0; i < 6; i++) {
    correction[i] = pass.correction[i] ?? 0
    for (let j = 0; j < 6; j++) {
      const at = 7 * i + j
      sum[6 * i + j] = (pass.correctionCovariance[at] ?? 0) + regularised * (orbit.covariance[at] ?? 0)
    }
  }
  if (cholesky(sum, 6, sum) === undefined) return 0
  solveCholesky(sum, correction, 6, 1)
  let statistic = 0
  for (let i = 0; i < 6; i++) statistic += (pass.correction[i] ?? 0) * (correction[i] ?? 0)
  return statistic
}
