/** Observations as a CCSDS Tracking Data Message 503.0-B (KVN), version 2.0. */
import type { Observation } from "../../observation/Observation.ts"
import { format, type UtcTime } from "../../time/UtcTime.ts"
import { numberText } from "../kvn.ts"

export interface TdmHeader {
  readonly creationDate: UtcTime
  readonly originator: string
}

export interface TdmWriting {
  readonly text: string
  /** What a TDM has no keyword for: state vectors, Earth-fixed right ascension. */
  readonly unwritable: ReadonlyArray<Observation>
}

const degrees = 180 / Math.PI
const epoch = (time: UtcTime): string => format(time).replace("Z", "")

/** Metadata that observations must share to stand in one segment, or `undefined` for what cannot be written. */
const metadata = ({ objectHint, sourceId, target }: Observation): string | undefined => {
  const frame = target._tag === "Angular" ? (target.frame === "GCRF" ? "ICRF" : target.frame) : undefined
  if (target._tag === "StateVector" || frame === "ITRF") return undefined
  return [
    ...(objectHint === undefined ? [] : [`TRACK_ID = ${objectHint}`]),
    "TIME_SYSTEM = UTC",
    `PARTICIPANT_1 = ${sourceId}`,
    ...(objectHint === undefined ? [] : [
      `PARTICIPANT_2 = ${objectHint}`,
      "MODE = SEQUENTIAL",
      `PATH = ${target._tag === "RangeRate" ? "1,2,1" : "2,1"}`
    ]),
    ...(target._tag === "RangeRate" ? ["RANGE_UNITS = km"] : []),
    ...(frame === undefined ? ["ANGLE_TYPE = AZEL"] : ["ANGLE_TYPE = RADEC", `REFERENCE_FRAME = ${frame}`])
  ].join("\n")
}

const angleLines = (at: string, first: number | undefined, second: number | undefined): ReadonlyArray<string> => [
  ...(first === undefined ? [] : [`ANGLE_1 = ${at} ${numberText(first * degrees)}`]),
  ...(second === undefined ? [] : [`ANGLE_2 = ${at} ${numberText(second * degrees)}`])
]

const dataLines = ({ sensorTimestamp, target }: Observation): ReadonlyArray<string> => {
  const at = epoch(sensorTimestamp)
  switch (target._tag) {
    case "RangeRate":
      return [
        ...(target.range === undefined ? [] : [`RANGE = ${at} ${numberText(target.range / 1000)}`]),
        ...(target.rangeRate === undefined
          ? []
          : [`DOPPLER_INSTANTANEOUS = ${at} ${numberText(target.rangeRate / 1000)}`]),
        ...angleLines(at, target.azimuth, target.elevation)
      ]
    case "AzimuthElevation":
      return angleLines(at, target.azimuth, target.elevation)
    case "Angular":
      return angleLines(at, target.rightAscension, target.declination)
    case "StateVector":
      return []
  }
}

/**
 * Writes observations in the order given; neighbours of one sensor, object and kind of measurement share a segment, as far as no two of one
 * epoch stand in it: a data section has a keyword once an epoch.
 */
export const writeTdm = (observations: Iterable<Observation>, header: TdmHeader): TdmWriting => {
  const unwritable: Array<Observation> = []
  const lines = [
    "CCSDS_TDM_VERS = 2.0",
    `CREATION_DATE = ${epoch(header.creationDate)}`,
    `ORIGINATOR = ${header.originator}`
  ]
  let open: string | undefined
  let epochs = new Set<string>()
  for (const observation of observations) {
    const meta = metadata(observation)
    const data = dataLines(observation)
    if (meta === undefined || data.length === 0) {
      unwritable.push(observation)
      continue
    }
    const at = epoch(observation.sensorTimestamp)
    if (meta !== open || epochs.has(at)) {
      if (open !== undefined) lines.push("DATA_STOP")
      lines.push("META_START", meta, "META_STOP", "DATA_START")
      open = meta
      epochs = new Set()
    }
    epochs.add(at)
    lines.push(...data)
  }
  if (open !== undefined) lines.push("DATA_STOP")
  return { text: `${lines.join("\n")}\n`, unwritable }
}
