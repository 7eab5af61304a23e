/** What a scan found and what the library decoded, in one shape, so that they can be compared. */
import type { AnyValue, KeyValue } from "../../../src/domain/traces/otlp/proto/common_pb.ts"
import type { ExportTraceServiceRequest } from "../../../src/domain/traces/otlp/proto/traceService_pb.ts"
import {
  attributeAt,
  attributeStride,
  resourceAt,
  resourceStride,
  scopeAt,
  scopeStride,
  spanAt,
  type SpanColumns,
  spanStride
} from "../../../src/domain/traces/otlp/SpanColumns.ts"

interface Attribute {
  readonly key: string
  readonly type: number
  readonly text: string | undefined
}

const types = {
  stringValue: 1,
  boolValue: 2,
  intValue: 3,
  doubleValue: 4,
  arrayValue: 5,
  kvlistValue: 6,
  bytesValue: 7,
  stringValueStrindex: 8
} as const

const typeOf = (value: AnyValue | undefined): number => value?.value.case === undefined ? 0 : types[value.value.case]

const attributesOf = (keyValues: ReadonlyArray<KeyValue>): ReadonlyArray<Attribute> =>
  keyValues.slice(0, 128).map(({ key, value }) => ({
    key,
    type: typeOf(value),
    text: value?.value.case === "stringValue" ? value.value.value : undefined
  }))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

export const scanned = (bytes: Uint8Array, columns: SpanColumns) => {
  const text = (at: number, length: number): string => Buffer.from(bytes).subarray(at, at + length).toString("utf8")
  const hexWords = (words: ReadonlyArray<number>): string =>
    words.map((word) => word.toString(16).padStart(8, "0")).join("")
  const attributes = (first: number, count: number): ReadonlyArray<Attribute> =>
    Array.from({ length: count }, (_, i) => {
      const word = (at: number): number => columns.attributeWords[(first + i) * attributeStride + at] ?? -1
      return {
        key: text(word(attributeAt.key), word(attributeAt.keyLength)),
        type: word(attributeAt.type),
        text: word(attributeAt.type) === 1 ? text(word(attributeAt.value), word(attributeAt.valueLength)) : undefined
      }
    })
  const resources = Array.from({ length: columns.resources }, (_, i) => {
    const word = (at: number): number => columns.resourceWords[i * resourceStride + at] ?? -1
    return {
      service: text(word(resourceAt.service), word(resourceAt.serviceLength)),
      attributes: attributes(word(resourceAt.attributes), word(resourceAt.attributeCount))
    }
  })
  const spans = Array.from({ length: columns.count }, (_, i) => {
    const word = (at: number): number => columns.words[i * spanStride + at] ?? -1
    const words = (at: number, count: number): string => hexWords(Array.from({ length: count }, (_, j) => word(at + j)))
    const scope = (at: number): number => columns.scopeWords[word(spanAt.scope) * scopeStride + at] ?? -1
    return {
      traceId: words(spanAt.traceId, 4),
      spanId: words(spanAt.spanId, 2),
      parent: words(spanAt.parent, 2),
      start: BigInt(`0x${words(spanAt.start, 2)}`),
      end: BigInt(`0x${words(spanAt.end, 2)}`),
      name: text(word(spanAt.name), word(spanAt.nameLength)),
      kind: word(spanAt.kind) | 0,
      status: word(spanAt.status) | 0,
      flags: word(spanAt.flags),
      traceState: text(word(spanAt.traceState), word(spanAt.traceStateLength)),
      events: word(spanAt.events),
      links: word(spanAt.links),
      attributes: attributes(word(spanAt.attributes), word(spanAt.attributeCount)),
      resource: resources[word(spanAt.resource)],
      sameResource: scope(scopeAt.resource) === word(spanAt.resource)
    }
  })
  return { spans, rejected: columns.rejected.length, resources: columns.resources, scopes: columns.scopes }
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

export const decodedRows = (request: ExportTraceServiceRequest) => {
  let rejected = 0
  const spans = request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = attributesOf(resource?.attributes ?? [])
    const names = (resource?.attributes ?? []).filter(({ key, value }) => key === "service.name" && typeOf(value) === 1)
    const last = names.at(-1)?.value?.value
    const service = last?.case === "stringValue" ? last.value : ""
    return scopeSpans.flatMap(({ spans }) =>
      spans.flatMap((span) => {
        if (
          span.traceId.length !== 16 || isZero(span.traceId) || span.spanId.length !== 8 || isZero(span.spanId)
          || ![0, 8].includes(span.parentSpanId.length)
        ) {
          rejected++
          return []
        }
        return [{
          traceId: hex(span.traceId),
          spanId: hex(span.spanId),
          parent: hex(span.parentSpanId).padEnd(16, "0"),
          start: span.startTimeUnixNano,
          end: span.endTimeUnixNano,
          name: span.name,
          kind: Number(span.kind),
          status: Number(span.status?.code ?? 0),
          flags: span.flags,
          traceState: span.traceState,
          events: span.events.length,
          links: span.links.length,
          attributes: attributesOf(span.attributes),
          resource: { service, attributes },
          sameResource: true
        }]
      })
    )
  })
  const scopes = request.resourceSpans.reduce((sum, { scopeSpans }) => sum + scopeSpans.length, 0)
  return { spans, rejected, resources: request.resourceSpans.length, scopes }
}
