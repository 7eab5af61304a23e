import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { SpanPages } from "../../../../src/layers/tracing/store/SpanPages.ts"
import { spanData } from "../../../support/spanData.ts"

const Hex = (digits: number) => Schema.String.check(Schema.isPattern(new RegExp(`^[0-9a-f]{${digits}}$`)))
const Nanos = Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 2n ** 62n }))
const Latin1 = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(
  Schema.isMaxLength(40)
)

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"

const Attributes = Schema.Record(
  Schema.String.check(Schema.isMaxLength(20)),
  Schema.Union([Latin1, Schema.Finite, Schema.Boolean, Schema.Literal(traceId)])
)
const State = Schema.UndefinedOr(Latin1)

const Packable = Schema.Struct({
  spanId: Hex(16),
  parentSpanId: Schema.UndefinedOr(Hex(16)),
  traceState: State,
  flags: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })),
  name: Schema.String.check(Schema.isMaxLength(40)),
  kind: Schema.Literals(["internal", "server", "client", "producer", "consumer"]),
  startTime: Nanos,
  endTime: Nanos,
  code: Schema.Literals(["unset", "ok", "error"]),
  attributes: Attributes,
  links: Schema.Array(Schema.Struct({ traceId: Hex(32), spanId: Hex(16), traceState: State, attributes: Attributes }))
})

const textOf = (codes: ReadonlyArray<number>): string => String.fromCharCode(...codes)

const stateOf = (codes: typeof State.Type): string | undefined => codes === undefined ? undefined : textOf(codes)

const attributesOf = (attributes: typeof Attributes.Type): SpanData["attributes"] =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, typeof value === "object" ? textOf(value) : value] as const)
  )

const spanOf = ({ attributes, code, links, traceState, ...fields }: typeof Packable.Type): SpanData =>
  spanData({
    ...fields,
    traceId,
    traceState: stateOf(traceState),
    status: { code },
    attributes: attributesOf(attributes),
    links: links.map((link) => ({
      ...link,
      traceState: stateOf(link.traceState),
      attributes: attributesOf(link.attributes)
    }))
  })

const link = { traceId, spanId: "00f067aa0ba902b7", traceState: undefined, attributes: {} }

describe("SpanPages", () => {
  it.prop("gives back what was put in, whatever came before and after", [Schema.Array(Packable)], ([fields]) => {
    const pages = new SpanPages()
    const spans = fields.map(spanOf)
    const positions = spans.map((span) => pages.put(span))
    positions.forEach((position, n) => {
      assert.isDefined(position)
      assert.deepStrictEqual(pages.read(position ?? 0, traceId), spans[n])
      assert.strictEqual(pages.nameAt(position ?? 0), spans[n]?.name)
    })
  })

  it.each<readonly [what: string, span: Partial<SpanData>]>([
    ["an event", { events: [{ name: "e", time: 1n, attributes: {} }] }],
    ["a link to an id of another length", { links: [link, { ...link, spanId: "1" }] }],
    ["a link with a list", { links: [link, { ...link, attributes: { list: ["a"] } }] }],
    ["a link with a text that is not Latin-1", { links: [link, { ...link, attributes: { text: "π" } }] }],
    ["too many links", { links: Array.from({ length: 300 }, () => link) }],
    ["a message", { status: { code: "error", message: "wrong" } }],
    ["a list", { attributes: { list: ["a"] } }],
    ["a bigint", { attributes: { count: 1n } }],
    ["a text that is not Latin-1", { attributes: { text: "π" } }],
    ["a long text", { attributes: { text: "x".repeat(5000) } }],
    ["a long name", { name: "x".repeat(5000) }],
    ["an id of another length", { spanId: "1" }]
  ])("does not pack a span with %s", (_, span) => {
    assert.isUndefined(new SpanPages().put(spanData(span)))
  })

  it("gives back every tracestate, also those that are too many to be kept once", () => {
    const pages = new SpanPages()
    const states = Array.from({ length: 600 }, (_, n) => `vendor=${n % 300}`)
    const positions = states.map((traceState) => pages.put(spanData({ traceId, traceState })) ?? -1)
    assert.deepStrictEqual(positions.map((position) => pages.read(position, traceId)?.traceState), states)
  })

  it("uses a page again when its spans were released, and no page before", () => {
    const pages = new SpanPages()
    const held: Array<readonly [position: number, name: string]> = []
    let most = 0
    for (let n = 0; n < 50_000; n++) {
      const name = `operation ${n % 100}`
      held.push([pages.put(spanData({ name })) ?? -1, name])
      const [oldest] = held
      if (held.length > 10_000 && oldest !== undefined) {
        held.shift()
        assert.strictEqual(pages.nameAt(oldest[0]), oldest[1])
        pages.release(oldest[0])
      }
      if (n === 20_000) most = pages.size
    }
    assert.strictEqual(pages.size, most)
    for (const [position, name] of held) assert.strictEqual(pages.nameAt(position), name)
  })
})
