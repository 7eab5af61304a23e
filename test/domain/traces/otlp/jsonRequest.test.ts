import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { toSpanData } from "../../../../src/domain/traces/otlp/decodeSpan.ts"
import { requestFromJson } from "../../../../src/domain/traces/otlp/jsonRequest.ts"

const traceId = "5B8EFFF798038103D269B633813FC60C"
const spanId = "EEE19B7EC3C1B174"

const spansOf = (...spans: ReadonlyArray<object>) =>
  Result.map(
    requestFromJson(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })),
    (request) =>
      request.resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans.map(toSpanData)))
  )

describe("requestFromJson", () => {
  it("ids in any case; enums by number and by name; times as text and as number; unknown fields", () => {
    const spans = Result.getOrThrow(spansOf(
      { traceId, spanId, kind: 2, startTimeUnixNano: "1544712660000000001", status: { code: 2 }, unknown: { a: [1] } },
      {
        trace_id: traceId.toLowerCase(),
        span_id: spanId,
        kind: "SPAN_KIND_CLIENT",
        endTimeUnixNano: 5,
        status: { code: "STATUS_CODE_OK" }
      }
    ))
    assert.deepStrictEqual(spans.map((span) => [span.traceId, span.spanId, span.kind, span.status.code]), [
      [traceId.toLowerCase(), spanId.toLowerCase(), "server", "error"],
      [traceId.toLowerCase(), spanId.toLowerCase(), "client", "ok"]
    ])
    assert.strictEqual(spans[0]?.startTime, 1544712660000000001n)
    assert.strictEqual(spans[1]?.endTime, 5n)
  })

  it("an id that is none has no length, and a parent that is none is not a root's", () => {
    const spans = Result.getOrThrow(spansOf(
      { traceId: "abcd", spanId: "zzzz", parentSpanId: "not!".replace("!", "e") },
      { traceId: "W47/95gDgQPSabYzgT/GDA==", spanId, parentSpanId: "" }
    ))
    assert.deepStrictEqual(spans.map((span) => [span.traceId, span.spanId]), [["abcd", ""], ["", spanId.toLowerCase()]])
    assert.isUndefined(spans[1]?.parentSpanId)
  })

  it("what is no OTLP is told", () => {
    for (
      const text of [
        "",
        "{",
        "[]",
        "{\"resourceSpans\": 5}",
        "[".repeat(100_000),
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":5}]}]}]}"
      ]
    ) {
      const read = requestFromJson(text)
      assert.isTrue(Result.isFailure(read) && read.failure.reason === "Json", text.slice(0, 50))
    }
  })
})
