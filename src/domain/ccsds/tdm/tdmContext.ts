/** Who measured what a TDM segment holds, in which frame, and at what time. */
import { Result } from "effect"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { SensorRegistry } from "../../observation/sensors/SensorRegistry.ts"
import type { InertialFrame } from "../../orbit/measurement/Observer.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { frameOf } from "../frames.ts"
import type { MessageProblem } from "../kvn.ts"
import type { TdmMetadata } from "./tdmMetadata.ts"

export interface TdmContext {
  readonly sensor: Sensor
  readonly objectHint: string | undefined
  readonly metadata: TdmMetadata
  readonly angles: Result.Result<"AZEL" | InertialFrame, string>
  /** To be added to the values of a keyword, in the file's units: what CORRECTIONS_APPLIED = NO leaves to the reader. */
  readonly correction: (key: string) => number
  /** From a time tag to the time that an observation is of: the target's, and a telescope's own for what light time is taken out of later. */
  readonly timeOf: (
    tag: UtcTime,
    range: number | undefined,
    kind: "angular" | "other"
  ) => Result.Result<UtcTime, string>
}

const lightSpeed = 299_792_458

const angleKind = (metadata: TdmMetadata, sensor: Sensor): Result.Result<"AZEL" | InertialFrame, string> => {
  const type = metadata.listed("ANGLE_TYPE")
  if (type === "AZEL") return Result.succeed("AZEL")
  if (type !== "RADEC") {
    return Result.fail(
      `ANGLE_TYPE = ${metadata.text("ANGLE_TYPE") ?? "(absent)"} is not supported (AZEL and RADEC are)`
    )
  }
  const uncorrected = ["CORRECTION_ABERRATION_YEARLY", "CORRECTION_ABERRATION_DIURNAL"].find((key) =>
    (metadata.number(key) ?? 0) !== 0
  )
  if (uncorrected !== undefined && metadata.listed("CORRECTIONS_APPLIED") === "NO") {
    return Result.fail(`${uncorrected} is left to the reader, which is not supported`)
  }
  const name = metadata.text("REFERENCE_FRAME")
  const known = name === undefined ? sensor.angleFrame : frameOf(name)
  return known === undefined || known === "ITRF"
    ? Result.fail(`REFERENCE_FRAME = ${name} is not supported (EME2000, ICRF and TEME are)`)
    : Result.succeed(known)
}

/** Whether the end of the path that the time tags are of is the sensor's: then light is still under way, or was, between it and the target. */
const atSensor = ({ path }: TdmMetadata, reference: string, { sourceId }: Sensor): boolean =>
  path.length === 0 || (reference === "RECEIVE" ? path.at(-1) : path[0]) === sourceId

const timeOf = (metadata: TdmMetadata, sensor: Sensor): TdmContext["timeOf"] => {
  const reference = metadata.listed("TIMETAG_REF")
  if (reference === undefined) return (tag) => Result.succeed(tag)
  const distant = atSensor(metadata, reference, sensor)
  return (tag, range, kind) => {
    // What a telescope sees is predicted one light time earlier, so it wants the time of receipt.
    const received = kind === "angular" && !sensor.corrections.lightTime
    if (received ? distant && reference === "RECEIVE" : !distant) return Result.succeed(tag)
    if (received || range === undefined) {
      return Result.fail(`TIMETAG_REF = ${reference}: without a RANGE of this epoch the light time is not known`)
    }
    const lightTime = range / lightSpeed * 1000
    return Result.succeed(reference === "RECEIVE" ? tag - lightTime : tag + lightTime)
  }
}

/** The context of a segment, or the reason, and its line, why none of its records can be used. */
export const tdmContext = (
  metadata: TdmMetadata,
  registry: Pick<SensorRegistry, "bySourceId">
): Result.Result<TdmContext, MessageProblem> => {
  // The receiver closes the path; without a path the first participant is the sensor.
  const participants = [1, 2, 3, 4, 5].flatMap((number) => metadata.text(`PARTICIPANT_${number}`) ?? [])
  const names = [...metadata.path.slice(-1), ...metadata.path.slice(0, 1), ...participants]
  const sensor = names.map((name) => registry.bySourceId.get(name)).find((known) => known !== undefined)
  if (sensor === undefined) {
    return Result.fail({
      line: metadata.lineOf("PARTICIPANT_1"),
      reason: `${[...new Set(names)].join(", ")} is unregistered: the sensor registry does not know it`
    })
  }
  // The standard's word for an object that nobody has a name for is no hint.
  const target = names.find((name) => name !== sensor.sourceId && name.toUpperCase() !== "UNKNOWN")
  const applied = metadata.listed("CORRECTIONS_APPLIED") !== "NO"
  return Result.succeed({
    sensor,
    objectHint: metadata.text("TRACK_ID") ?? target,
    metadata,
    angles: angleKind(metadata, sensor),
    correction: (key) => {
      const of = key.startsWith("DOPPLER_") ? "DOPPLER" : key
      return applied ? 0 : metadata.number(`CORRECTION_${of}`) ?? 0
    },
    timeOf: timeOf(metadata, sensor)
  })
}
