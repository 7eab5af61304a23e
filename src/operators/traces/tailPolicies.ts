/**
 * A tail policy made ready for many traces: what it asks of single spans is asked while they are scanned and noted in a bit a trace, so that judging needs no
 * spans. A policy with conditions that cannot be asked so (of users' own types, `rolling_latency`, `adaptive`, ...) gets the spans decoded.
 */
import { Option, Result, Schema } from "effect"
import { definePolicy, type PolicyDefinition } from "../../domain/sampling/policies/definePolicy.ts"
import { each, type Judge, when } from "../../domain/sampling/policies/Judge.ts"
import { Policy } from "../../domain/sampling/policies/Policy.ts"
import { parsePolicy, policySchema } from "../../domain/sampling/policies/policySchema.ts"
import type { TraceSummary } from "../../domain/sampling/tail/TraceSummary.ts"
import { BufferedTrace } from "./BufferedTrace.ts"
import { SpanCondition, type SpanConditions, spanConditions } from "./spanConditions.ts"

export interface TailPolicies {
  readonly judge: Judge
  readonly conditions: SpanConditions
  /** Spans may be asked for. */
  readonly needsSpans: boolean
  /** It matters how many there are. */
  readonly countsSpans: boolean
}

const mostConditions = 31

const Bit = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: mostConditions - 1 }))

const hasBit = (trace: TraceSummary, bit: number): boolean =>
  trace instanceof BufferedTrace && (trace.matched & (1 << bit)) !== 0

/** Some span fulfils a condition; in place of the policy `of`. */
const spanBit = definePolicy({
  type: "span_bit",
  options: Schema.Struct({ bit: Bit, of: Schema.String, invert: Schema.Boolean }),
  certainty: "certain",
  judge: ({ bit, invert, of }) => each(of, (trace) => when(hasBit(trace, bit) !== invert))
})

/** In place of `span_count`. */
const countedSpans = definePolicy({
  type: "counted_spans",
  options: Schema.Struct({ min: Schema.Int, max: Schema.optionalKey(Schema.Int) }),
  certainty: "certain",
  judge: ({ max = Infinity, min }) =>
    each("span_count", (trace) => {
      const count = trace instanceof BufferedTrace ? trace.spanCount : trace.spans.length
      return when(count >= min && count <= max)
    })
})

/** What judges without spans. */
const spanless = new Set(["always_sample", "probabilistic", "latency", "and", "or", "not", "drop", "rate_limiting"])

const isCondition = Schema.is(SpanCondition)
const Node = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])
const asNode = Schema.decodeUnknownOption(Node)

export const tailPolicies = (policy: Policy, own: ReadonlyArray<PolicyDefinition> = []): TailPolicies => {
  const conditions: Array<SpanCondition> = []
  let needsSpans = false
  let countsSpans = false

  const rewrite = (json: unknown): unknown => {
    if (Array.isArray(json)) return json.map(rewrite)
    const node = Option.getOrUndefined(asNode(json))
    if (node === undefined) return json
    if (isCondition(json) && conditions.length < mostConditions) {
      conditions.push(json)
      return {
        type: "span_bit",
        bit: conditions.length - 1,
        of: json.type,
        invert: json.type !== "status_code" && json.invert === true
      }
    }
    if (node.type === "span_count") {
      countsSpans = true
      return { ...node, type: "counted_spans" }
    }
    // A rate of spans counts them, one of traces or bytes does not.
    if (node.type === "rate_limiting" && node["unit"] === "spans") needsSpans = true
    if (!spanless.has(node.type)) needsSpans = true
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, rewrite(value)]))
  }

  const written = Schema.encodeUnknownResult(policySchema(own))(policy)
  const rewritten = Result.isSuccess(written)
    ? Result.getOrUndefined(parsePolicy(rewrite(written.success), [...own, spanBit, countedSpans]))
    : undefined
  return rewritten === undefined
    ? { judge: Policy.compile(policy), conditions: spanConditions([]), needsSpans: true, countsSpans: true }
    : { judge: Policy.compile(rewritten), conditions: spanConditions(conditions), needsSpans, countsSpans }
}
