/** Questions about traces as they are written: over HTTP, in an address of the pages, as flags of a command. What cannot be read is told with its name. */
import { Result } from "effect"
import { isTraceId } from "../../tracing/traceparent.ts"
import { nanosOfTime, parseNanos } from "../nanos.ts"
import { mostTraces, type TimeWindow, type TraceQuery } from "../TraceQuery.ts"
import { parsePage } from "./pageToken.ts"

export interface SearchParameters {
  readonly service?: string | undefined
  readonly operation?: string | undefined
  readonly tag?: string | ReadonlyArray<string> | undefined
  readonly error?: string | undefined
  readonly minDuration?: string | undefined
  readonly maxDuration?: string | undefined
  readonly start?: string | undefined
  readonly end?: string | undefined
  readonly limit?: string | undefined
  readonly page?: string | undefined
}

export interface ParameterProblem {
  readonly parameter: string
  readonly message: string
}

type Read<A> = Result.Result<A, ParameterProblem>

const refuse = (parameter: string, given: string, expected: string): Read<never> =>
  Result.fail({ parameter, message: `${parameter} ${given}: expected ${expected}` })

/** An empty text counts as absent: a form sends its empty fields too. */
const optional = <A>(
  parameter: string,
  given: string | undefined,
  read: (text: string) => A | undefined,
  expected: string
): Read<A | undefined> => {
  if (given === undefined || given === "") return Result.succeed(undefined)
  const value = read(given)
  return value === undefined ? refuse(parameter, given, expected) : Result.succeed(value)
}

/** Ids as they are written: shorter ones are filled up in front, as those of old tracers with 64 bits are; upper case is let through. */
export const readTraceId = (text: string, parameter = "id"): Read<string> => {
  const id = text.trim().toLowerCase().padStart(32, "0")
  return /^[0-9a-f]{32}$/.test(id) && isTraceId(id)
    ? Result.succeed(id)
    : refuse(parameter, text, "a trace id: up to 32 hex digits, not all zero")
}

const lengthExpected = "a length such as 200ms, 1.5s or 250us"
const timeExpected = "an RFC 3339 time, or how long ago, such as 2h"

/** A time, or how long before `now`. */
const readTime = (now: bigint) => (text: string): bigint | undefined => {
  const ago = parseNanos(text)
  return ago === undefined ? nanosOfTime(text) : now - ago
}

const readTags = (tags: ReadonlyArray<string>): Read<Readonly<Record<string, string>>> => {
  const found: Array<readonly [string, string]> = []
  for (const tag of tags) {
    const at = tag.indexOf("=")
    if (at < 1) return refuse("tag", tag, "key=value")
    found.push([tag.slice(0, at), tag.slice(at + 1)])
  }
  return Result.succeed(Object.fromEntries(found))
}

const readFlag = (text: string): boolean | undefined => text === "true" ? true : text === "false" ? false : undefined

const readLimit = (text: string): number | undefined => {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= mostTraces ? limit : undefined
}

/** `true` or not given. */
export const readRaw = (given: string | undefined): Read<boolean> =>
  Result.map(optional("raw", given, readFlag, "true or false"), (raw) => raw ?? false)

const named = (text: string | undefined): string | undefined => text === "" ? undefined : text

export const readSearch = (given: SearchParameters, now: bigint): Read<TraceQuery> =>
  Result.gen(function*() {
    const tags = typeof given.tag === "string" ? [given.tag] : given.tag ?? []
    const page = yield* optional("page", given.page, parsePage, "`next` of the answer before")
    const query = {
      service: named(given.service),
      operation: named(given.operation),
      tags: yield* readTags(tags.filter((tag) => tag !== "")),
      error: yield* optional("error", given.error, readFlag, "true or false"),
      minDurationNanos: yield* optional("minDuration", given.minDuration, parseNanos, lengthExpected),
      maxDurationNanos: yield* optional("maxDuration", given.maxDuration, parseNanos, lengthExpected),
      start: yield* optional("start", given.start, readTime(now), timeExpected),
      end: yield* optional("end", given.end, readTime(now), timeExpected),
      limit: yield* optional("limit", given.limit, readLimit, `a whole number from 1 to ${mostTraces}`),
      page: page === undefined ? undefined : given.page
    }
    const { end, maxDurationNanos, minDurationNanos, start } = query
    if (start !== undefined && end !== undefined && start >= end) {
      return yield* refuse("start", given.start ?? "", "a time before `end`")
    }
    if (minDurationNanos !== undefined && maxDurationNanos !== undefined && minDurationNanos > maxDurationNanos) {
      return yield* refuse("minDuration", given.minDuration ?? "", "no more than `maxDuration`")
    }
    return query
  })

const hour = 3_600_000_000_000n

/** The last hour where nothing is said. */
export const readWindow = (given: Pick<SearchParameters, "start" | "end">, now: bigint): Read<TimeWindow> =>
  Result.gen(function*() {
    const end = (yield* optional("end", given.end, readTime(now), timeExpected)) ?? now
    const start = (yield* optional("start", given.start, readTime(now), timeExpected)) ?? end - hour
    return start < end ? { start, end } : yield* refuse("start", given.start ?? "", "a time before `end`")
  })
