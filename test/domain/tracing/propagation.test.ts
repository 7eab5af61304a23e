import { describe, expect, it } from "@effect/vitest"
import type { SamplingDecision } from "../../../src/domain/sampling/head/parent.ts"
import { continueTrace, extract, extractBaggage, inject } from "../../../src/domain/tracing/propagation.ts"

const traceId = "12345678901234567890123456789012"
const spanId = "1234567890123456"
const traceparent = `00-${traceId}-${spanId}-01`

const own = { traceId: "a".repeat(32), spanId: "b".repeat(16), random: true }
const decide = (): SamplingDecision => ({ sampled: true, traceState: "ot=th:8" })

describe("extract", () => {
  it.each([
    ["a record", { traceparent, tracestate: "foo=1" }],
    ["names in any case", { TraceParent: traceparent, TRACESTATE: "foo=1" }],
    ["lists of values, as gRPC has them", { traceparent: [traceparent], tracestate: ["foo=1"] }],
    ["pairs, as HTTP has them", [["Traceparent", traceparent], ["host", "x"], ["tracestate", "foo=1"]] as const],
    ["the platform's headers", new Headers({ traceparent, tracestate: "foo=1" })]
  ])("reads %s", (_, headers) => {
    expect(extract(headers)).toEqual({ traceId, spanId, sampled: true, random: false, traceState: "foo=1" })
  })

  it("joins several tracestate lines in their order", () => {
    const headers = [["tracestate", "foo=1"], ["traceparent", traceparent], ["tracestate", "bar=2"]] as const
    expect(extract(headers)?.traceState).toBe("foo=1,bar=2")
    expect(extract({ traceparent, tracestate: ["foo=1", "bar=2"] })?.traceState).toBe("foo=1,bar=2")
  })

  it.each([
    ["no traceparent", { tracestate: "foo=1" }],
    ["two of them, alike", [["traceparent", traceparent], ["traceparent", traceparent]] as const],
    ["two of them in different case", { traceparent, Traceparent: traceparent }],
    ["two values", { traceparent: [traceparent, traceparent] }],
    ["two, joined by the platform", { traceparent: `${traceparent}, ${traceparent}` }],
    ["one that cannot be read", { traceparent: "00-0-0-00", tracestate: "foo=1" }],
    ["one that is no text", { traceparent: 7 }]
  ])("is none for %s", (_, headers) => {
    expect(extract(headers)).toBeUndefined()
  })

  it("goes on with the trace where only tracestate cannot be read", () => {
    expect(extract({ traceparent, tracestate: "foo=1=2" })).toEqual({
      traceId,
      spanId,
      sampled: true,
      random: false,
      traceState: undefined
    })
  })
})

describe("inject", () => {
  it("is read back by extract", () => {
    for (const sampled of [true, false]) {
      for (const random of [true, false]) {
        for (const traceState of [undefined, "ot=th:8,foo=1"]) {
          const context = { traceId, spanId, sampled, random, traceState }
          expect(extract(inject(context))).toEqual(context)
        }
      }
    }
  })

  it("says nothing of a context without a span, and passes baggage on untouched", () => {
    const context = { traceId, spanId: undefined, sampled: true, traceState: "foo=1" }
    expect(inject(context)).toEqual({})
    const baggage = extractBaggage({ Baggage: ["a=1;p", " b=%20"] })
    expect(inject({ ...context, spanId }, baggage)).toEqual({
      traceparent,
      tracestate: "foo=1",
      baggage: "a=1;p, b=%20"
    })
    expect(extractBaggage({})).toBeUndefined()
  })
})

describe("continueTrace", () => {
  it("continues the caller's trace: its id, flag, random flag and tracestate, under a span of its own", () => {
    const { context, parent } = continueTrace(
      { traceparent: `00-${traceId}-${spanId}-02`, tracestate: "foo=1" },
      own,
      decide
    )
    expect(parent?.spanId).toBe(spanId)
    expect(inject(context)).toEqual({ traceparent: `00-${traceId}-${own.spanId}-02`, tracestate: "foo=1" })
  })

  it("begins its own where there is none to continue, and drops the tracestate that came", () => {
    const { context, parent } = continueTrace({ tracestate: "foo=1" }, own, decide)
    expect(parent).toBeUndefined()
    expect(inject(context)).toEqual({ traceparent: `00-${own.traceId}-${own.spanId}-03`, tracestate: "ot=th:8" })
  })
})
