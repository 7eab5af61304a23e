/**
 * What the fusion pipeline asks of the dynamics that its tracks have, and that may differ from one estimate to another: what
 * `PERIGEE_TRACK_DYNAMICS` chooses between.
 *
 * `numeric` integrates the orbit (`numeric/numericFilter.ts`); `sgp4` estimates an offset of the element set (`TrackEstimate.ts`) and is right
 * only where the truth is SGP4's. Both begin at the catalogue's own estimate and are pure.
 *
 * An estimate tells by itself which dynamics it has, so tracks of both can stand beside each other: an object that nobody observes is its element
 * set, and state that is restored may be of the dynamics that ran before. Everything here is a function of the estimates given; the ephemerides
 * remembered (the last {@link remembered}, some 0.1 MB each) have the same bits whatever was asked of them before.
 */
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { estimatesEncounter } from "../encounter/estimatesEncounter.ts"
import { type TrackEncounter, trackEncounter } from "../encounter/trackEncounter.ts"
import type { Ephemeris } from "../ephemeris/Ephemeris.ts"
import { ephemerisOf } from "../ephemeris/ephemerisOf.ts"
import { makeForceModel } from "../forces/ForceModel.ts"
import { makeSurroundings } from "../forces/Surroundings.ts"
import type { EarthOrientationAt } from "../frames/EarthOrientation.ts"
import { type Estimate, isNumeric } from "./Estimate.ts"
import type { NumericEstimate } from "./numeric/NumericEstimate.ts"
import { makeNumericFilter, numericEstimateOf } from "./numeric/numericFilter.ts"
import { makeOrbitDynamics } from "./numeric/OrbitDynamics.ts"
import type { UpdateTrack } from "./Track.ts"
import { estimateAbout, type TrackEstimate, updateTrack } from "./TrackEstimate.ts"

export const trackDynamics = ["numeric", "sgp4"] as const
export type TrackDynamics = typeof trackDynamics[number]

export interface Dynamics {
  /** The estimate of an object that nobody has observed. */
  readonly start: (catalogue: TrackEstimate) => Estimate
  /**
   * An estimate of these dynamics in the place of one of others: what the catalogue says of its object, for what one filter learnt is nothing
   * that the other can go on from. The estimate itself where it is of these.
   */
  readonly own: (estimate: Estimate) => Estimate
  readonly update: UpdateTrack<Estimate>
  /** The closest approach within `reachMillis` of a guess; `undefined` when there is none, or one of both has no state. */
  readonly encounterOf: (a: Estimate, b: Estimate, guess: UtcTime, reachMillis: number) => TrackEncounter | undefined
}

const elementsOf = (estimate: Estimate): TrackEstimate => isNumeric(estimate) ? estimate.catalogue : estimate

export const sgp4Dynamics: Dynamics = {
  start: (catalogue) => catalogue,
  own: elementsOf,
  update: (estimate, observation, sensor, time) => updateTrack(elementsOf(estimate), observation, sensor, time),
  encounterOf: (a, b, guess, reachMillis) => trackEncounter(elementsOf(a), elementsOf(b), guess, reachMillis)
}

export interface NumericOptions {
  readonly sensorOf: (sourceId: string) => Sensor | undefined
  /** Degree and order of the gravity field (default 20). */
  readonly degree?: number
  readonly earthOrientation?: EarthOrientationAt
}

/** Ephemerides of integrated orbits kept. */
const remembered = 256

/** Tracks that began by SGP4 go on by it: `start` decides. */
export const numericDynamics = ({ degree, earthOrientation, sensorOf }: NumericOptions): Dynamics => {
  const orbits = makeOrbitDynamics(makeForceModel({
    surroundings: makeSurroundings(earthOrientation),
    ...(degree !== undefined && { degree })
  }))
  const updateNumeric = makeNumericFilter(orbits, sensorOf)
  const ephemerides = new Map<NumericEstimate, Ephemeris>()
  const rememberedOf = (estimate: Estimate): Ephemeris => {
    if (!isNumeric(estimate)) return ephemerisOf(orbits, estimate)
    const ephemeris = ephemerides.get(estimate) ?? ephemerisOf(orbits, estimate)
    // What was asked for last stands last.
    ephemerides.delete(estimate)
    ephemerides.set(estimate, ephemeris)
    for (const oldest of ephemerides.keys()) {
      if (ephemerides.size <= remembered) break
      ephemerides.delete(oldest)
    }
    return ephemeris
  }
  return {
    start: numericEstimateOf,
    own: (estimate) => {
      if (isNumeric(estimate)) return estimate
      const { accepted, linearisation: { reference } } = estimate
      return numericEstimateOf(accepted === 0 ? estimate : estimateAbout(reference) ?? estimate)
    },
    update: (estimate, observation, sensor, time) =>
      isNumeric(estimate)
        ? updateNumeric(estimate, observation, sensor, time)
        : updateTrack(estimate, observation, sensor, time),
    encounterOf: (a, b, guess, reachMillis) => estimatesEncounter(rememberedOf, a, b, guess, reachMillis)
  }
}
