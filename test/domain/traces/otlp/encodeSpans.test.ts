import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { decodeResource, decodeScope, decodeSpan, toSpanData } from "../../../../src/domain/traces/otlp/decodeSpan.ts"
import { encodeResource, encodeScope, encodeSpan, encodeSpans } from "../../../../src/domain/traces/otlp/encodeSpans.ts"
import { spanAt, spanStride } from "../../../../src/domain/traces/otlp/SpanColumns.ts"
import { SpanScanner } from "../../../../src/domain/traces/otlp/SpanScanner.ts"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { randomRequest } from "../../../support/otlp/randomRequest.ts"
import { spanData } from "../../../support/spanData.ts"

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 }))

const full: SpanData = spanData({
  parentSpanId: "00f067aa0ba902b7",
  traceState: "ot=th:8",
  flags: 0x301,
  kind: "consumer",
  status: { code: "error", message: "no answer" },
  attributes: {
    text: "é",
    whole: -5,
    fraction: 0.5,
    flag: false,
    long: 2n ** 60n,
    least: -(2n ** 63n),
    list: ["a", 1, true],
    none: []
  },
  events: [{ name: "retry", time: 2n ** 63n, attributes: { attempt: 2 } }],
  links: [{
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    traceState: "a=b",
    attributes: {}
  }]
})

describe("encodeSpans", () => {
  it("a span, a resource and a scope are read back as they were", () => {
    assert.deepStrictEqual(Result.getOrThrow(decodeSpan(encodeSpan(full))), full)
    const resource = { "service.name": "perigee", "process.pid": 7 }
    assert.deepStrictEqual(Result.getOrThrow(decodeResource(encodeResource(resource))), resource)
    const scope = { name: "perigee", version: "1.2.3", attributes: { a: "b" } }
    assert.deepStrictEqual(Result.getOrThrow(decodeScope(encodeScope(scope))), scope)
    assert.deepStrictEqual(Result.getOrThrow(decodeScope(new Uint8Array(0))), { name: "", version: "", attributes: {} })
  })

  it("the spans of a request stand in it in order", () => {
    const spans = [full, spanData(), spanData({ name: "" })]
    const bytes = encodeSpans({ "service.name": "a" }, { name: "b", version: "", attributes: {} }, spans)
    const columns = Result.getOrThrow(new SpanScanner().scan(bytes))
    const read = spans.map((_, i) => {
      const row = i * spanStride
      return decodeSpan(bytes.subarray(columns.words[row + spanAt.from], columns.words[row + spanAt.to]))
    })
    assert.deepStrictEqual(read.map(Result.getOrThrow), spans)
    assert.strictEqual(columns.count, 3)
  })

  it.prop("whatever was decoded once is the same after it was encoded", [Seed], ([seed]) => {
    for (const { scopeSpans } of randomRequest(seed).resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const plain = toSpanData(span)
        assert.deepStrictEqual(Result.getOrThrow(decodeSpan(encodeSpan(plain))), plain)
      }
    }
  })

  it("bytes that are no span are a failure", () => {
    assert.isTrue(Result.isFailure(decodeSpan(Uint8Array.of(10, 99))))
  })
})
