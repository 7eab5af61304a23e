/**
 * Tail-sampling policies as data: what a configuration file holds and what combinators nest. The types are those of the OpenTelemetry
 * Collector's tail-sampling processor, where it has them.
 *
 * Every policy gives a threshold, not a yes or no, and no threshold depends on the randomness of its trace; that is what lets counts be
 * scaled back without bias. `or` is the least threshold, `and` the greatest.
 */
import { Result, Schema } from "effect"
import { Adaptive, judgeAdaptive } from "./adaptive.ts"
import { Always, judgeAlways } from "./always.ts"
import { type And, judgeAnd } from "./and.ts"
import { BooleanAttribute, judgeBooleanAttribute } from "./booleanAttribute.ts"
import { isCertain, isFixed } from "./certainty.ts"
import { type CheckedPolicy, PolicyError } from "./checked.ts"
import { type Drop, dropNeedsCertainty, judgeDrop } from "./drop.ts"
import { HeadDecision, judgeHeadDecision } from "./headDecision.ts"
import type { Judge } from "./Judge.ts"
import { judgeLatency, Latency } from "./latency.ts"
import { judgeNot, type Not, notNeedsFixed } from "./not.ts"
import { judgeNumericAttribute, NumericAttribute } from "./numericAttribute.ts"
import { judgeOr, type Or } from "./or.ts"
import { judgeProbabilistic, Probabilistic } from "./probabilistic.ts"
import { judgeRateLimiting, Rate, type RateLimiting } from "./rateLimiting.ts"
import { judgeRollingLatency, RollingLatency } from "./rollingLatency.ts"
import { judgeSpanCount, SpanCount } from "./spanCount.ts"
import { judgeStatusCode, StatusCode } from "./statusCode.ts"
import { judgeStringAttribute, StringAttribute } from "./stringAttribute.ts"
import { judgeTraceFlags, TraceFlags } from "./traceFlags.ts"
import { judgeTraceState, TraceState } from "./traceState.ts"

export type Policy =
  | Adaptive
  | Always
  | And
  | BooleanAttribute
  | Drop
  | HeadDecision
  | Latency
  | Not
  | NumericAttribute
  | Or
  | Probabilistic
  | RateLimiting
  | RollingLatency
  | SpanCount
  | StatusCode
  | StringAttribute
  | TraceFlags
  | TraceState

const Nested = Schema.suspend((): Schema.Codec<Policy> => Policy)

/** The whole language, as it stands in JSON. */
export const Policy: Schema.Codec<Policy> = Schema.Union([
  Adaptive,
  Always,
  Schema.Struct({ type: Schema.Literal("and"), policies: Schema.NonEmptyArray(Nested) }),
  BooleanAttribute,
  Schema.Struct({ type: Schema.Literal("drop"), policy: Nested }).check(
    Schema.makeFilter(({ policy }) => isCertain(policy) ? undefined : { path: ["policy"], issue: dropNeedsCertainty })
  ),
  HeadDecision,
  Latency,
  Schema.Struct({ type: Schema.Literal("not"), policy: Nested }).check(
    Schema.makeFilter(({ policy }) => isFixed(policy) ? undefined : { path: ["policy"], issue: notNeedsFixed })
  ),
  NumericAttribute,
  Schema.Struct({ type: Schema.Literal("or"), policies: Schema.NonEmptyArray(Nested) }),
  Probabilistic,
  Schema.Struct({ type: Schema.Literal("rate_limiting"), ...Rate.fields, policy: Nested }),
  RollingLatency,
  SpanCount,
  StatusCode,
  StringAttribute,
  TraceFlags,
  TraceState
])

const decode = Schema.decodeUnknownResult(Policy, { onExcessProperty: "error" })

/** Reads a policy from parsed JSON; unknown types and fields are errors. */
export const parsePolicy = (json: unknown): CheckedPolicy =>
  Result.mapError(decode(json), ({ message }) => new PolicyError({ message }))

/** The judge of a policy: regular expressions, sets and thresholds are made here, once. */
export const compilePolicy = (policy: Policy): Judge => {
  switch (policy.type) {
    case "adaptive":
      return judgeAdaptive()
    case "always_sample":
      return judgeAlways()
    case "and":
      return judgeAnd(policy, compilePolicy)
    case "boolean_attribute":
      return judgeBooleanAttribute(policy)
    case "drop":
      return judgeDrop(policy, compilePolicy)
    case "head_decision":
      return judgeHeadDecision()
    case "latency":
      return judgeLatency(policy)
    case "not":
      return judgeNot(policy, compilePolicy)
    case "numeric_attribute":
      return judgeNumericAttribute(policy)
    case "or":
      return judgeOr(policy, compilePolicy)
    case "probabilistic":
      return judgeProbabilistic(policy)
    case "rate_limiting":
      return judgeRateLimiting(policy, compilePolicy)
    case "rolling_latency":
      return judgeRollingLatency(policy)
    case "span_count":
      return judgeSpanCount(policy)
    case "status_code":
      return judgeStatusCode(policy)
    case "string_attribute":
      return judgeStringAttribute(policy)
    case "trace_flags":
      return judgeTraceFlags()
    case "trace_state":
      return judgeTraceState(policy)
  }
}
