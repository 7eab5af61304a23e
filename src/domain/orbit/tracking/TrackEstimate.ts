/**
 * The track filter: an extended Kalman filter on a constant offset of an object's mean elements.
 *
 * The state is six metres of offset (see `equinoctial.ts`) to the catalogue's elements. SGP4 is the dynamics, so between observations
 * only the covariance grows, by the process noise below. Predicted state: SGP4 of the reference plus its partials times the offset; when
 * the offset passes `relineariseMetres` the reference moves to the estimate.
 *
 * The sensors' slow biases do not average out: the gate takes the noise as it is, the gain and the covariance take it multiplied by
 * what the measurements of a pass share (see `sensorBias.ts`).
 *
 * A pure function of (estimate, observation): the same observations in the same order give the same bits. Estimates are never changed.
 *
 * Source: Tapley, Schutz and Born, Statistical Orbit Determination (2004), ch. 4 (extended filter, Joseph form); innovation
 * monitoring by NIS, Bar-Shalom, Li and Kirubarajan (2001), ch. 5.
 */
import { Result } from "effect"
import type { Observation } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { multiply, zeros } from "../algebra/matrix.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { covarianceOf, residual } from "../measurement/measurement.ts"
import { predictWithPartials } from "../measurement/measurementPartials.ts"
import { biasVariance, type Heard, heardFrom, inflation, sharedCount } from "../measurement/sensorBias.ts"
import { perturbed } from "../propagation/equinoctial.ts"
import { type Linearisation, linearise, lineariseAbout } from "../propagation/Linearisation.ts"
import { makePropagator, type Propagator } from "../propagation/Propagator.ts"
import type { State } from "../propagation/State.ts"
import type { Innovation } from "./Innovation.ts"
import { innovationVariances, measured, normalisedInnovationSquared } from "./kalman.ts"
import { priorOffsetCovariance } from "./priorCovariance.ts"

export interface TrackEstimate {
  readonly objectId: string
  readonly linearisation: Linearisation
  /** Offset to the linearisation's reference, m. */
  readonly offset: ReadonlyArray<number>
  /** Its covariance, 6 x 6, m². */
  readonly covariance: ReadonlyArray<number>
  /** What each sensor has told, for the part of its error that does not average out (see `sensorBias.ts`). */
  readonly heard: ReadonlyArray<Heard>
  /** What offset and covariance are valid at: the last accepted observation, or where the prior was made. */
  readonly time: UtcTime
  /** Accepted observations so far; 0 is a track that is the catalogue's word alone. */
  readonly accepted: number
  /** Observations refused in a row. */
  readonly refusedInRow: number
  /** Set by refusals in a row, cleared by an accepted observation. */
  readonly manoeuvreSuspected: boolean
}

/** Chi-square quantile 0.999 by degrees of freedom. */
const gates = [0, 10.828, 13.816, 16.266, 18.467, 20.515, 22.458]

/** The gate for so many components, chi-square 0.999. */
export const gate = (components: number): number => gates[components] ?? 22.458

/** Refusals in a row that raise the manoeuvre flag. */
const refusalsForManoeuvre = 5

const relineariseMetres = 2000

/**
 * Growth of variance per day, m², of the six offset components: what SGP4 and a frozen drag term do not model. In-track 150 m after a
 * day without observations, the plane and the shape 20 m, the semi-major axis 1 m.
 */
export const processNoise = [1, 400, 400, 400, 400, 22_500]

const millisPerDay = 86_400_000

/** The track of an object nobody has observed yet: the catalogue's elements and the prior covariance. */
export const catalogueEstimate = (elements: MeanElements): TrackEstimate | undefined => {
  const made = makePropagator(elements)
  return Result.isFailure(made) ? undefined : estimateAbout(made.success)
}

/** {@link catalogueEstimate} where the propagator is at hand. */
export const estimateAbout = (reference: Propagator): TrackEstimate | undefined => {
  const linearisation = lineariseAbout(reference)
  if (linearisation === undefined) return undefined
  const { elements } = reference
  return {
    objectId: elements.objectId,
    linearisation,
    offset: zeros(6),
    covariance: priorOffsetCovariance(linearisation, elements.epoch),
    heard: [],
    time: elements.epoch,
    accepted: 0,
    refusedInRow: 0,
    manoeuvreSuspected: false
  }
}

/**
 * The covariance of the offset at `time`, m²: for a track without observations the prior of that time, else the estimate's, grown by the
 * process noise. Before the estimate's own time it does not shrink.
 */
export const covarianceAt = (estimate: TrackEstimate, time: UtcTime): Array<number> => {
  if (estimate.accepted === 0) return priorOffsetCovariance(estimate.linearisation, time)
  const covariance = estimate.covariance.slice()
  grow(covariance, time - estimate.time)
  return covariance
}

/** As {@link covarianceAt}, into `out`. */
export const covarianceInto = (estimate: TrackEstimate, time: UtcTime, out: Float64Array): void => {
  const observed = estimate.accepted > 0
  const covariance = observed ? estimate.covariance : priorOffsetCovariance(estimate.linearisation, time)
  for (let i = 0; i < 36; i++) out[i] = covariance[i] ?? 0
  if (observed) grow(out, time - estimate.time)
}

const grow = (covariance: Array<number> | Float64Array, millis: number): void => {
  const days = Math.max(0, millis) / millisPerDay
  for (let i = 0; i < 6; i++) covariance[i * 7] = (covariance[i * 7] ?? 0) + (processNoise[i] ?? 0) * days
}

/**
 * A predicted state in TEME with what it depends on. `phi` is d state / d offset, 6 x 6: the linearisation's own array, good until
 * it is asked for another time.
 */
export interface PredictedState {
  readonly state: State
  readonly phi: Float64Array
}

/**
 * The state of a track at `time`, m and m/s in TEME; `undefined` when SGP4 gives none. `linear`: what the linearisation says of that
 * time.
 */
export const stateOf = (
  { linearisation, offset }: TrackEstimate,
  time: UtcTime,
  linear = linearisation.at(time)
): PredictedState | undefined => {
  if (linear === undefined) return undefined
  const { phi, state } = linear
  const component = (i: number): number => {
    let sum = state[i] ?? 0
    for (let j = 0; j < 6; j++) sum += (phi[i * 6 + j] ?? 0) * (offset[j] ?? 0)
    return sum
  }
  return {
    state: {
      position: [component(0), component(1), component(2)],
      velocity: [component(3), component(4), component(5)]
    },
    phi
  }
}

interface TrackUpdateResult {
  readonly estimate: TrackEstimate
  readonly innovation: Innovation
}

/**
 * One observation into a track. Within the gate it is accepted and the estimate moves; else the estimate keeps its state and counts
 * a refusal. `time` is the instant of the measurement, the sensor's known clock error taken out. `undefined` when no prediction can be
 * made (SGP4 error, a target the sensor cannot measure, an uncertainty nobody knows).
 */
export const updateTrack = (
  estimate: TrackEstimate,
  observation: Observation,
  sensor: Sensor,
  time: UtcTime
): TrackUpdateResult | undefined => {
  const linear = estimate.linearisation.interpolated(time)
  if (linear === undefined) return undefined
  const predicted = stateOf(estimate, time, linear)
  if (predicted === undefined) return undefined
  const { sourceId, target } = observation
  const expected = predictWithPartials(sensor, target, predicted.state, time, partials)
  const r = covarianceOf(observation, sensor)
  if (expected === undefined || r === undefined) return undefined
  const m = expected.length
  const nu = residual(target, expected)
  multiply(partials, predicted.phi, m, 6, 6, h)
  covarianceInto(estimate, time, p)
  const nis = normalisedInnovationSquared(p, h, r, 1 + biasVariance, nu, m)
  if (nis === undefined) return undefined
  const innovation = { accepted: nis <= gate(m), nis, components: m, residuals: nu, variances: innovationVariances(m) }
  if (!innovation.accepted) return { estimate: refused(estimate), innovation }

  const count = sharedCount(estimate.heard, sourceId, time)
  const posterior = measured(estimate.offset, p, h, r, inflation(count), nu, m)
  if (posterior === undefined) return undefined
  const next: TrackEstimate = {
    ...estimate,
    offset: posterior.offset,
    covariance: posterior.covariance,
    heard: heardFrom(estimate.heard, sourceId, time, count),
    time: Math.max(time, estimate.time),
    accepted: estimate.accepted + 1,
    refusedInRow: 0,
    manoeuvreSuspected: false
  }
  return { estimate: relinearised(next), innovation }
}

/** Scratch of one update: d measurement / d state, d measurement / d offset, and the prior covariance. */
const partials = new Float64Array(36)
const h = new Float64Array(36)
const p = new Float64Array(36)

const refused = (estimate: TrackEstimate): TrackEstimate => {
  const refusedInRow = estimate.refusedInRow + 1
  return {
    ...estimate,
    refusedInRow,
    manoeuvreSuspected: estimate.manoeuvreSuspected || (estimate.accepted > 0 && refusedInRow >= refusalsForManoeuvre)
  }
}

/** Moves the reference to the estimate where the linear model would begin to bend. */
const relinearised = (estimate: TrackEstimate): TrackEstimate => {
  const { offset, linearisation } = estimate
  if (offset.reduce((sum, each) => sum + each * each, 0) < relineariseMetres * relineariseMetres) return estimate
  const moved = linearise(perturbed(linearisation.reference.elements, offset))
  return moved === undefined ? estimate : { ...estimate, linearisation: moved, offset: zeros(6) }
}
