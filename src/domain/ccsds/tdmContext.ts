/** What the metadata of a TDM segment says of its data: which sensor, which object, which units and frame. */
import { Result } from "effect"
import type { Sensor } from "../observation/sensors/Sensor.ts"
import type { SensorRegistry } from "../observation/sensors/SensorRegistry.ts"
import type { InertialFrame } from "../orbit/measurement/Observer.ts"
import type { TdmSegment } from "./tdmSegments.ts"

export interface TdmContext {
  readonly sensor: Sensor
  readonly objectHint: string | undefined
  /** Metres of one unit of RANGE, or why there is no such number. */
  readonly metresPerRangeUnit: Result.Result<number, string>
  readonly angles: Result.Result<"AZEL" | InertialFrame, string>
  /** To be added to the values of a keyword, in the file's units: what CORRECTIONS_APPLIED = NO leaves to the reader. */
  readonly correction: (key: string) => number
}

const lightSpeed = 299_792_458

const frames: Readonly<Record<string, InertialFrame>> = {
  EME2000: "EME2000",
  J2000: "EME2000",
  ICRF: "GCRF",
  GCRF: "GCRF",
  TEME: "TEME"
}

const rangeUnit = (unit: string, legs: number): Result.Result<number, string> => {
  switch (unit.toLowerCase()) {
    case "km":
      return Result.succeed(1000)
    case "s":
      return Result.succeed(lightSpeed / legs)
    default:
      return Result.fail(`RANGE_UNITS = ${unit} cannot be converted to metres (km and s can)`)
  }
}

const angleKind = (
  type: string | undefined,
  frame: string | undefined,
  sensor: Sensor
): Result.Result<"AZEL" | InertialFrame, string> => {
  if (type === "AZEL") return Result.succeed("AZEL")
  if (type !== "RADEC") return Result.fail(`ANGLE_TYPE = ${type ?? "(absent)"} is not supported (AZEL and RADEC are)`)
  const known = frame === undefined ? sensor.angleFrame : frames[frame]
  return known === undefined
    ? Result.fail(`REFERENCE_FRAME = ${frame} is not supported (EME2000, ICRF and TEME are)`)
    : Result.succeed(known)
}

/** The context of a segment, or the reason why none of its records can be used. */
export const tdmContext = (
  segment: TdmSegment,
  registry: Pick<SensorRegistry, "bySourceId">
): Result.Result<TdmContext, string> => {
  const meta = new Map(segment.metadata.map(({ key, value }) => [key, value]))
  const timeSystem = meta.get("TIME_SYSTEM")
  if (timeSystem !== "UTC") return Result.fail(`TIME_SYSTEM = ${timeSystem ?? "(absent)"} is not UTC`)
  const path = (meta.get("PATH") ?? "").split(",").filter((entry) => entry !== "")
  // The receiver closes the path; without a path the first participant is the sensor.
  const order = [path.at(-1), path[0], "1", "2", "3", "4", "5"]
  const names = order.map((number) => meta.get(`PARTICIPANT_${number}`)).filter((name) => name !== undefined)
  const sensor = names.map((name) => registry.bySourceId.get(name)).find((known) => known !== undefined)
  if (sensor === undefined) {
    return Result.fail(
      names.length === 0
        ? "PARTICIPANT_1 is absent"
        : `${[...new Set(names)].join(", ")} is unregistered: the sensor registry does not know it`
    )
  }
  const target = names.find((name) => name !== sensor.sourceId)
  return Result.succeed({
    sensor,
    objectHint: meta.get("TRACK_ID") ?? target,
    metresPerRangeUnit: rangeUnit(meta.get("RANGE_UNITS") ?? "km", Math.max(1, path.length - 1)),
    angles: angleKind(meta.get("ANGLE_TYPE"), meta.get("REFERENCE_FRAME"), sensor),
    correction: (key) => meta.get("CORRECTIONS_APPLIED") === "NO" ? Number(meta.get(`CORRECTION_${key}`) ?? 0) : 0
  })
}
