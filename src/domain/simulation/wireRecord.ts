/** A simulated measurement as the bytes of its source's wire format. */
import { encodeIslBeacon } from "../observation/formats/islBeacon.ts"
import { encodeRadarFrame } from "../observation/formats/radarFrame.ts"
import type { Target } from "../observation/Observation.ts"
import type { Sensor } from "../observation/sensors/Sensor.ts"
import { format, type UtcTime } from "../time/UtcTime.ts"

const utf8 = new TextEncoder()

/** The 21 lower-triangle terms of a diagonal covariance of position and velocity. */
const diagonal = (position: number, velocity: number): ReadonlyArray<number> => {
  const terms: Array<number> = []
  for (let row = 0; row < 6; row++) {
    for (let column = 0; column <= row; column++) {
      terms.push(row === column ? (row < 3 ? position : velocity) ** 2 : 0)
    }
  }
  return terms
}

/**
 * The record of a measurement: a radar frame, an ISL beacon with its length prefix, or one record of the optical archive as JSON.
 *
 * `reportedId` is the object that the sensor says it followed: a radar's and a telescope's track number. `rangeFactor` spoils the unit.
 * `undefined` when the sensor lacks what its wire needs (array or satellite id) or measures something else.
 */
export const wireRecord = (
  sensor: Sensor,
  target: Target,
  stamp: UtcTime,
  reportedId: string,
  sequence: number,
  rangeFactor: number
): Uint8Array | undefined => {
  const { sigmas } = sensor
  switch (target._tag) {
    case "RangeRate":
      return sensor.arrayId === undefined ? undefined : encodeRadarFrame({
        arrayId: sensor.arrayId,
        trackId: Number(reportedId),
        sensorTime: stamp,
        range: (target.range ?? 0) * rangeFactor,
        rangeRate: (target.rangeRate ?? 0) * rangeFactor,
        azimuth: target.azimuth ?? 0,
        elevation: target.elevation ?? 0,
        sigmaRange: sigmas.range ?? 0,
        sigmaRangeRate: sigmas.rangeRate ?? 0,
        sequence,
        flags: 0
      })
    case "Angular":
      return utf8.encode(JSON.stringify({
        id: `${sensor.sourceId}-${sequence}`,
        sourceId: sensor.sourceId,
        time: format(stamp),
        rightAscension: target.rightAscension,
        declination: target.declination,
        frame: target.frame,
        sigmaRightAscension: sigmas.rightAscension,
        sigmaDeclination: sigmas.declination,
        trackId: reportedId
      }))
    case "StateVector":
      return sensor.satelliteId === undefined ? undefined : encodeIslBeacon({
        satelliteId: sensor.satelliteId,
        time: stamp,
        frame: target.frame,
        position: target.position,
        velocity: target.velocity,
        covariance: diagonal(sigmas.position ?? 0, sigmas.velocity ?? 0)
      })
    case "AzimuthElevation":
      return undefined
  }
}
