/**
 * A filter of tracks with the dynamics left open: what `PERIGEE_TRACK_DYNAMICS` chooses between.
 *
 * `numeric` integrates the orbit (`numeric/numericFilter.ts`); `sgp4` estimates an offset of the element set (`TrackEstimate.ts`) and is right
 * only where the truth is SGP4's. Both begin at the catalogue's own estimate, are pure, and answer for an object's state and covariance
 * through one interface.
 */
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Ephemeris } from "../ephemeris/Ephemeris.ts"
import { ephemerisOf } from "../ephemeris/ephemerisOf.ts"
import { sgp4Ephemeris } from "../ephemeris/sgp4Ephemeris.ts"
import { makeForceModel } from "../forces/ForceModel.ts"
import { makeSurroundings } from "../forces/Surroundings.ts"
import type { EarthOrientationAt } from "../frames/EarthOrientation.ts"
import type { NumericEstimate } from "./numeric/NumericEstimate.ts"
import { makeNumericFilter, numericEstimateOf } from "./numeric/numericFilter.ts"
import { makeOrbitDynamics } from "./numeric/OrbitDynamics.ts"
import type { UpdateTrack } from "./Track.ts"
import { type TrackEstimate, updateTrack } from "./TrackEstimate.ts"

export const trackDynamics = ["numeric", "sgp4"] as const
export type TrackDynamics = typeof trackDynamics[number]

/** What every estimate says of itself. */
export interface Tracked {
  readonly objectId: string
  /** The last accepted observation; the element set's epoch before the first. */
  readonly time: UtcTime
  readonly accepted: number
  readonly refusedInRow: number
  readonly manoeuvreSuspected: boolean
}

export interface TrackFilter<E extends Tracked> {
  readonly dynamics: TrackDynamics
  /** The estimate of an object that nobody has observed. */
  readonly start: (catalogue: TrackEstimate) => E
  readonly update: UpdateTrack<E>
  readonly ephemerisOf: (estimate: E) => Ephemeris
}

export const sgp4Filter: TrackFilter<TrackEstimate> = {
  dynamics: "sgp4",
  start: (catalogue) => catalogue,
  update: updateTrack,
  ephemerisOf: sgp4Ephemeris
}

export interface NumericOptions {
  readonly sensorOf: (sourceId: string) => Sensor | undefined
  /** Degree and order of the gravity field (default 20). */
  readonly degree?: number
  readonly earthOrientation?: EarthOrientationAt
}

export const numericFilter = ({ degree, earthOrientation, sensorOf }: NumericOptions): TrackFilter<NumericEstimate> => {
  const dynamics = makeOrbitDynamics(makeForceModel({
    surroundings: makeSurroundings(earthOrientation),
    ...(degree !== undefined && { degree })
  }))
  return {
    dynamics: "numeric",
    start: numericEstimateOf,
    update: makeNumericFilter(dynamics, sensorOf),
    ephemerisOf: (estimate) => ephemerisOf(dynamics, estimate)
  }
}
