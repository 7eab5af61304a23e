/**
 * SGP4/SDP4 by satellite.js, from full-precision elements, at full-precision times.
 *
 * Elements go in as doubles (OMM fields), never through TLE text. Minutes since epoch come from the epoch as a number. The
 * library's own epoch, which it cuts to milliseconds, serves only sidereal time and the phases of Sun and Moon; what it cut off is
 * put back (without that, deep-space states are up to 35 mm off). Improved mode, WGS-72. The result is in TEME of date, SI.
 *
 * A propagator holds a few hundred numbers and no history: a result does not depend on the calls before it.
 */
import { Result, Schema } from "effect"
import { checkForDecay, json2satrec, type SatRec, sgp4 } from "satellite.js"
import type { UtcTime } from "../../time/UtcTime.ts"
import { implausible, type MeanElements, radiansPerDegree, revPerDay } from "../catalogue/MeanElements.ts"
import type { State } from "./State.ts"

/** Elements that SGP4 cannot start from. */
export class PropagationError extends Schema.TaggedError<PropagationError>()("PropagationError", {
  objectId: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `object ${this.objectId}: ${this.reason}`
  }
}

export interface Propagator {
  readonly elements: MeanElements
  /** State in TEME, m and m/s; `undefined` when SGP4 reports an error (elements out of range, decayed) or
   * when its drag terms have shrunk the orbit past nothing, where it goes on with meaningless states. */
  readonly stateAt: (time: UtcTime) => State | undefined
  /** As `stateAt`, into `out` from `offset`: x y z m, vx vy vz m/s. False, and `out` untouched, on an SGP4 error. */
  readonly stateInto: (time: UtcTime, out: Float64Array, offset?: number) => boolean
}

const reasons: Readonly<Record<number, string>> = {
  1: "mean eccentricity out of range",
  2: "mean motion below zero",
  3: "perturbed eccentricity out of range",
  4: "semi-latus rectum below zero",
  6: "decayed"
}

const dayMillis = 86_400_000
/** rad/day: rotation of the Earth, and the mean motions that SDP4 gives to the phases of Sun and Moon. */
const siderealRate = 6.300_388_098_66
const solarRate = 0.017_201_977
const lunarRate = 0.229_971_5 - 0.001_944_368

/** Moves the epoch of the deep-space terms by a fraction of a millisecond. */
const shiftDeepSpaceEpoch = (satrec: SatRec, days: number): void => {
  const theta = siderealRate * days
  satrec.gsto += theta
  satrec.zmos += solarRate * days
  satrec.zmol += lunarRate * days
  // Resonance angle of one-day and half-day orbits: it has the sidereal angle once or twice in it.
  if (satrec.irez > 0) satrec.xlamo -= satrec.irez * theta
  satrec.xli = satrec.xlamo
}

const unixEpochJulian = 2_440_587.5

const satrecOf = (elements: MeanElements): SatRec => {
  const satrec = json2satrec({
    OBJECT_NAME: elements.name,
    OBJECT_ID: elements.internationalDesignator,
    NORAD_CAT_ID: elements.objectId,
    EPOCH: new Date(elements.epoch).toISOString(),
    MEAN_MOTION: elements.meanMotion / revPerDay,
    ECCENTRICITY: elements.eccentricity,
    INCLINATION: elements.inclination / radiansPerDegree,
    RA_OF_ASC_NODE: elements.rightAscension / radiansPerDegree,
    ARG_OF_PERICENTER: elements.argumentOfPerigee / radiansPerDegree,
    MEAN_ANOMALY: elements.meanAnomaly / radiansPerDegree,
    BSTAR: elements.bstar,
    // SGP4 ignores the derivatives of mean motion.
    MEAN_MOTION_DOT: 0,
    MEAN_MOTION_DDOT: 0,
    ELEMENT_SET_NO: elements.elementSetNumber
  })
  if (satrec.method === "d") {
    shiftDeepSpaceEpoch(satrec, unixEpochJulian + elements.epoch / dayMillis - satrec.jdsatepoch)
  }
  return satrec
}

const millisPerMinute = 60_000
/** Years 1950 to 2100, where the library's calendar is right. */
const earliest = Date.UTC(1950, 0, 1)
const latest = Date.UTC(2100, 0, 1)

/** Prepares SGP4 for an element set. Fails when the elements are no orbit or SGP4 reports an error at their epoch. */
export const makePropagator = (elements: MeanElements): Result.Result<Propagator, PropagationError> => {
  const fail = (reason: string) => Result.fail(new PropagationError({ objectId: elements.objectId, reason }))
  const wrong = implausible(elements)
  if (wrong !== undefined) return fail(wrong)
  if (!(elements.epoch >= earliest && elements.epoch < latest)) return fail("epoch is not between 1950 and 2100")
  const satrec = satrecOf(elements)
  const atEpoch = sgp4(satrec, 0)
  if (atEpoch === null) return fail(reasons[satrec.error] ?? `SGP4 error ${satrec.error}`)
  if (!Number.isFinite(atEpoch.position.x + atEpoch.velocity.x)) return fail("SGP4 gives no finite state at the epoch")
  const { epoch } = elements
  return Result.succeed({
    elements,
    stateAt: (time) => {
      const result = sgp4(satrec, (time - epoch) / millisPerMinute)
      if (result === null || checkForDecay(satrec)) return undefined
      const { position: r, velocity: v } = result
      return { position: [r.x * 1000, r.y * 1000, r.z * 1000], velocity: [v.x * 1000, v.y * 1000, v.z * 1000] }
    },
    stateInto: (time, out, offset = 0) => {
      const result = sgp4(satrec, (time - epoch) / millisPerMinute)
      if (result === null || checkForDecay(satrec)) return false
      const { position: r, velocity: v } = result
      out[offset] = r.x * 1000
      out[offset + 1] = r.y * 1000
      out[offset + 2] = r.z * 1000
      out[offset + 3] = v.x * 1000
      out[offset + 4] = v.y * 1000
      out[offset + 5] = v.z * 1000
      return true
    }
  })
}
