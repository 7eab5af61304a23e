/** A trace as a document of the index, and back. Spans keep the bytes that they came as, packed and compressed in one field. */
import { Result, Schema } from "effect"
import { makeSpanDecoder } from "../../../../domain/traces/otlp/decodeStored.ts"
import type { OtlpMalformed } from "../../../../domain/traces/otlp/OtlpMalformed.ts"
import { isEntry } from "../../../../domain/traces/search/quantiles.ts"
import { summarizeTrace } from "../../../../domain/traces/search/summarizeTrace.ts"
import { serviceCalls } from "../../../../domain/traces/serviceCalls.ts"
import { serviceOfSpan, type StoredSpan } from "../../../../domain/traces/StoredSpan.ts"
import { completionReasons, type TraceDecision } from "../../../../domain/traces/TraceRecord.ts"
import { attributeText } from "../../../../domain/tracing/attributeText.ts"
import { packSpans, unpackSpans } from "../packedSpans.ts"
import { bigintOf, contentHash, hexOf, tagHash } from "../storedValues.ts"
import type { TraceWrite } from "../TraceStore.ts"

const Nanos = Schema.String

export const TraceSource = Schema.Struct({
  traceId: Schema.String,
  revision: Schema.Finite,
  keep: Schema.Boolean,
  threshold: Schema.Struct({ high: Schema.Finite, low: Schema.Finite }),
  policy: Schema.String,
  ruleset: Schema.String,
  decidedAt: Schema.Finite,
  late: Schema.Boolean,
  state: Schema.Literals(["open", "complete", "partial"]),
  reason: Schema.Literals(completionReasons),
  rootService: Schema.String,
  rootName: Schema.String,
  start: Nanos,
  end: Nanos,
  duration: Nanos,
  spanCount: Schema.Finite,
  errorCount: Schema.Finite,
  services: Schema.Array(Schema.String),
  bytes: Schema.Finite,
  linkTargets: Schema.Array(Schema.String),
  links: Schema.Array(Schema.Struct({ spanId: Schema.String, traceId: Schema.String, targetSpanId: Schema.String })),
  packed: Schema.String
})
export type TraceSource = typeof TraceSource.Type

/** What a document holds, and what is indexed of its spans, which is not read back. */
export interface TraceDocument extends TraceSource {
  readonly spans: ReadonlyArray<object>
  readonly calls: ReadonlyArray<object>
}

export const decisionOf = (
  source: Pick<TraceSource, "keep" | "threshold" | "policy" | "ruleset" | "decidedAt" | "late">
): TraceDecision => ({
  keep: source.keep,
  threshold: source.threshold,
  policy: source.policy,
  ruleset: source.ruleset,
  decidedAt: source.decidedAt,
  late: source.late
})

export const tagText = (key: string, text: string): string => tagHash(key, text).toString(36)

const spanFields = (span: StoredSpan) => {
  const tags = new Set<string>()
  for (const attributes of [span.resource, span.attributes]) {
    for (const [key, value] of Object.entries(attributes)) tags.add(tagText(key, attributeText(value)))
  }
  return {
    service: serviceOfSpan(span),
    name: span.name,
    kind: span.kind,
    entry: isEntry(span),
    error: span.status.code === "error",
    start: String(bigintOf(span.startTime)),
    duration: String(bigintOf(span.endTime > span.startTime ? span.endTime - span.startTime : 0n)),
    tags: Array.from(tags)
  }
}

/** The document after a write, from the one before; `undefined` where the write changes nothing of what is there. */
export const documentAfter = (
  before: TraceSource | undefined,
  write: TraceWrite
): Result.Result<TraceDocument | undefined, OtlpMalformed> =>
  Result.gen(function*() {
    const held = before === undefined ? [] : unpackSpans(before.packed)
    const contents = new Set(held.map((part) => hexOf(contentHash(part))))
    const fresh = write.parts.filter((part) => {
      const content = hexOf(contentHash(part))
      return !contents.has(content) && contents.add(content).size > 0
    })
    const isNewer = before === undefined || write.revision >= before.revision
    if (!isNewer && fresh.length === 0) return undefined
    // A trace that is kept stays kept: its decision was made once.
    if (!write.decision.keep && before?.keep === true) return undefined
    const parts = [...held, ...fresh]
    const spans = yield* Result.all(parts.map(makeSpanDecoder()))
    const summary = summarizeTrace(spans)
    if (write.decision.keep && summary === undefined) return undefined
    const { decision: { decidedAt, keep, late, policy, ruleset, threshold }, completion: { reason, state }, revision } =
      write
    const decided = isNewer || before === undefined
      ? { decidedAt, keep, late, policy, ruleset, threshold, reason, state, revision }
      : { ...before, keep: keep || before.keep }
    const start = summary === undefined ? bigintOf(BigInt(Math.trunc(decidedAt)) * 1_000_000n) : bigintOf(summary.start)
    const duration = summary?.durationNanos ?? 0n
    const links = spans.flatMap((span) =>
      span.links.filter(({ traceId }) => traceId !== span.traceId).map(({ spanId, traceId }) => ({
        spanId: span.spanId,
        traceId,
        targetSpanId: spanId
      }))
    )
    return {
      traceId: write.traceId,
      revision: decided.revision,
      keep: decided.keep,
      threshold: decided.threshold,
      policy: decided.policy,
      ruleset: decided.ruleset,
      decidedAt: decided.decidedAt,
      late: decided.late,
      state: decided.state,
      reason: decided.reason,
      rootService: summary?.rootService ?? "",
      rootName: summary?.rootName ?? "",
      start: String(start),
      end: String(bigintOf(start + duration)),
      duration: String(duration),
      spanCount: summary?.spanCount ?? 0,
      errorCount: summary?.errorCount ?? 0,
      services: summary?.services ?? [],
      bytes: parts.reduce((sum, { span }) => sum + span.length, 0),
      linkTargets: Array.from(new Set(links.map(({ traceId }) => traceId))),
      links,
      packed: parts.length === 0 ? "" : packSpans(parts),
      spans: spans.map(spanFields),
      calls: serviceCalls(spans)
    }
  })
