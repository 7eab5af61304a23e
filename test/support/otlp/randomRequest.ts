/** Random requests of OTLP traces, the same for the same seed, as the library's messages: all fields, all kinds of value, some bad ids. */
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf"
import type { AnyValueSchema, KeyValueSchema } from "../../../src/domain/traces/otlp/proto/common_pb.ts"
import type { ResourceSchema } from "../../../src/domain/traces/otlp/proto/resource_pb.ts"
import {
  type ScopeSpansSchema,
  type Span_SpanKind,
  SpanSchema,
  type Status_StatusCode
} from "../../../src/domain/traces/otlp/proto/trace_pb.ts"
import {
  type ExportTraceServiceRequest,
  ExportTraceServiceRequestSchema
} from "../../../src/domain/traces/otlp/proto/traceService_pb.ts"

/** Mulberry32. */
export class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = seed | 0
  }
  /** 0 to `sides` - 1. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % sides
  }
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.roll(256))
  }
  pick<A>(first: A, ...others: ReadonlyArray<A>): A {
    return [first, ...others][this.roll(others.length + 1)] ?? first
  }
  list<A>(most: number, make: () => A): Array<A> {
    return Array.from({ length: this.roll(most + 1) }, make)
  }
  big(): bigint {
    return (BigInt(this.roll(2 ** 32)) << 32n) | BigInt(this.roll(2 ** 32))
  }
}

const texts = [
  "",
  "a",
  "service.name",
  "http.route",
  "GET /api/v1/users/{id}",
  "é",
  "日本語のテキスト",
  "🛰️ orbit",
  "x".repeat(300)
]

const text = (dice: Dice): string => dice.pick(texts[dice.roll(texts.length)] ?? "", "k".repeat(dice.roll(20)))

const anyValue = (dice: Dice, depth: number): MessageInitShape<typeof AnyValueSchema> => {
  switch (dice.roll(depth > 2 ? 6 : 8)) {
    case 0:
      return {}
    case 1:
      return { value: { case: "boolValue", value: dice.roll(2) === 1 } }
    case 2:
      return { value: { case: "intValue", value: BigInt.asIntN(64, dice.pick(dice.big(), BigInt(dice.roll(1000)))) } }
    case 3:
      return { value: { case: "doubleValue", value: dice.pick(dice.roll(1e9) / 7, -0, Number.NaN, 1e308) } }
    case 4:
      return { value: { case: "bytesValue", value: dice.bytes(dice.roll(20)) } }
    case 6:
      return { value: { case: "arrayValue", value: { values: dice.list(3, () => anyValue(dice, depth + 1)) } } }
    case 7:
      return { value: { case: "kvlistValue", value: { values: dice.list(3, () => keyValue(dice, depth + 1)) } } }
    default:
      return { value: { case: "stringValue", value: text(dice) } }
  }
}

const keyValue = (dice: Dice, depth = 0): MessageInitShape<typeof KeyValueSchema> =>
  dice.roll(8) === 0 ? { key: text(dice) } : { key: text(dice), value: anyValue(dice, depth) }

/** An enum is open: any number may come. */
const unknownKind = (number: number): Span_SpanKind => fromBinary(SpanSchema, Uint8Array.of(48, number & 127)).kind

const span = (dice: Dice): MessageInitShape<typeof SpanSchema> => ({
  traceId: dice.roll(10) === 0 ? dice.pick(new Uint8Array(16), dice.bytes(dice.roll(20))) : dice.bytes(16),
  spanId: dice.roll(10) === 0 ? dice.pick(new Uint8Array(8), dice.bytes(dice.roll(20))) : dice.bytes(8),
  parentSpanId: dice.roll(10) === 0 ? dice.bytes(dice.roll(12)) : dice.bytes(dice.pick(0, 8)),
  traceState: dice.pick("", "ot=th:0", "a=b,c=d"),
  flags: dice.pick(0, 1, 0x103, dice.roll(2 ** 32)),
  name: text(dice),
  kind: dice.pick<Span_SpanKind>(0, 1, 2, 3, 4, 5, unknownKind(-1), unknownKind(77)),
  startTimeUnixNano: dice.pick(0n, dice.big(), 1_760_000_000_123_456_789n),
  endTimeUnixNano: dice.pick(0n, dice.big(), 1_760_000_000_223_456_789n),
  attributes: dice.list(6, () => keyValue(dice)),
  droppedAttributesCount: dice.pick(0, dice.roll(2 ** 32)),
  events: dice.list(2, () => ({
    timeUnixNano: dice.big(),
    name: text(dice),
    attributes: dice.list(2, () => keyValue(dice)),
    droppedAttributesCount: dice.roll(3)
  })),
  droppedEventsCount: dice.roll(2),
  links: dice.list(2, () => ({
    traceId: dice.bytes(16),
    spanId: dice.bytes(8),
    traceState: dice.pick("", "a=b"),
    attributes: dice.list(2, () => keyValue(dice)),
    flags: dice.roll(1024)
  })),
  droppedLinksCount: dice.roll(2),
  ...(dice.roll(3) === 0 ? {} : { status: { message: text(dice), code: dice.pick<Status_StatusCode>(0, 1, 2) } })
})

const scopeSpans = (dice: Dice): MessageInitShape<typeof ScopeSpansSchema> => ({
  ...(dice.roll(4) === 0
    ? {}
    : { scope: { name: text(dice), version: text(dice), attributes: dice.list(2, () => keyValue(dice)) } }),
  spans: dice.list(4, () => span(dice)),
  schemaUrl: dice.pick("", "https://opentelemetry.io/schemas/1.26.0")
})

const resource = (dice: Dice): MessageInitShape<typeof ResourceSchema> => ({
  attributes: [
    ...dice.list(3, () => keyValue(dice)),
    ...dice.list(
      1,
      () => ({ key: "service.name", value: { value: { case: "stringValue" as const, value: text(dice) } } })
    )
  ],
  droppedAttributesCount: dice.roll(2),
  entityRefs: dice.list(1, () => ({ schemaUrl: text(dice), type: text(dice), idKeys: dice.list(2, () => text(dice)) }))
})

export const randomRequest = (seed: number): ExportTraceServiceRequest => {
  const dice = new Dice(seed)
  return create(ExportTraceServiceRequestSchema, {
    resourceSpans: dice.list(3, () => ({
      ...(dice.roll(4) === 0 ? {} : { resource: resource(dice) }),
      scopeSpans: dice.list(3, () => scopeSpans(dice)),
      schemaUrl: text(dice)
    }))
  })
}
