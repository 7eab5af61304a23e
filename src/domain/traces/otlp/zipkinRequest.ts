/**
 * Zipkin's JSON (v2) as OTLP: https://zipkin.io/zipkin-api/zipkin2-api.yaml, by the mapping that OpenTelemetry's Zipkin exporters use, backwards.
 *
 * A trace id of 64 bits is filled up with zeros. The local endpoint's service name is the resource; the tags `otel.status_code` and `error` are the
 * status, `otel.scope.name` and `otel.scope.version` the scope; all other tags are text attributes. Times are microseconds.
 */
import { create } from "@bufbuild/protobuf"
import { Result, Schema } from "effect"
import type { Attributes } from "../../tracing/SpanData.ts"
import { toKeyValues } from "./attributeValues.ts"
import { OtlpMalformed } from "./OtlpMalformed.ts"
import { type Span, type Span_SpanKind, SpanSchema, type Status_StatusCode } from "./proto/trace_pb.ts"
import { type ExportTraceServiceRequest, ExportTraceServiceRequestSchema } from "./proto/traceService_pb.ts"

const Endpoint = Schema.Struct({
  serviceName: Schema.optionalKey(Schema.NullOr(Schema.String)),
  ipv4: Schema.optionalKey(Schema.NullOr(Schema.String)),
  ipv6: Schema.optionalKey(Schema.NullOr(Schema.String)),
  port: Schema.optionalKey(Schema.NullOr(Schema.Int))
})

const Micros = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

const ZipkinSpan = Schema.Struct({
  traceId: Schema.String,
  id: Schema.String,
  parentId: Schema.optionalKey(Schema.NullOr(Schema.String)),
  name: Schema.optionalKey(Schema.NullOr(Schema.String)),
  kind: Schema.optionalKey(Schema.NullOr(Schema.String)),
  timestamp: Schema.optionalKey(Schema.NullOr(Micros)),
  duration: Schema.optionalKey(Schema.NullOr(Micros)),
  debug: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  shared: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  localEndpoint: Schema.optionalKey(Schema.NullOr(Endpoint)),
  remoteEndpoint: Schema.optionalKey(Schema.NullOr(Endpoint)),
  annotations: Schema.optionalKey(Schema.NullOr(Schema.Array(
    Schema.Struct({ timestamp: Micros, value: Schema.String })
  ))),
  tags: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.String)))
})

type ZipkinSpan = typeof ZipkinSpan.Type

const parse = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Array(ZipkinSpan)))

const kinds: Readonly<Record<string, Span_SpanKind>> = { SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 }

/** Filled up with zeros; what is no hex, or too long, stays as it is and becomes an id that no scan lets through. */
const idBytes = (id: string, digits: number): Uint8Array =>
  /^[0-9a-f]+$/i.test(id) && id.length <= digits ? Buffer.from(id.padStart(digits, "0"), "hex") : Uint8Array.of(0)

const nanos = (micros: number): bigint => BigInt(micros) * 1000n

const statusOf = (tags: Readonly<Record<string, string>>): { code: Status_StatusCode; message: string } => {
  const { error } = tags
  const code = tags["otel.status_code"]
  if (code === "OK") return { code: 1, message: "" }
  const failed = code === "ERROR" || (code === undefined && error !== undefined && error !== "false")
  return failed ? { code: 2, message: error === undefined || error === "true" ? "" : error } : { code: 0, message: "" }
}

const statusTags = new Set(["otel.status_code", "error", "otel.scope.name", "otel.scope.version"])

const attributesOf = (span: ZipkinSpan): Attributes => {
  const { localEndpoint: local, remoteEndpoint: remote, shared, tags } = span
  const given: ReadonlyArray<readonly [string, string | number | boolean | null | undefined]> = [
    ["network.local.address", local?.ipv4 ?? local?.ipv6],
    ["network.local.port", local?.port],
    ["peer.service", remote?.serviceName],
    ["network.peer.address", remote?.ipv4 ?? remote?.ipv6],
    ["network.peer.port", remote?.port],
    ["zipkin.shared", shared === true ? true : undefined],
    ...Object.entries(tags ?? {}).filter(([key]) => !statusTags.has(key))
  ]
  return Object.fromEntries(
    given.flatMap(([key, value]) => value === undefined || value === null ? [] : [[key, value]])
  )
}

const toSpan = (span: ZipkinSpan): Span => {
  const { annotations, duration, id, kind, name, parentId, tags, timestamp, traceId } = span
  const start = timestamp ?? annotations?.[0]?.timestamp ?? 0
  return create(SpanSchema, {
    traceId: idBytes(traceId, 32),
    spanId: idBytes(id, 16),
    parentSpanId: parentId === undefined || parentId === null || parentId === ""
      ? new Uint8Array(0)
      : idBytes(parentId, 16),
    flags: 1,
    name: name ?? "",
    kind: kinds[kind ?? ""] ?? 1,
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(start + (duration ?? 0)),
    attributes: toKeyValues(attributesOf(span)),
    events: (annotations ?? []).map((annotation) => ({
      name: annotation.value,
      timeUnixNano: nanos(annotation.timestamp)
    })),
    status: statusOf(tags ?? {})
  })
}

/** Spans of one service and scope stand together, in the order in which they came. */
export const requestFromZipkin = (text: string): Result.Result<ExportTraceServiceRequest, OtlpMalformed> =>
  Result.map(
    Result.mapError(
      parse(text),
      ({ message }) =>
        new OtlpMalformed({ reason: "Json", message: `no Zipkin v2: ${message.slice(0, 300)}`, offset: 0 })
    ),
    (spans) => {
      const groups = Map.groupBy(spans, ({ localEndpoint, tags }) =>
        JSON.stringify([
          localEndpoint?.serviceName ?? "",
          tags?.["otel.scope.name"] ?? "",
          tags?.["otel.scope.version"] ?? ""
        ]))
      return create(ExportTraceServiceRequestSchema, {
        resourceSpans: Array.from(groups.values(), (group) => {
          const [first] = group
          const service = first?.localEndpoint?.serviceName ?? ""
          return {
            resource: { attributes: toKeyValues(service === "" ? {} : { "service.name": service }) },
            scopeSpans: [{
              scope: {
                name: first?.tags?.["otel.scope.name"] ?? "",
                version: first?.tags?.["otel.scope.version"] ?? ""
              },
              spans: group.map(toSpan)
            }]
          }
        })
      })
    }
  )
