/**
 * OpenTelemetry's member of `tracestate`: `ot=th:fd70a;rv:6e6d1a75832a2f`. `th` is the threshold that the trace was sampled with, `rv` a
 * randomness in place of the trace id's. What is not `th` or `rv` is other people's and is kept.
 */
import { formatTraceState, parseTraceState, traceStateMember, withTraceStateMember } from "../../tracing/tracestate.ts"
import {
  formatThreshold,
  isKept,
  parseRandomness,
  parseThreshold,
  type Randomness,
  randomnessOfTraceId,
  type Threshold
} from "./threshold.ts"

const key = "ot"

/** The longest value that a member may have. */
const maxValueLength = 256

/** The value of a sub-key in a whole header; the member's neighbours are not judged. */
const subValue = (traceState: string | undefined, name: string): string | undefined => {
  if (traceState === undefined) return undefined
  const value = /(?:^|,)[ \t]*ot=([^,]*)/.exec(traceState)?.[1]
  return value === undefined ? undefined : subValueIn(value, name)
}

const subValueIn = (value: string, name: string): string | undefined =>
  value.trim().split(";").find((part) => part.startsWith(`${name}:`))?.slice(name.length + 1)

/** The threshold that a `tracestate` header names, if it can be read; whether it agrees with the randomness is not asked. */
export const readThreshold = (traceState: string | undefined): Threshold | undefined => {
  const text = subValue(traceState, "th")
  return text === undefined ? undefined : parseThreshold(text)
}

/** The randomness of a trace: `rv` if the header has one that can be read, else the last 7 bytes of the trace id. */
export const randomnessOf = (traceId: string, traceState: string | undefined): Randomness => {
  const text = subValue(traceState, "rv")
  return (text === undefined ? undefined : parseRandomness(text)) ?? randomnessOfTraceId(traceId)
}

/**
 * The threshold that a sampled span can have been kept with: `undefined` where there is none to be read, or where it would not have kept
 * the trace. How many spans such a one stands for is unknown.
 */
export const consistentThreshold = (traceState: string | undefined, randomness: Randomness): Threshold | undefined => {
  const threshold = readThreshold(traceState)
  return threshold !== undefined && isKept(randomness, threshold) ? threshold : undefined
}

/**
 * The header with this `th`, or without one for `undefined` and for the threshold that keeps nothing. `rv` and the members of others stay
 * as they were; `ot` comes first where it is changed. A header that cannot be read is dropped. `undefined` when nothing is left.
 */
export const withThreshold = (traceState: string | undefined, threshold: Threshold | undefined): string | undefined => {
  const th = threshold === undefined ? undefined : formatThreshold(threshold)
  if (traceState === undefined) return th === undefined ? undefined : `ot=th:${th}`
  const members = parseTraceState(traceState)
  const value = traceStateMember(members, key)
  const before = value === undefined ? undefined : subValueIn(value, "th")
  if (before === th) return formatTraceState(members)
  return formatTraceState(withTraceStateMember(members, key, otValue(th, value)))
}

const otValue = (th: string | undefined, value: string | undefined): string | undefined => {
  const own = th === undefined ? [] : [`th:${th}`]
  const others = value === undefined ? [] : value.split(";").filter((part) => part !== "" && !part.startsWith("th:"))
  const text = [...own, ...others].join(";")
  if (text.length <= maxValueLength) return text === "" ? undefined : text
  return [...own, ...others.filter((part) => part.startsWith("rv:"))].join(";")
}
