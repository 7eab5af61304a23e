/**
 * A trace as Jaeger's first query API has it: what Grafana's data source and older clients read.
 *
 * Ids of 64 bits are written as 16 digits there. Numbers that JSON does not hold, lists and maps are texts.
 */
import { attributeText } from "../../tracing/attributeText.ts"
import type { Attributes, AttributeValue } from "../../tracing/SpanData.ts"
import type { AssembledSpan, AssembledTrace } from "../assembly/assembleTrace.ts"
import { nanosText } from "../nanos.ts"
import { serviceOfSpan } from "../StoredSpan.ts"

interface Tag {
  readonly key: string
  readonly type: "string" | "bool" | "int64" | "float64"
  readonly value: string | number | boolean
}

const tag = (key: string, value: AttributeValue): Tag =>
  typeof value === "boolean"
    ? { key, type: "bool", value }
    : typeof value === "bigint"
    ? { key, type: "int64", value: String(value) }
    : typeof value === "number"
    ? {
      key,
      type: Number.isInteger(value) ? "int64" : "float64",
      value: Number.isFinite(value) ? value : String(value)
    }
    : { key, type: "string", value: attributeText(value) }

const byKey = (a: Tag, b: Tag): number => a.key < b.key ? -1 : a.key > b.key ? 1 : 0

const tagsOf = (attributes: Attributes): ReadonlyArray<Tag> =>
  Object.entries(attributes).map(([key, value]) => tag(key, value)).sort(byKey)

const micros = (nanos: bigint): number => Number(nanos / 1000n)

const v1TraceId = (traceId: string): string => traceId.replace(/^0{16}/, "")

const statusTags = ({ code, message }: AssembledSpan["span"]["status"]): Attributes => ({
  ...(code === "error" ? { error: true } : {}),
  ...(code === "unset" ? {} : { "otel.status_code": code.toUpperCase() }),
  ...(message === undefined ? {} : { "otel.status_description": message })
})

const warningsOf = ({ skewNanos, span, warnings }: AssembledSpan, missing: boolean): ReadonlyArray<string> | null => {
  const told = [
    ...(skewNanos === 0n ? [] : [`clock skew: moved by ${nanosText(skewNanos)}`]),
    ...(missing ? [`parent span ${span.parentSpanId ?? ""} is not in the trace`] : []),
    ...warnings.map((warning) => warning.replaceAll("_", " "))
  ]
  return told.length === 0 ? null : told
}

const v1Span = (assembled: AssembledSpan, processID: string, missing: boolean) => {
  const { span } = assembled
  const traceID = v1TraceId(span.traceId)
  const { attributes: _, name, version } = span.scope
  return {
    traceID,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentSpanId === undefined ? [] : [{ refType: "CHILD_OF", traceID, spanID: span.parentSpanId }]),
      ...span.links.map(({ spanId, traceId }) => ({
        refType: "FOLLOWS_FROM",
        traceID: v1TraceId(traceId),
        spanID: spanId
      }))
    ],
    startTime: micros(span.startTime),
    duration: micros(span.endTime - span.startTime),
    tags: tagsOf({
      ...span.attributes,
      ...statusTags(span.status),
      ...(name === "" ? {} : { "otel.scope.name": name }),
      ...(version === "" ? {} : { "otel.scope.version": version }),
      "span.kind": span.kind,
      ...(span.traceState === undefined ? {} : { "w3c.tracestate": span.traceState })
    }),
    logs: span.events.map((event) => ({
      timestamp: micros(event.time),
      fields: [tag("event", event.name), ...tagsOf(event.attributes)]
    })),
    processID,
    warnings: warningsOf(assembled, missing)
  }
}

/** Placeholders are left out: Jaeger's clients draw their own. */
export const v1Trace = ({ record, spans }: AssembledTrace) => {
  const processes = new Map<string, string>()
  const described: Record<string, { readonly serviceName: string; readonly tags: ReadonlyArray<Tag> }> = {}
  const processOf = ({ resource, ...span }: AssembledSpan["span"]): string => {
    const { "service.name": _, ...rest } = resource
    const tags = tagsOf(rest)
    const serviceName = serviceOfSpan({ resource, attributes: span.attributes })
    const key = JSON.stringify([serviceName, tags])
    const known = processes.get(key) ?? `p${processes.size + 1}`
    processes.set(key, known)
    described[known] = { serviceName, tags }
    return known
  }
  const isPlaceholder = (place: number): boolean => spans[place]?.warnings.includes("placeholder") ?? false
  return {
    traceID: v1TraceId(record.traceId),
    spans: spans.flatMap((assembled, place) =>
      isPlaceholder(place) ? [] : [v1Span(assembled, processOf(assembled.span), isPlaceholder(assembled.parent))]
    ),
    processes: described,
    warnings: null
  }
}
