/**
 * The network that ships: six radars from 78 degrees north to 69 degrees south, six telescopes of which one at least is always in the
 * dark, and the inter-satellite links of four objects of the simulator's synthetic catalogue (the first is the one on a conjunction course).
 *
 * The places are those of real observatories and radar sites; the figures are in the range that operators publish (25 m to 150 m and 0.01 to 0.03
 * degree for a radar, 1 to 12 arcsecond for a telescope) and belong to no particular instrument.
 */
import type { EarthOrientationAt } from "../../orbit/frames/EarthOrientation.ts"
import { sensorOf, type SensorRecord } from "./sensorRecord.ts"
import { makeRegistry, type SensorRegistry } from "./SensorRegistry.ts"

const radar = (
  sourceId: string,
  arrayId: number,
  latitudeDegrees: number,
  longitudeDegrees: number,
  heightMetres: number
): SensorRecord => ({
  sourceId,
  kind: "radar",
  arrayId,
  site: { latitudeDegrees, longitudeDegrees, heightMetres },
  mask: { minimumElevationDegrees: 5, maximumRangeMetres: 3_000_000 },
  sigmas: { rangeMetres: 25, rangeRateMetresPerSecond: 0.05, azimuthDegrees: 0.015, elevationDegrees: 0.015 }
})

const telescope = (
  sourceId: string,
  latitudeDegrees: number,
  longitudeDegrees: number,
  heightMetres: number
): SensorRecord => ({
  sourceId,
  kind: "optical",
  site: { latitudeDegrees, longitudeDegrees, heightMetres },
  mask: { minimumElevationDegrees: 20 },
  sigmas: { rightAscensionArcseconds: 2, declinationArcseconds: 2 },
  angleFrame: "EME2000",
  corrections: { lightTime: false, aberration: true }
})

const link = (satelliteId: number): SensorRecord => ({
  sourceId: `isl-${satelliteId}`,
  kind: "isl",
  satelliteId,
  sigmas: { positionMetres: 10, velocityMetresPerSecond: 0.02 }
})

export const defaultSensors: ReadonlyArray<SensorRecord> = [
  radar("radar-svalbard", 1, 78.153, 16.029, 445),
  radar("radar-poker-flat", 2, 65.13, -147.47, 213),
  radar("radar-kwajalein", 3, 9.395, 167.479, 10),
  radar("radar-guanacaste", 4, 10.61, -85.53, 60),
  radar("radar-naseby", 5, -45.04, 170.1, 600),
  radar("radar-syowa", 6, -69.006, 39.59, 20),
  telescope("optical-tenerife", 28.3, -16.51, 2393),
  telescope("optical-siding-spring", -31.273, 149.064, 1165),
  telescope("optical-atacama", -22.953, -68.18, 2400),
  telescope("optical-haleakala", 20.708, -156.257, 3055),
  telescope("optical-sutherland", -32.38, 20.811, 1798),
  telescope("optical-hanle", 32.779, 78.964, 4500),
  link(98_001),
  link(98_003),
  link(98_004),
  link(98_005)
]

/** The shipped network as a registry. */
export const defaultRegistry = (earthOrientation?: EarthOrientationAt): SensorRegistry =>
  makeRegistry(defaultSensors.map((record) => sensorOf(record, earthOrientation)))
