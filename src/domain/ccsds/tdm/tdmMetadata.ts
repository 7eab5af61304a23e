/**
 * What the metadata of a TDM segment says of its data, whoever the sensor is. What would change the meaning of a value and is not
 * implemented is a fault, never passed over: differenced data, delays that are not taken out, relayed paths, ambiguous ranges.
 */
import { Result } from "effect"
import { parse } from "../../time/UtcTime.ts"
import { type KvnLine, type MessageProblem, numberOf } from "../kvn.ts"
import { listedMetadata, metadataKeys, numericMetadata } from "./tdmKeywords.ts"
import type { TdmSegment } from "./tdmSegments.ts"

export interface TdmMetadata {
  readonly text: (key: string) => string | undefined
  /** Values of the standard's lists, in capitals. */
  readonly listed: (key: string) => string | undefined
  readonly number: (key: string) => number | undefined
  /** Where a keyword stands, else where the segment begins. */
  readonly lineOf: (key: string) => number
  /** Names of the participants that the signal passes, in order; empty without a PATH. */
  readonly path: ReadonlyArray<string>
  /** Metres of one unit of RANGE, or why the range cannot be used. */
  readonly metresPerRangeUnit: Result.Result<number, string>
  /** Why range rates cannot be used. */
  readonly noRangeRate: string | undefined
  readonly radec: boolean
}

const lightSpeed = 299_792_458
/** Farther than any object that is tracked, m: a greater modulus makes no range ambiguous. */
const farthest = 1e9

const valueFault = ({ key, value }: KvnLine): string | undefined => {
  if (numericMetadata.has(key)) return numberOf(value) === undefined ? `${key}: "${value}" is not a number` : undefined
  const values = listedMetadata.get(key)
  if (values !== undefined && !values.includes(value.toUpperCase())) {
    return `${key}: "${value}" is not one of ${values.join(", ")}`
  }
  if (key === "START_TIME" || key === "STOP_TIME") {
    return parse(value) === undefined ? `${key}: "${value}" is not a time` : undefined
  }
  return value === "" ? `${key} has no value` : undefined
}

/** The first fault of a line by itself, or of two lines of one keyword. */
const lineFault = (lines: ReadonlyArray<KvnLine>): MessageProblem | undefined => {
  const seen = new Map<string, number>()
  for (const each of lines) {
    const { key, line } = each
    const earlier = seen.get(key)
    if (!metadataKeys.has(key)) return { line, reason: `${key} is not a keyword of the metadata of a TDM` }
    if (earlier !== undefined) return { line, reason: `${key} is given twice, first in line ${earlier}` }
    seen.set(key, line)
    const reason = valueFault(each)
    if (reason !== undefined) return { line, reason }
  }
  return undefined
}

type Values = ReadonlyMap<string, KvnLine>

/** The first fault in what the values say together. */
const meaningFault = (values: Values, start: number): MessageProblem | undefined => {
  const at = (key: string) => values.get(key)
  for (const key of ["TIME_SYSTEM", "PARTICIPANT_1"]) {
    if (!values.has(key)) return { line: start, reason: `${key} is missing` }
  }
  const system = at("TIME_SYSTEM")
  if (system !== undefined && system.value.toUpperCase() !== "UTC") {
    return { line: system.line, reason: `TIME_SYSTEM = ${system.value} is not UTC` }
  }
  const differenced = at("MODE")?.value.toUpperCase() === "SINGLE_DIFF" ? at("MODE") : at("PATH_1") ?? at("PATH_2")
  if (differenced !== undefined) {
    return {
      line: differenced.line,
      reason: `${differenced.key} = ${differenced.value}: differenced data are not read`
    }
  }
  const path = at("PATH")
  if (path !== undefined) {
    const stranger = path.value.split(",").find((entry) =>
      !/^[1-5]$/.test(entry) || !values.has(`PARTICIPANT_${entry}`)
    )
    if (stranger !== undefined || path.value.split(",").length < 2) {
      return { line: path.line, reason: `PATH = ${path.value} is not a path between the participants` }
    }
  }
  for (const each of values.values()) {
    if (/^(TRANSMIT|RECEIVE)_DELAY_/.test(each.key) && Number(each.value) !== 0) {
      return { line: each.line, reason: `${each.key} = ${each.value}: values with delays in them are not read` }
    }
    if (each.key.startsWith("CORRECTION_") && !values.has("CORRECTIONS_APPLIED")) {
      return { line: each.line, reason: `${each.key} without CORRECTIONS_APPLIED: it may be in the values or not` }
    }
  }
  const interval = at("INTEGRATION_INTERVAL")
  return interval !== undefined && !(Number(interval.value) > 0)
    ? { line: interval.line, reason: `INTEGRATION_INTERVAL = ${interval.value} is not above 0` }
    : undefined
}

/** Why a path gives no range of its own from the sensor to the target: neither one way nor there and back. */
const relayed = (path: ReadonlyArray<string>): string | undefined =>
  path.length < 2 || (path.length === 2 && path[0] !== path[1])
    || (path.length === 3 && path[0] === path[2] && path[0] !== path[1])
    ? undefined
    : "is the length of a path over more than two participants, not the distance of one from another"

const rangeUnit = (values: Values, path: ReadonlyArray<string>): Result.Result<number, string> => {
  const route = values.get("PATH")?.value ?? ""
  const far = relayed(path)
  if (far !== undefined) return Result.fail(`PATH = ${route}: RANGE ${far}`)
  const unit = values.get("RANGE_UNITS")?.value ?? "km"
  const metres = unit.toLowerCase() === "km"
    ? 1000
    : unit.toLowerCase() === "s"
    ? lightSpeed / Math.max(1, path.length - 1)
    : 0
  if (metres === 0) return Result.fail(`RANGE_UNITS = ${unit} cannot be converted to metres (km and s can)`)
  const modulus = values.get("RANGE_MODULUS")
  const metresModulus = Math.abs(Number(modulus?.value ?? 0)) * metres
  return metresModulus > 0 && metresModulus < farthest
    ? Result.fail(`RANGE_MODULUS = ${modulus?.value}: the range is known only up to a multiple of it`)
    : Result.succeed(metres)
}

/** The metadata of a segment, or the reason, and its line, why none of its records can be used. */
export const tdmMetadata = (
  segment: Pick<TdmSegment, "line" | "metadata">
): Result.Result<TdmMetadata, MessageProblem> => {
  const fault = lineFault(segment.metadata)
  if (fault !== undefined) return Result.fail(fault)
  const values = new Map(segment.metadata.map((each) => [each.key, each]))
  const wrong = meaningFault(values, segment.line)
  if (wrong !== undefined) return Result.fail(wrong)
  const text = (key: string) => values.get(key)?.value
  const path = (text("PATH") ?? "").split(",").flatMap((entry) => text(`PARTICIPANT_${entry}`) ?? [])
  const far = relayed(path)
  return Result.succeed({
    text,
    listed: (key) => text(key)?.toUpperCase(),
    number: (key) => numberOf(text(key) ?? ""),
    lineOf: (key) => values.get(key)?.line ?? segment.line,
    path,
    metresPerRangeUnit: rangeUnit(values, path),
    noRangeRate: far === undefined ? undefined : `PATH = ${text("PATH")}: the range rate ${far}`,
    radec: text("ANGLE_TYPE")?.toUpperCase() === "RADEC"
  })
}
