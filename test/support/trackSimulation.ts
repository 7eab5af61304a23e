/** Tracks of simulated observations whose truth is known, for what a filter's covariance says against what its error is. */
import type { Observation } from "../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../src/domain/observation/observationId.ts"
import type { Sensor } from "../../src/domain/observation/sensors/Sensor.ts"
import { cholesky, solveCholesky } from "../../src/domain/orbit/algebra/matrix.ts"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../src/domain/orbit/catalogue/MeanElements.ts"
import type { Innovation } from "../../src/domain/orbit/tracking/Innovation.ts"
import { priorOffsetCovariance } from "../../src/domain/orbit/tracking/priorCovariance.ts"
import {
  catalogueEstimate,
  covarianceAt,
  processNoise,
  stateOf,
  type TrackEstimate,
  updateTrack
} from "../../src/domain/orbit/tracking/TrackEstimate.ts"
import { isFlown } from "../../src/domain/simulation/Emission.ts"
import { observing } from "../../src/domain/simulation/observe.ts"
import { stream } from "../../src/domain/simulation/random.ts"
import type { UtcTime } from "../../src/domain/time/UtcTime.ts"

/** An observation with the sensor's own sigmas. */
export const observationOf = (
  index: number,
  sensor: Sensor,
  target: Observation["target"],
  time: UtcTime
): Observation => ({
  observationId: observationIdOf("simulation", Buffer.from(`${sensor.sourceId} ${time} ${index}`)),
  sourceId: sensor.sourceId,
  sourceKind: sensor.kind,
  sensorTimestamp: time,
  ingestTimestamp: time,
  target,
  uncertainty: {}
})

/** A low orbit that the radars of the shipped network see often. */
export const polarElements: MeanElements = {
  objectId: "99901",
  name: "A",
  internationalDesignator: "",
  classification: "U",
  epoch: Date.UTC(2026, 2, 20),
  meanMotion: 14.3 * revPerDay,
  eccentricity: 0.001,
  inclination: 86 * radiansPerDegree,
  rightAscension: 1,
  argumentOfPerigee: 2,
  meanAnomaly: 3,
  bstar: 1e-5,
  meanMotionDot: 0,
  meanMotionDdot: 0,
  elementSetNumber: 1,
  revolutionAtEpoch: 1
}

export interface SimulationOptions {
  readonly seed: number
  readonly elements: MeanElements
  readonly sensors: ReadonlyArray<Sensor>
  readonly start: UtcTime
  readonly durationMillis: number
  readonly spacingMillis: number
  /** Scale of the true orbit's random walk against the filter's process noise (1-sigma). */
  readonly walk?: number
}

export interface SimulatedObservation {
  readonly observation: Observation
  readonly sensor: Sensor
  readonly time: UtcTime
}

export interface Simulated {
  readonly observations: ReadonlyArray<SimulatedObservation>
  /** The true offset at the last observation. */
  readonly offset: Float64Array
}

const day = 86_400_000

/** The estimate of an object by its catalogue elements alone. */
export const catalogued = (elements: MeanElements): TrackEstimate => {
  const estimate = catalogueEstimate(elements)
  if (estimate === undefined) throw new Error("SGP4 cannot start")
  return estimate
}

/** The object starts off its catalogue elements by a draw from the prior, and wanders by the process noise of the filter. */
export const simulateTrack = (options: SimulationOptions): Simulated => {
  const { durationMillis, elements, seed, sensors, spacingMillis, start, walk = 1 } = options
  const catalogue = catalogued(elements)
  const prior = priorOffsetCovariance(catalogue.linearisation, start)
  const random = stream(seed, "truth")
  const offset = new Float64Array(6).map((_, i) => Math.sqrt(prior[7 * i] ?? 0) * random.normal())
  const observers = sensors.filter(isFlown).map((sensor) => ({ sensor, observe: observing(seed, sensor) }))
  const observations: Array<SimulatedObservation> = []
  const last = Float64Array.from(offset)
  let observedAt: UtcTime | undefined
  for (let time = start; time < start + durationMillis; time += spacingMillis) {
    const step = observedAt === undefined ? 0 : spacingMillis / day
    for (let i = 0; i < 6; i++) {
      offset[i] = (offset[i] ?? 0) + walk * Math.sqrt((processNoise[i] ?? 0) * step) * random.normal()
    }
    const state = stateOf({ ...catalogue, offset: Array.from(offset) }, time)?.state
    if (state === undefined) continue
    for (const { observe, sensor } of observers) {
      const target = observe(state, time)
      if (target === undefined) continue
      observations.push({ observation: observationOf(observations.length, sensor, target, time), sensor, time })
      last.set(offset)
      observedAt = time
    }
  }
  return { observations, offset: last }
}

/** Runs the filter over observations: the estimate at the end and every innovation. */
export const filtered = (
  start: TrackEstimate,
  observations: ReadonlyArray<SimulatedObservation>
): { readonly estimate: TrackEstimate; readonly innovations: ReadonlyArray<Innovation> } => {
  let estimate = start
  const innovations: Array<Innovation> = []
  for (const { observation, sensor, time } of observations) {
    const result = updateTrack(estimate, observation, sensor, time)
    if (result === undefined) throw new Error("no update")
    estimate = result.estimate
    innovations.push(result.innovation)
  }
  return { estimate, innovations }
}

/** d' C^-1 d of a vector of n. */
export const mahalanobisSquared = (difference: ArrayLike<number>, covariance: ArrayLike<number>): number => {
  const n = difference.length
  const factor = cholesky(covariance, n)
  if (factor === undefined) throw new Error("not positive definite")
  const solved = solveCholesky(factor, Float64Array.from(difference), n, 1)
  return Array.from(difference).reduce((sum, value, i) => sum + value * (solved[i] ?? 0), 0)
}

/** Normalised estimation error squared of an estimate whose reference has not moved. */
export const nees = (estimate: TrackEstimate, truth: Float64Array): number =>
  mahalanobisSquared(truth.map((value, i) => value - (estimate.offset[i] ?? 0)), covarianceAt(estimate, estimate.time))
