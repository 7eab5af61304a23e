/**
 * Values taken out of a part of a message by keyword. What is wrong with one is noted with its keyword and its line; the values of the
 * standard's own lists may stand in either case.
 */
import * as UtcTime from "../time/UtcTime.ts"
import { type KvnLine, type MessageProblem, notKvn, numberOf, valueAndUnit } from "./kvn.ts"

/** The lines of a part by keyword, comments apart. */
export interface Section {
  /** Where a missing keyword is reported. */
  readonly line: number
  readonly lines: ReadonlyMap<string, KvnLine>
  readonly comments: ReadonlyArray<string>
}

/** Gathers the lines of a part. A second line of one keyword, and a line without any, is a problem; the first one stays. */
export const sectionOf = (
  line: number,
  lines: Iterable<KvnLine>,
  problems: Array<MessageProblem>
): Section => {
  const byKey = new Map<string, KvnLine>()
  const comments: Array<string> = []
  for (const each of lines) {
    const earlier = byKey.get(each.key)
    if (each.kind === "comment") comments.push(each.value)
    else if (each.kind === "bare") problems.push({ line: each.line, reason: notKvn })
    else if (earlier !== undefined && !each.key.startsWith("USER_DEFINED")) {
      problems.push({ line: each.line, reason: `${each.key} is given twice, first in line ${earlier.line}` })
    } else byKey.set(each.key, each)
  }
  return { line, lines: byKey, comments }
}

/** Notes every keyword that the part does not have. */
export const refuseUnknown = (
  section: Section,
  known: ReadonlySet<string>,
  part: string,
  problems: Array<MessageProblem>
): void => {
  for (const { key, line } of section.lines.values()) {
    if (!known.has(key) && !key.startsWith("USER_DEFINED")) {
      problems.push({ line, reason: `${key} is not a keyword of ${part}` })
    }
  }
}

/** A number and the beginning of a unit whose bracket is never closed. */
const cutUnit = /^(\S+)\s+\[\s*([^\]\s]*)$/

/**
 * How values are taken out of a section. An absent or unreadable obligatory one is noted, and stands as `NaN` or an empty text. `warnings`: of who
 * passes over what is known to be written wrong.
 */
export const taker = (section: Section, problems: Array<MessageProblem>, warnings?: Array<MessageProblem>) => {
  const optional = (key: string): KvnLine | undefined => {
    const line = section.lines.get(key)
    return line === undefined || line.value === "" ? undefined : line
  }
  const required = (key: string): KvnLine | undefined => {
    const line = optional(key)
    if (line === undefined) {
      problems.push({ line: section.lines.get(key)?.line ?? section.line, reason: `${key} is missing` })
    }
    return line
  }
  /** Some who have no value write NaN, which is none of the standard's. */
  const isNone = (line: KvnLine): boolean => {
    if (warnings === undefined || valueAndUnit(line)[0].toUpperCase() !== "NAN") return false
    warnings.push({ line: line.line, reason: `${line.key} is NaN: read as if it were not there` })
    return true
  }
  const toNumber = (line: KvnLine | undefined, unit: string, slips: ReadonlyArray<string>): number => {
    if (line === undefined) return Number.NaN
    const [whole, stated] = valueAndUnit(line)
    // A line that was cut short, as some programs write them: the number is whole, what is left of the unit does not contradict.
    const [, cutText, rest = ""] = warnings === undefined ? [] : cutUnit.exec(whole) ?? []
    const isCut = cutText !== undefined && unit !== "" && unit.toLowerCase().startsWith(rest.toLowerCase())
    const text = isCut ? cutText : whole
    const given = isCut ? unit : stated
    if (isCut) warnings?.push({ line: line.line, reason: `${line.key}: its unit is cut off: read as ${unit}` })
    const value = numberOf(text)
    if (value === undefined) problems.push({ line: line.line, reason: `${line.key}: "${text}" is not a number` })
    if (given !== "" && given.toLowerCase() !== unit.toLowerCase()) {
      const reason = `${line.key} is in ${given}, expected ${unit || "no unit"}`
      if (slips.includes(given.toLowerCase())) warnings?.push({ line: line.line, reason: `${reason}: read as ${unit}` })
      else problems.push({ line: line.line, reason })
    }
    return value ?? Number.NaN
  }
  const toTime = (line: KvnLine | undefined): number => {
    const time = line === undefined ? undefined : UtcTime.parse(line.value)
    if (line !== undefined && time === undefined) {
      problems.push({ line: line.line, reason: `${line.key}: "${line.value}" is not a time` })
    }
    return time ?? Number.NaN
  }
  const toOneOf = <const Values extends ReadonlyArray<string>>(
    line: KvnLine | undefined,
    values: Values
  ): Values[number] | undefined => {
    const found = values.find((value) => value === line?.value.toUpperCase())
    if (line !== undefined && found === undefined) {
      problems.push({ line: line.line, reason: `${line.key}: "${line.value}" is not one of ${values.join(", ")}` })
    }
    return found
  }
  return {
    text: (key: string): string => required(key)?.value ?? "",
    maybeText: (key: string): string | undefined => optional(key)?.value,
    number: (key: string, unit: string, slips: ReadonlyArray<string> = []): number =>
      toNumber(required(key), unit, slips),
    /** `slips` are units that are known to be written where `unit` is meant: told, and read as `unit`. */
    maybeNumber: (key: string, unit: string, slips: ReadonlyArray<string> = []): number | undefined => {
      const line = optional(key)
      return line === undefined || isNone(line) ? undefined : toNumber(line, unit, slips)
    },
    time: (key: string): UtcTime.UtcTime => toTime(required(key)),
    maybeTime: (key: string): UtcTime.UtcTime | undefined => {
      const line = optional(key)
      return line === undefined || isNone(line) ? undefined : toTime(line)
    },
    /** One of the values, or `undefined` with the problem noted. */
    oneOf: <const Values extends ReadonlyArray<string>>(key: string, values: Values): Values[number] | undefined =>
      toOneOf(required(key), values),
    maybeOneOf: <const Values extends ReadonlyArray<string>>(key: string, values: Values): Values[number] | undefined =>
      toOneOf(optional(key), values),
    /** Whether an optional value is there. */
    has: (key: string): boolean => {
      const line = optional(key)
      return line !== undefined && !isNone(line)
    },
    /** Where a keyword stands, else where a missing one is reported. */
    lineOf: (key: string): number => section.lines.get(key)?.line ?? section.line
  }
}

export type Taker = ReturnType<typeof taker>
