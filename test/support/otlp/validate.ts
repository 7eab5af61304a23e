/** OTLP's rules for traces as Schemas over its JSON: types, hex ids that are not zero, enums as numbers, 64-bit integers, times in order. */
import { Schema } from "effect"
import type { AttributeValue, SpanData } from "../../../src/domain/tracing/SpanData.ts"

const hex = (digits: number) => Schema.String.check(Schema.isPattern(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`)))

const int64 = Schema.Union([
  Schema.String.check(Schema.isPattern(/^-?(0|[1-9]\d{0,18})$/)),
  Schema.Int
])
const fixed64 = Schema.String.check(Schema.isPattern(/^(0|[1-9]\d{0,19})$/))
const uint32 = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))

interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string | number
  readonly doubleValue?: number | string
  readonly arrayValue?: { readonly values?: ReadonlyArray<AnyValue> }
}

const oneOf = (value: object): boolean => Object.keys(value).length <= 1

const anyValue: Schema.Codec<AnyValue> = Schema.Struct({
  stringValue: Schema.optionalKey(Schema.String),
  boolValue: Schema.optionalKey(Schema.Boolean),
  intValue: Schema.optionalKey(int64),
  doubleValue: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.Literals(["NaN", "Infinity", "-Infinity"])])),
  arrayValue: Schema.optionalKey(Schema.Struct({
    values: Schema.optionalKey(Schema.Array(Schema.suspend((): Schema.Codec<AnyValue> => anyValue)))
  }))
}).check(Schema.makeFilter(oneOf))

const attributes = Schema.optionalKey(
  Schema.Array(Schema.Struct({ key: Schema.NonEmptyString, value: anyValue })).check(
    Schema.makeFilter((list) => new Set(list.map(({ key }) => key)).size === list.length)
  )
)

const span = Schema.Struct({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: Schema.optionalKey(hex(16)),
  traceState: Schema.optionalKey(Schema.String),
  flags: Schema.optionalKey(uint32),
  name: Schema.NonEmptyString,
  kind: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
  startTimeUnixNano: fixed64,
  endTimeUnixNano: fixed64,
  attributes,
  droppedAttributesCount: Schema.optionalKey(uint32),
  events: Schema.optionalKey(Schema.Array(Schema.Struct({
    name: Schema.NonEmptyString,
    timeUnixNano: fixed64,
    attributes,
    droppedAttributesCount: Schema.optionalKey(uint32)
  }))),
  droppedEventsCount: Schema.optionalKey(uint32),
  links: Schema.optionalKey(Schema.Array(Schema.Struct({
    traceId: hex(32),
    spanId: hex(16),
    traceState: Schema.optionalKey(Schema.String),
    attributes,
    droppedAttributesCount: Schema.optionalKey(uint32),
    flags: Schema.optionalKey(uint32)
  }))),
  droppedLinksCount: Schema.optionalKey(uint32),
  status: Schema.Struct({
    code: Schema.optionalKey(Schema.Literals([0, 1, 2])),
    message: Schema.optionalKey(Schema.String)
  })
}).check(
  Schema.makeFilter(({ endTimeUnixNano, startTimeUnixNano }) => BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano))
)

type OtlpSpan = typeof span.Type

const request = Schema.Struct({
  resourceSpans: Schema.Array(Schema.Struct({
    resource: Schema.Struct({ attributes, droppedAttributesCount: Schema.optionalKey(uint32) }),
    scopeSpans: Schema.Array(Schema.Struct({
      scope: Schema.Struct({ name: Schema.NonEmptyString, version: Schema.optionalKey(Schema.String) }),
      spans: Schema.Array(span)
    }))
  }))
})

export type OtlpRequest = typeof request.Type

/** Throws with the path of the first field that breaks a rule; a field that OTLP does not have is one. */
export const validate = Schema.decodeUnknownSync(request, { onExcessProperty: "error" })

const valueOf = (value: AnyValue): AttributeValue => {
  if (value.stringValue !== undefined) return value.stringValue
  if (value.boolValue !== undefined) return value.boolValue
  if (value.intValue !== undefined) {
    const integer = BigInt(value.intValue)
    return BigInt.asIntN(53, integer) === integer ? Number(integer) : integer
  }
  if (value.doubleValue !== undefined) return Number(value.doubleValue)
  return (value.arrayValue?.values ?? []).map((item) => {
    const scalar = valueOf(item)
    return typeof scalar === "object" || typeof scalar === "bigint" ? String(scalar) : scalar
  })
}

type KeyValues = OtlpSpan["attributes"]

export const attributesOf = (list: KeyValues): SpanData["attributes"] =>
  Object.fromEntries((list ?? []).map(({ key, value }) => [key, valueOf(value)]))

const kinds = ["internal", "server", "client", "producer", "consumer"] as const
const codes = ["unset", "ok", "error"] as const

/** The spans of a valid request, as the exporter was given them. */
export const spansOf = ({ resourceSpans }: OtlpRequest): ReadonlyArray<SpanData> =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(spanOf)))

const spanOf = (span: OtlpSpan): SpanData => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  traceState: span.traceState,
  flags: span.flags ?? 0,
  name: span.name,
  kind: kinds[span.kind - 1] ?? "internal",
  startTime: BigInt(span.startTimeUnixNano),
  endTime: BigInt(span.endTimeUnixNano),
  status: {
    code: codes[span.status.code ?? 0] ?? "unset",
    ...(span.status.message === undefined ? undefined : { message: span.status.message })
  },
  attributes: attributesOf(span.attributes),
  events: (span.events ?? []).map((event) => ({
    name: event.name,
    time: BigInt(event.timeUnixNano),
    attributes: attributesOf(event.attributes)
  })),
  links: (span.links ?? []).map((link) => ({
    traceId: link.traceId,
    spanId: link.spanId,
    traceState: link.traceState,
    attributes: attributesOf(link.attributes)
  }))
})
