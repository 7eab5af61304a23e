/** The parameters of Jaeger's two query APIs as a question to the store. */
import { Option, Result, Schema } from "effect"
import { nanosOfTime, parseNanos } from "../../../domain/traces/nanos.ts"
import type { ParameterProblem } from "../../../domain/traces/search/parameters.ts"
import { mostTraces, type TraceQuery } from "../../../domain/traces/TraceQuery.ts"

type Read<A> = Result.Result<A, ParameterProblem>

const Tags = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]))
)

const refuse = (parameter: string, given: string, expected: string): Read<never> =>
  Result.fail({ parameter, message: `malformed parameter ${parameter}: ${given}: expected ${expected}` })

const optional = <A>(
  search: URLSearchParams,
  parameter: string,
  read: (text: string) => A | undefined,
  expected: string
): Read<A | undefined> => {
  const given = search.get(parameter)
  if (given === null || given === "") return Result.succeed(undefined)
  const value = read(given)
  return value === undefined ? refuse(parameter, given, expected) : Result.succeed(value)
}

const whole = (text: string): bigint | undefined => /^\d{1,19}$/.test(text) ? BigInt(text) : undefined

const limitOf = (text: string): number | undefined => {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return limit > 0 ? Math.min(limit, mostTraces) : undefined
}

const micros = (text: string): bigint | undefined => {
  const given = whole(text)
  return given === undefined ? undefined : given * 1000n
}

/** `error` is no attribute there but the status of a span. */
const withTags = (tags: Readonly<Record<string, string>>): Pick<TraceQuery, "tags" | "error"> => {
  const { error, ...rest } = tags
  return { tags: rest, error: error === "true" ? true : error === "false" ? false : undefined }
}

/** A JSON object; `undefined` for a text that is none. */
const tagsOf = (text: string): Readonly<Record<string, string>> | undefined => {
  const read = Schema.decodeOption(Tags)(text)
  return Option.isNone(read)
    ? undefined
    : Object.fromEntries(Object.entries(read.value).map(([key, value]) => [key, String(value)]))
}

const lengthExpected = "a length such as 100ms"

/** `/api/traces`: times in microseconds; `tags` a JSON object, `tag` key:value. Without a start it is the last `lookback`, an hour if that is no length. */
export const v1Query = (search: URLSearchParams, now: bigint): Read<TraceQuery> =>
  Result.gen(function*() {
    const tags: Record<string, string> = { ...(yield* optional(search, "tags", tagsOf, "a JSON object")) }
    for (const pair of search.getAll("tag")) {
      const at = pair.indexOf(":")
      if (at < 1) return yield* refuse("tag", pair, "key:value")
      tags[pair.slice(0, at)] = pair.slice(at + 1)
    }
    const end = yield* optional(search, "end", micros, "microseconds since 1970")
    const lookback = parseNanos(search.get("lookback") ?? "") ?? 3_600_000_000_000n
    return {
      service: search.get("service") ?? undefined,
      operation: search.get("operation") || undefined,
      ...withTags(tags),
      start: (yield* optional(search, "start", micros, "microseconds since 1970")) ?? (end ?? now) - lookback,
      end,
      minDurationNanos: yield* optional(search, "minDuration", parseNanos, lengthExpected),
      maxDurationNanos: yield* optional(search, "maxDuration", parseNanos, lengthExpected),
      limit: yield* optional(search, "limit", limitOf, "a whole number above 0")
    }
  })

/** `/api/v3/traces`: `query.` before each name. Both times are required, as they are there. */
export const v3Query = (search: URLSearchParams): Read<TraceQuery> =>
  Result.gen(function*() {
    const start = yield* optional(search, "query.start_time_min", nanosOfTime, "an RFC 3339 time")
    const end = yield* optional(search, "query.start_time_max", nanosOfTime, "an RFC 3339 time")
    if (start === undefined || end === undefined) {
      return yield* Result.fail({
        parameter: "query.start_time_min",
        message: "query.start_time_min and query.start_time_max are required"
      })
    }
    return {
      service: search.get("query.service_name") || undefined,
      operation: search.get("query.operation_name") || undefined,
      ...withTags((yield* optional(search, "query.attributes", tagsOf, "a JSON object")) ?? {}),
      start,
      end,
      minDurationNanos: yield* optional(search, "query.duration_min", parseNanos, lengthExpected),
      maxDurationNanos: yield* optional(search, "query.duration_max", parseNanos, lengthExpected),
      limit: (yield* optional(search, "query.num_traces", limitOf, "a whole number above 0"))
        ?? (yield* optional(search, "query.search_depth", limitOf, "a whole number above 0"))
    }
  })

/** `/api/dependencies`: `lookback` milliseconds up to `endTs`. */
export const dependencyWindow = (search: URLSearchParams, now: bigint) =>
  Result.gen(function*() {
    const end = yield* optional(search, "endTs", whole, "milliseconds since 1970")
    const lookback = (yield* optional(search, "lookback", whole, "milliseconds")) ?? 86_400_000n
    const until = end === undefined ? now : end * 1_000_000n
    return { start: until - lookback * 1_000_000n, end: until }
  })
