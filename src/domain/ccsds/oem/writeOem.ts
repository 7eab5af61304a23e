/** Writes orbit ephemeris messages, CCSDS 502.0-B version 2.0, in keyword = value notation. Numbers keep 15 digits, times microseconds. */
import type { Vector3 } from "../../observation/Observation.ts"
import { format, type UtcTime } from "../../time/UtcTime.ts"
import { numberText } from "../kvn.ts"
import type { Oem, OemCovariance, OemSegment, OemState } from "./oem.ts"

const time = (value: UtcTime): string => format(value).slice(0, -1)
/** One line of printable text. */
const text = (value: string): string => value.replaceAll(/[^ -~]+/g, " ").trim() || "UNKNOWN"
const comment = (value: string): string => `COMMENT ${value.replaceAll(/[^ -~]+/g, " ")}`.trimEnd()

const kilometres = (vector: Vector3): ReadonlyArray<string> => vector.map((value) => numberText(value / 1000))

const stateLine = ({ acceleration, epoch, position, velocity }: OemState): string =>
  [
    time(epoch),
    ...kilometres(position),
    ...kilometres(velocity),
    ...(acceleration === undefined ? [] : kilometres(acceleration))
  ].join(" ")

/** The lower triangle, row by row. */
const covarianceLines = ({ epoch, frame, matrix }: OemCovariance): ReadonlyArray<string> => [
  `EPOCH = ${time(epoch)}`,
  `COV_REF_FRAME = ${frame}`,
  ...[0, 1, 2, 3, 4, 5].map((row) =>
    Array.from({ length: row + 1 }, (_, column) => numberText((matrix[6 * row + column] ?? 0) / 1e6)).join(" ")
  )
]

const segmentLines = (segment: OemSegment): ReadonlyArray<string> => {
  const optional: ReadonlyArray<readonly [key: string, value: string | undefined]> = [
    ["START_TIME", time(segment.start)],
    ["USEABLE_START_TIME", segment.useableStart === undefined ? undefined : time(segment.useableStart)],
    ["USEABLE_STOP_TIME", segment.useableStop === undefined ? undefined : time(segment.useableStop)],
    ["STOP_TIME", time(segment.stop)],
    ["INTERPOLATION", segment.interpolation],
    ["INTERPOLATION_DEGREE", segment.interpolationDegree?.toString()]
  ]
  return [
    "META_START",
    ...segment.comments.map(comment),
    `OBJECT_NAME = ${text(segment.objectName)}`,
    `OBJECT_ID = ${text(segment.objectId)}`,
    "CENTER_NAME = EARTH",
    `REF_FRAME = ${segment.frame}`,
    "TIME_SYSTEM = UTC",
    ...optional.flatMap(([key, value]) => value === undefined ? [] : [`${key} = ${value}`]),
    "META_STOP",
    ...segment.states.map(stateLine),
    ...(segment.covariances.length === 0
      ? []
      : ["COVARIANCE_START", ...segment.covariances.flatMap(covarianceLines), "COVARIANCE_STOP"])
  ]
}

/** The message. Ends with a line break. */
export const formatOem = (oem: Oem): string =>
  [
    "CCSDS_OEM_VERS = 2.0",
    ...oem.comments.map(comment),
    `CREATION_DATE = ${time(oem.creationDate)}`,
    `ORIGINATOR = ${text(oem.originator)}`,
    ...oem.segments.flatMap(segmentLines),
    ""
  ].join("\n")
