/** A trace as Jaeger's API v3 has it: OTLP's trace data in JSON, ids in hex. */
import type { AssembledTrace } from "../../../domain/traces/assembly/assembleTrace.ts"
import type { StoredSpan } from "../../../domain/traces/StoredSpan.ts"
import { keyValues, toOtlpSpan } from "../../tracing/otlp/otlpTraceData.ts"

const grouped = (spans: ReadonlyArray<StoredSpan>, keyOf: (span: StoredSpan) => unknown) =>
  Map.groupBy(
    spans,
    (span) => JSON.stringify(keyOf(span), (_, value) => typeof value === "bigint" ? String(value) : value)
  )

/** Spans below the resource and the scope that they share. Placeholders are left out. */
export const resourceSpans = (traces: ReadonlyArray<AssembledTrace>) => {
  const came = traces.flatMap(({ spans }) => spans.filter(({ warnings }) => !warnings.includes("placeholder")))
  return Array.from(grouped(came.map(({ span }) => span), ({ resource }) => resource).values(), (ofResource) => ({
    resource: { attributes: keyValues(ofResource[0]?.resource ?? {}) },
    scopeSpans: Array.from(grouped(ofResource, ({ scope }) => scope).values(), (ofScope) => ({
      scope: {
        name: ofScope[0]?.scope.name ?? "",
        version: ofScope[0]?.scope.version ?? "",
        attributes: keyValues(ofScope[0]?.scope.attributes ?? {})
      },
      spans: ofScope.map(toOtlpSpan)
    }))
  }))
}
