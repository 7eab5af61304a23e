/**
 * Which objects of the catalogue an observation may be of: the coarse gate.
 *
 * Judged by the catalogue's own elements, never by the tracks, so that the answer does not depend on what was observed before. The
 * observation's hint is tried first; only where it is absent or wrong is every object looked at, by where it is at a whole ten seconds, and those
 * that may be near are propagated.
 */
import { Result } from "effect"
import type { Observation, Target, Vector3 } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { nearMeasured } from "../measurement/measuredPlace.ts"
import { measured, predict, residual } from "../measurement/measurement.ts"
import { makePropagator, type Propagator } from "../propagation/Propagator.ts"
import type { State } from "../propagation/State.ts"
import { estimateAbout, type TrackEstimate, updateTrack } from "./TrackEstimate.ts"

/**
 * The objects that can be observed, each with its catalogue estimate. Holds a propagator an object (400 bytes), and of those
 * that are matched or in a pair twelve more (5 kB), made on first use, what its linearisation remembers (400 bytes an answer, at most 17 kB), and all positions of four instants (192 bytes an object).
 */
export interface Candidates {
  /** An object's propagator: {@link estimateOf} has the same and twelve more. */
  readonly propagatorOf: (objectId: string) => Propagator | undefined
  /** The catalogue's own estimate of an object. */
  readonly estimateOf: (objectId: string) => TrackEstimate | undefined
  /** The objects that an observation may be of, nearest first: none, one, or an ambiguous several. */
  readonly match: (observation: Observation, sensor: Sensor, time: UtcTime) => ReadonlyArray<string>
}

/** How far from its catalogue position an object may be measured, m: old elements are tens of kilometres off in-track. */
const coarseMetres = 50_000

/** Metres across the line of sight, and along it, between a measurement and its prediction. */
const distance = (target: Target, predicted: ReadonlyArray<number>, range: number): number => {
  const difference = residual(target, predicted)
  const at = measured(target)
  switch (target._tag) {
    case "RangeRate": {
      let index = 0
      const along = target.range === undefined ? 0 : difference[index++] ?? 0
      if (target.rangeRate !== undefined) index++
      const azimuth = target.azimuth === undefined ? 0 : difference[index++] ?? 0
      const elevation = target.elevation === undefined ? 0 : difference[index++] ?? 0
      return Math.hypot(along, range * azimuth * Math.cos(target.elevation ?? 0), range * elevation)
    }
    case "Angular":
    case "AzimuthElevation":
      return range * Math.hypot((difference[0] ?? 0) * Math.cos(at[1] ?? 0), difference[1] ?? 0)
    case "StateVector":
      return Math.hypot(difference[0] ?? 0, difference[1] ?? 0, difference[2] ?? 0)
  }
}

/** Distance, m, of the measurement from where the object's elements put it; `undefined` when below the horizon or not predictable. */
const miss = (observation: Observation, sensor: Sensor, time: UtcTime, state: State): number | undefined => {
  let range = 1
  if (sensor.observer !== undefined && observation.target._tag !== "StateVector") {
    const site = sensor.observer.at(time)
    const [x, y, z] = state.position
    const [dx, dy, dz] = [x - site.position[0], y - site.position[1], z - site.position[2]]
    range = Math.hypot(dx, dy, dz)
    // 0.05 rad below the horizon: what is near it may have been measured a little above.
    if (dx * site.up[0] + dy * site.up[1] + dz * site.up[2] < -0.05 * range) return undefined
  }
  const predicted = predict(sensor, observation.target, state, time)
  return predicted === undefined ? undefined : distance(observation.target, predicted, range)
}

/** Positions are propagated to whole multiples of this, ms, and carried on in a straight line: 5 s of free fall are 120 m. */
const skyMillis = 10_000
/** Twice the coarse gate: what the straight line, light time, aberration and angles near the zenith make of it is well within. */
const wideMetres = 2 * coarseMetres

/** Sensors report with some seconds of delay, telescopes with half a minute. */
const keptSkies = 4

/** Where the catalogue puts every object at one instant. */
interface Sky {
  readonly time: UtcTime
  /** Six numbers an object, TEME; NaN for one that SGP4 gave up. */
  readonly states: Float64Array
}

export const makeCandidates = (catalogue: ReadonlyMap<string, MeanElements>): Candidates => {
  const estimates = new Map<string, TrackEstimate | undefined>()
  const propagators = new Map<string, Propagator | undefined>()
  const propagatorOf = (objectId: string): Propagator | undefined => {
    const known = propagators.get(objectId)
    if (known !== undefined || propagators.has(objectId)) return known
    const elements = catalogue.get(objectId)
    if (elements === undefined) return undefined
    const propagator = Result.getOrUndefined(makePropagator(elements))
    propagators.set(objectId, propagator)
    return propagator
  }
  const estimateOf = (objectId: string): TrackEstimate | undefined => {
    if (estimates.has(objectId)) return estimates.get(objectId)
    const reference = propagatorOf(objectId)
    const estimate = reference === undefined ? undefined : estimateAbout(reference)
    estimates.set(objectId, estimate)
    return estimate
  }
  const near = (objectId: string, observation: Observation, sensor: Sensor, time: UtcTime): boolean => {
    const state = estimateOf(objectId)?.linearisation.reference.stateAt(time)
    if (state === undefined) return false
    const metres = miss(observation, sensor, time, state)
    return metres !== undefined && metres <= coarseMetres
  }

  const objectIds = [...catalogue.keys()]
  let skies: ReadonlyArray<Sky> = []
  const skyAt = (time: UtcTime): Sky => {
    const node = Math.round(time / skyMillis) * skyMillis
    const known = skies.find((sky) => sky.time === node)
    if (known !== undefined) return known
    const states = new Float64Array(6 * objectIds.length)
    for (const [index, objectId] of objectIds.entries()) {
      if (propagatorOf(objectId)?.stateInto(node, states, 6 * index) !== true) {
        states.fill(Number.NaN, 6 * index, 6 * index + 6)
      }
    }
    const sky = { time: node, states }
    skies = [sky, ...skies.slice(0, keptSkies - 1)]
    return sky
  }

  /** All that {@link near} may find, and a few more: it is much cheaper than asking for each object. */
  const around = (observation: Observation, sensor: Sensor, time: UtcTime): ReadonlyArray<string> => {
    const { states, time: node } = skyAt(time)
    const seconds = (time - node) / 1000
    const isNear = nearMeasured(observation, sensor, time)
    const found: Array<string> = []
    for (const [index, objectId] of objectIds.entries()) {
      const at = (i: number): number => states[6 * index + i] ?? Number.NaN
      const position: Vector3 = [at(0) + at(3) * seconds, at(1) + at(4) * seconds, at(2) + at(5) * seconds]
      if (isNear(position, wideMetres)) found.push(objectId)
    }
    return found
  }

  return {
    propagatorOf,
    estimateOf,
    match: (observation, sensor, time) => {
      const { objectHint } = observation
      if (objectHint !== undefined && catalogue.has(objectHint) && near(objectHint, observation, sensor, time)) {
        return [objectHint]
      }
      const scored: Array<readonly [objectId: string, nis: number]> = []
      for (const objectId of around(observation, sensor, time)) {
        if (!near(objectId, observation, sensor, time)) continue
        const prior = estimateOf(objectId)
        const result = prior === undefined ? undefined : updateTrack(prior, observation, sensor, time)
        if (result?.innovation.accepted === true) scored.push([objectId, result.innovation.nis])
      }
      return scored.sort((a, b) => a[1] - b[1]).map(([objectId]) => objectId)
    }
  }
}
