/**
 * The track filter on a numerically integrated orbit: an extended Kalman filter of position, velocity and ballistic coefficient.
 *
 * An object that nobody has observed is its element set. Its first observation starts the orbit (see `startOrbit.ts`); every one after is
 * predicted by integration from the last, judged by its Mahalanobis distance and, if it passes, taken in Joseph form with the sensor's slow
 * bias allowed for. A refused one moves the orbit in time only.
 *
 * Manoeuvres are suspected at the fifth refusal in a row, and by the corrections of a pass (see `pass.ts`); recovery goes back to the end of
 * the last pass (see `recover.ts`). What does not fit then is tried again with every five refusals more, opened ten times wider each time.
 *
 * A pure function of (estimate, observation): the same observations in the same order give the same bits. Estimates are never changed.
 *
 * Source: Tapley, Schutz and Born, Statistical Orbit Determination (2004), ch. 4; Bar-Shalom, Li and Kirubarajan (2001), ch. 5 and 11.
 */
import type { Observation } from "../../../observation/Observation.ts"
import type { Sensor } from "../../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../../time/UtcTime.ts"
import { zeros } from "../../algebra/matrix.ts"
import { covarianceOf } from "../../measurement/measurement.ts"
import type { Innovation } from "../Innovation.ts"
import type { TrackEstimate } from "../TrackEstimate.ts"
import { absorb } from "./absorb.ts"
import type { KeptMeasurement, NumericEstimate, Pass } from "./NumericEstimate.ts"
import type { Orbit } from "./Orbit.ts"
import type { OrbitDynamics } from "./OrbitDynamics.ts"
import { carriedPass, correctionsTooLarge, isNewPass, keptWith, passAt, summed } from "./pass.ts"
import { type Recovered, replay } from "./recover.ts"
import { startOrbit } from "./startOrbit.ts"

const refusalsForManoeuvre = 5
/** ms after a flag before an accepted observation clears it: one of another pass. */
const clearedAfter = 600_000

/** The estimate of an object that nobody has observed. */
export const numericEstimateOf = (catalogue: TrackEstimate): NumericEstimate => ({
  dynamics: "numeric",
  objectId: catalogue.objectId,
  catalogue,
  orbit: undefined,
  heard: [],
  time: catalogue.time,
  accepted: 0,
  refusedInRow: 0,
  manoeuvreSuspected: false,
  manoeuvre: undefined,
  pass: undefined
})

interface NumericUpdate {
  readonly estimate: NumericEstimate
  readonly innovation: Innovation
}

/** `undefined` as for `updateTrack`, and for an observation older than the estimate: such a one is put in its place by `Track.ts`. */
export type NumericFilter = (
  estimate: NumericEstimate,
  observation: Observation,
  sensor: Sensor,
  time: UtcTime
) => NumericUpdate | undefined

export const makeNumericFilter = (
  dynamics: OrbitDynamics,
  sensorOf: (sourceId: string) => Sensor | undefined
): NumericFilter => {
  const { surroundings } = dynamics.model

  /** The first observation of an object: of a track that the catalogue alone has said. */
  const begun = (
    estimate: NumericEstimate,
    measurement: KeptMeasurement,
    sensor: Sensor
  ): NumericUpdate | undefined => {
    const orbit = startOrbit(surroundings, estimate.catalogue, measurement.time, estimate.refusedInRow)
    const taken = orbit && absorb(dynamics, orbit, [], measurement, sensor)
    if (taken === undefined) return undefined
    const { innovation } = taken
    if (!innovation.accepted) {
      return { estimate: { ...estimate, refusedInRow: estimate.refusedInRow + 1 }, innovation }
    }
    const pass = { ...passAt(estimate, measurement.time), accepted: 1, kept: [measurement] }
    return {
      estimate: {
        ...estimate,
        orbit: taken.orbit,
        heard: taken.heard,
        time: measurement.time,
        accepted: 1,
        refusedInRow: 0,
        pass
      },
      innovation
    }
  }

  const recovered = (estimate: NumericEstimate, pass: Pass): Recovered | undefined => {
    const { orbit, refusedInRow } = estimate
    const scale = 10 ** Math.max(0, Math.floor(refusedInRow / refusalsForManoeuvre) - 1)
    const whole = pass.before && replay(dynamics, sensorOf, pass.before, pass.heardBefore, pass.kept, scale)
    if (whole !== undefined || orbit === undefined || refusedInRow === 0) return whole
    const refused = pass.kept.slice(-refusedInRow)
    return replay(dynamics, sensorOf, orbit, estimate.heard, refused, scale)
  }

  const suspected = (estimate: NumericEstimate, pass: Pass, by: "refusals" | "corrections"): NumericEstimate => {
    const back = recovered(estimate, pass)
    const detectedAt = pass.last
    const manoeuvre = {
      after: pass.before?.time ?? estimate.time,
      detectedAt,
      by,
      recovered: back !== undefined
    }
    if (back === undefined) {
      return { ...estimate, manoeuvreSuspected: true, manoeuvre, pass: { ...pass, tested: false } }
    }
    return {
      ...estimate,
      orbit: back.orbit,
      heard: back.heard,
      time: back.orbit.time,
      accepted: estimate.accepted + (by === "refusals" ? back.accepted : 0),
      refusedInRow: 0,
      manoeuvreSuspected: true,
      manoeuvre,
      pass: {
        ...pass,
        accepted: back.accepted,
        correction: zeros(7),
        correctionCovariance: zeros(49),
        tested: false
      }
    }
  }

  const refused = (
    estimate: NumericEstimate,
    orbit: Orbit,
    pass: Pass,
    measurement: KeptMeasurement
  ): NumericEstimate => {
    const refusedInRow = estimate.refusedInRow + 1
    const kept = { ...pass, last: measurement.time, kept: keptWith(pass.kept, measurement, false) }
    const next = { ...estimate, orbit, refusedInRow, pass: kept }
    return refusedInRow % refusalsForManoeuvre === 0 ? suspected(next, kept, "refusals") : next
  }

  return (estimate, observation, sensor, time) => {
    const noise = covarianceOf(observation, sensor)
    if (noise === undefined) return undefined
    const measurement = { sourceId: observation.sourceId, time, target: observation.target, noise }
    if (estimate.orbit === undefined) return begun(estimate, measurement, sensor)
    if (time < estimate.orbit.time) return undefined
    const there = dynamics.carried(estimate.orbit, time)
    if (there === undefined) return undefined
    const continues = estimate.pass !== undefined && !isNewPass(estimate.pass, time)
    const pass = continues ? carriedPass(passAt(estimate, time), there.transition) : passAt(estimate, time)
    const { orbit } = there
    const taken = absorb(dynamics, orbit, estimate.heard, measurement, sensor)
    if (taken === undefined) return undefined
    const { innovation } = taken
    if (!innovation.accepted) return { estimate: refused(estimate, orbit, pass, measurement), innovation }
    const next = summed(pass, orbit, taken.linear, measurement)
    const cleared = estimate.manoeuvre === undefined || time - estimate.manoeuvre.detectedAt > clearedAfter
    const updated: NumericEstimate = {
      ...estimate,
      orbit: taken.orbit,
      heard: taken.heard,
      time,
      accepted: estimate.accepted + 1,
      refusedInRow: 0,
      manoeuvreSuspected: estimate.manoeuvreSuspected && !cleared,
      pass: next
    }
    return {
      estimate: correctionsTooLarge(next, taken.orbit) ? suspected(updated, next, "corrections") : updated,
      innovation
    }
  }
}
