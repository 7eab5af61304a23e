/**
 * The sensors of the canaries: none of theirs is a real one, so that nothing a canary does is taken for a sign of life of a real sensor, or
 * moves its clock. Three sites on the equator, 120 degrees apart: one of them always has a canary at 25 degrees of elevation or more.
 */
import type { Sensor } from "../observation/sensors/Sensor.ts"
import { sensorOf, type SensorRecord } from "../observation/sensors/sensorRecord.ts"
import { makeRegistry, type SensorRegistry } from "../observation/sensors/SensorRegistry.ts"
import { apartObjects, canaryArrayIds, canaryLinks, canaryRadars, canaryTelescopes } from "./reserved.ts"

const siteOf = (index: number) => ({ latitudeDegrees: 0, longitudeDegrees: 120 * index - 120, heightMetres: 0 })
const mask = { minimumElevationDegrees: 5 }

const records: ReadonlyArray<SensorRecord> = [
  ...canaryRadars.map((sourceId, index): SensorRecord => ({
    sourceId,
    kind: "radar",
    arrayId: canaryArrayIds[index] ?? 0,
    site: siteOf(index),
    mask,
    sigmas: { rangeMetres: 25, rangeRateMetresPerSecond: 0.05, azimuthDegrees: 0.015, elevationDegrees: 0.015 }
  })),
  ...canaryTelescopes.map((sourceId, index): SensorRecord => ({
    sourceId,
    kind: "optical",
    site: siteOf(index),
    mask,
    sigmas: { rightAscensionArcseconds: 2, declinationArcseconds: 2 },
    angleFrame: "EME2000",
    corrections: { lightTime: false, aberration: true }
  })),
  ...canaryLinks.map((sourceId, index): SensorRecord => ({
    sourceId,
    kind: "isl",
    satelliteId: Number(apartObjects[index]),
    sigmas: { positionMetres: 10, velocityMetresPerSecond: 0.02 }
  }))
]

export const canarySensors: ReadonlyArray<Sensor> = records.map((record) => sensorOf(record, undefined))

/** A registry that knows the canaries' sensors as well. */
export const withCanarySensors = (registry: SensorRegistry): SensorRegistry =>
  makeRegistry([...registry.bySourceId.values(), ...canarySensors])
