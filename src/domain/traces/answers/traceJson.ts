/** Assembled traces and their summaries as they are answered. */
import type { SpanJson, TraceJson, TraceSummaryJson } from "../../api/traceAnswers.ts"
import { attributeJson, type JsonAttribute } from "../../tracing/attributeText.ts"
import type { Attributes } from "../../tracing/SpanData.ts"
import type { AssembledSpan, AssembledTrace } from "../assembly/assembleTrace.ts"
import { timeOfNanos } from "../nanos.ts"
import { hostOf } from "../skew/hostOf.ts"
import { serviceOfSpan } from "../StoredSpan.ts"
import type { BackLink, StoredTraceSummary } from "../TraceQuery.ts"
import { decisionJson } from "./decisionJson.ts"

export const attributesJson = (attributes: Attributes): Readonly<Record<string, JsonAttribute>> =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeJson(value)]))

export const summaryJson = (summary: StoredTraceSummary): TraceSummaryJson => ({
  traceId: summary.traceId,
  rootService: summary.rootService,
  rootName: summary.rootName,
  start: timeOfNanos(summary.start),
  durationNanos: Number(summary.durationNanos),
  spanCount: summary.spanCount,
  errorCount: summary.errorCount,
  services: summary.services
})

/** What `summarizeTrace` gives, by the common clock. */
export const assembledSummary = ({ end, record, root, spans, start }: AssembledTrace): StoredTraceSummary => {
  const came = spans.filter(({ warnings }) => !warnings.includes("placeholder"))
  const named = spans[root]?.span
  return {
    traceId: record.traceId,
    rootService: named === undefined ? "" : serviceOfSpan(named),
    rootName: named?.name ?? "",
    start,
    durationNanos: end - start,
    spanCount: came.length,
    errorCount: came.filter(({ span }) => span.status.code === "error").length,
    services: Array.from(new Set(came.map(({ span }) => serviceOfSpan(span)))).sort()
  }
}

const waitAttribute = "perigee.wait"

const spanJson = (assembled: AssembledSpan, resource: number): SpanJson => {
  const { span } = assembled
  const waiting = span.attributes[waitAttribute]
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    name: span.name,
    service: serviceOfSpan(span),
    kind: span.kind,
    start: timeOfNanos(span.startTime),
    durationNanos: Number(span.endTime - span.startTime),
    status: span.status.code,
    statusMessage: span.status.message ?? null,
    attributes: attributesJson(span.attributes),
    events: span.events.map(({ attributes, name, time }) => ({
      name,
      time: timeOfNanos(time),
      attributes: attributesJson(attributes)
    })),
    links: span.links.map(({ attributes, spanId, traceId, traceState }) => ({
      traceId,
      spanId,
      traceState: traceState ?? null,
      attributes: attributesJson(attributes)
    })),
    onCriticalPath: assembled.onCriticalPath,
    skewNanos: Number(assembled.skewNanos),
    depth: assembled.depth,
    selfNanos: Number(assembled.selfNanos),
    queuedNanos: Number(assembled.queuedNanos),
    waiting: waiting === undefined ? null : String(waiting),
    warnings: assembled.warnings,
    resource,
    scope: span.scope.name
  }
}

const orNull = (nanos: bigint | undefined): number | null => nanos === undefined ? null : Number(nanos)

export const traceJson = (trace: AssembledTrace, linkedFrom: ReadonlyArray<BackLink>): TraceJson => {
  const { completeness, criticalPath, offsets, raw, record, spans } = trace
  const places = new Map<string, number>()
  const resources: Array<TraceJson["resources"][number]> = []
  const listed = spans.map((assembled) => {
    const { span } = assembled
    const attributes = attributesJson(span.resource)
    const key = JSON.stringify(attributes)
    const place = places.get(key) ?? resources.length
    if (!places.has(key)) {
      places.set(key, place)
      resources.push({ service: serviceOfSpan(span), host: hostOf(span), attributes })
    }
    return spanJson(assembled, place)
  })
  return {
    ...summaryJson(assembledSummary(trace)),
    ...completeness,
    revision: record.revision,
    decision: decisionJson(record.traceId, record.decision),
    raw,
    spans: listed,
    resources,
    criticalPath: criticalPath.map(({ end, spanId, start, waiting }) => ({
      spanId,
      start: timeOfNanos(start),
      durationNanos: Number(end - start),
      waiting
    })),
    skew: offsets.map(({ contradictory, from, high, low, observations, theta, to }) => ({
      from,
      to,
      thetaNanos: Number(theta),
      lowNanos: orNull(low),
      highNanos: orNull(high),
      observations,
      contradictory
    })),
    linkedFrom: linkedFrom.slice()
  }
}
