/** One sensor as the registry's JSON file has it: degrees for places and radar angles, arcseconds for telescopes, units in every name. */
import { Schema } from "effect"
import { isCanaryArray, isCanaryObject, isCanarySource } from "../../canary/reserved.ts"
import { type EarthOrientationAt, noEarthOrientation } from "../../orbit/frames/EarthOrientation.ts"
import type { Site } from "../../orbit/frames/Site.ts"
import { makeObserver } from "../../orbit/measurement/Observer.ts"
import type { PerComponent, Sensor } from "./Sensor.ts"

const number = (minimum: number, maximum: number) =>
  Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))
const positive = Schema.Finite.pipe(Schema.check(Schema.isGreaterThan(0)))
const u32 = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff })))

const components = <S extends Schema.Struct.Fields[string]>(field: S) => ({
  rangeMetres: field,
  rangeRateMetresPerSecond: field,
  azimuthDegrees: field,
  elevationDegrees: field,
  rightAscensionArcseconds: field,
  declinationArcseconds: field,
  positionMetres: field,
  velocityMetresPerSecond: field
})

const Biases = Schema.Struct(components(Schema.optionalKey(Schema.Finite)))
const Sigmas = Schema.Struct(components(Schema.optionalKey(positive)))

export const SensorRecord = Schema.Struct({
  sourceId: Schema.NonEmptyString,
  kind: Schema.Literals(["radar", "optical", "isl"]),
  arrayId: Schema.optionalKey(u32),
  satelliteId: Schema.optionalKey(u32),
  site: Schema.optionalKey(Schema.Struct({
    latitudeDegrees: number(-90, 90),
    longitudeDegrees: number(-180, 360),
    heightMetres: number(-500, 20_000)
  })),
  mask: Schema.optionalKey(Schema.Struct({
    minimumElevationDegrees: number(-90, 90),
    maximumRangeMetres: Schema.optionalKey(positive)
  })),
  biases: Schema.optionalKey(Biases),
  sigmas: Schema.optionalKey(Sigmas),
  angleFrame: Schema.optionalKey(Schema.Literals(["TEME", "EME2000", "GCRF"])),
  corrections: Schema.optionalKey(Schema.Struct({ lightTime: Schema.Boolean, aberration: Schema.Boolean })),
  clockOffsetSeconds: Schema.optionalKey(Schema.Finite)
})
export type SensorRecord = typeof SensorRecord.Type

const degree = Math.PI / 180
const arcsecond = degree / 3600

const perComponent = (record: typeof Biases.Type): PerComponent => ({
  ...(record.rangeMetres !== undefined && { range: record.rangeMetres }),
  ...(record.rangeRateMetresPerSecond !== undefined && { rangeRate: record.rangeRateMetresPerSecond }),
  ...(record.azimuthDegrees !== undefined && { azimuth: record.azimuthDegrees * degree }),
  ...(record.elevationDegrees !== undefined && { elevation: record.elevationDegrees * degree }),
  ...(record.rightAscensionArcseconds !== undefined
    && { rightAscension: record.rightAscensionArcseconds * arcsecond }),
  ...(record.declinationArcseconds !== undefined && { declination: record.declinationArcseconds * arcsecond }),
  ...(record.positionMetres !== undefined && { position: record.positionMetres }),
  ...(record.velocityMetresPerSecond !== undefined && { velocity: record.velocityMetresPerSecond })
})

/** Which of a record's ids is a canary's: its observations would be taken for canaries and never reach an alert. */
const reserved = ({ arrayId, satelliteId, sourceId }: SensorRecord): string | undefined => {
  if (isCanarySource(sourceId)) return `sourceId "${sourceId}" is reserved for canaries`
  if (arrayId !== undefined && isCanaryArray(arrayId)) return `arrayId ${arrayId} is reserved for canaries`
  return satelliteId !== undefined && isCanaryObject(String(satelliteId))
    ? `satelliteId ${satelliteId} is reserved for canaries (4000000000 to 4000999999)`
    : undefined
}

/** What a record says that its kind does not allow or no registry may, or `undefined`. */
export const contradiction = (record: SensorRecord): string | undefined => {
  if (record.kind !== "isl" && record.site === undefined) return `a sensor of kind ${record.kind} needs a site`
  if (record.kind === "isl" && record.satelliteId === undefined) return "a sensor of kind isl needs a satelliteId"
  if (record.kind !== "radar" && record.arrayId !== undefined) return "only a radar has an arrayId"
  if (record.kind !== "isl" && record.satelliteId !== undefined) return "only a sensor of kind isl has a satelliteId"
  return reserved(record)
}

/**
 * The sensor of a record, its observer made. What a record leaves out: mask at the horizon, no bias, EME2000, light time in the
 * measurement and aberration taken out (the astrometric place of a plate solved against corrected stars), a true clock.
 */
export const sensorOf = (
  record: SensorRecord,
  earthOrientation: EarthOrientationAt = () => noEarthOrientation
): Sensor => {
  const site: Site | undefined = record.site && {
    latitude: record.site.latitudeDegrees * degree,
    longitude: record.site.longitudeDegrees * degree,
    height: record.site.heightMetres
  }
  return {
    sourceId: record.sourceId,
    kind: record.kind,
    ...(record.arrayId !== undefined && { arrayId: record.arrayId }),
    ...(record.satelliteId !== undefined && { satelliteId: record.satelliteId }),
    ...(site !== undefined && { site, observer: makeObserver(site, earthOrientation) }),
    mask: {
      minimumElevation: (record.mask?.minimumElevationDegrees ?? 0) * degree,
      ...(record.mask?.maximumRangeMetres !== undefined && { maximumRange: record.mask.maximumRangeMetres })
    },
    biases: perComponent(record.biases ?? {}),
    sigmas: perComponent(record.sigmas ?? {}),
    angleFrame: record.angleFrame ?? "EME2000",
    corrections: record.corrections ?? { lightTime: false, aberration: true },
    clockOffset: record.clockOffsetSeconds ?? 0,
    earthOrientation
  }
}
