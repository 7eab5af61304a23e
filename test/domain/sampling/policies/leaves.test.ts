/** Each policy by itself: its boundary, and what it does not take. */
import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { always, never, thresholdOf } from "../../../../src/domain/sampling/head/threshold.ts"
import * as Policies from "../../../../src/domain/sampling/policies/index.ts"
import type { AttributeValue, SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { failed, lasting, spanData, traceIdWith } from "../../../support/spanData.ts"
import { outcome, trace, verdictOf } from "./policySupport.ts"

const withAttribute = (value: AttributeValue) => [spanData(), spanData({ attributes: { key: value } })]

describe("always_sample", () => {
  it("keeps", () => {
    expect(outcome(Policies.always(), spanData())).toBe("kept")
  })
})

describe("latency", () => {
  it.each([
    ["just under the threshold", 99.999, undefined, "dropped"],
    ["at the threshold", 100, undefined, "kept"],
    ["far over it", 1e6, undefined, "kept"],
    ["at the upper bound", 200, 200, "kept"],
    ["just over the upper bound", 200.001, 200, "dropped"]
  ])("%s", (_, millis, upperMillis, expected) => {
    const policy = Policies.latency({ thresholdMillis: 100, ...(upperMillis !== undefined && { upperMillis }) })
    expect(outcome(policy, lasting(millis))).toBe(expected)
  })

  it("is of the whole trace: from the first start to the last end", () => {
    const spans = [lasting(50), lasting(60, { startTime: 1_040_000_000n })]
    expect(outcome(Policies.latency({ thresholdMillis: 100 }), ...spans)).toBe("kept")
    expect(outcome(Policies.latency({ thresholdMillis: 100.001 }), ...spans)).toBe("dropped")
  })

  it("a span that ends before it starts lasts nothing", () => {
    expect(trace(spanData({ endTime: 0n })).durationMillis).toBe(0)
  })

  it.each([{ thresholdMillis: -1 }, { thresholdMillis: Number.NaN }, { thresholdMillis: 2, upperMillis: 1 }])(
    "cannot be %j",
    (options) => {
      expect(Result.isFailure(Policies.latency(options))).toBe(true)
    }
  )
})

describe("rolling_latency", () => {
  const usual = (millis: number | undefined) => ({
    latencyQuantile: (_: unknown, quantile: number) => quantile === 0.95 ? millis : undefined
  })
  it.each([
    ["at the quantile", 100, "dropped"],
    ["above it", 99.99, "kept"],
    ["too few traces seen", undefined, "dropped"]
  ])("%s", (_, millis, expected) => {
    const { threshold } = verdictOf(Policies.rollingLatency(0.95), trace(lasting(100)), usual(millis))
    expect(threshold).toBe(expected === "kept" ? always : never)
  })

  it.each([0.49, 1, Number.NaN])("cannot be %d", (quantile) => {
    expect(Result.isFailure(Policies.rollingLatency(quantile))).toBe(true)
  })
})

describe("status_code", () => {
  it.each([
    ["one failed span among others", [spanData(), spanData({ status: failed })], "kept"],
    ["none", [spanData(), spanData({ status: { code: "ok" } })], "dropped"]
  ])("errors: %s", (_, spans, expected) => {
    expect(outcome(Policies.errors(), ...spans)).toBe(expected)
  })

  it("any of several codes", () => {
    expect(outcome(Policies.statusCode("ok", "unset"), spanData({ status: failed }))).toBe("dropped")
    expect(outcome(Policies.statusCode("ok", "unset"), spanData())).toBe("kept")
  })
})

describe("string_attribute", () => {
  const exact = { key: "key", values: ["a", "b"] } as const
  const regex = { key: "key", values: ["^a+$"], regex: true } as const
  it.each([
    ["one of the values", exact, "b", "kept"],
    ["part of a value", exact, "ab", "dropped"],
    ["a list with one", exact, ["x", "a"], "kept"],
    ["no text", exact, 7, "dropped"],
    ["inverted, one of the values", { ...exact, invert: true }, "a", "dropped"],
    ["inverted, another", { ...exact, invert: true }, "c", "kept"],
    ["the expression", regex, "aaa", "kept"],
    ["not the expression", regex, "aab", "dropped"],
    ["an expression without anchors", { key: "key", values: ["b"], regex: true } as const, "abc", "kept"]
  ])("%s", (_, options, value, expected) => {
    expect(outcome(Policies.stringAttribute(options), ...withAttribute(value))).toBe(expected)
  })

  it("no span has it", () => {
    expect(outcome(Policies.stringAttribute(exact), spanData())).toBe("dropped")
    expect(outcome(Policies.stringAttribute({ ...exact, invert: true }), spanData())).toBe("kept")
  })

  it("cannot hold what is no expression, nor an empty key", () => {
    expect(Result.isFailure(Policies.stringAttribute({ key: "key", values: ["a", "("], regex: true }))).toBe(true)
    expect(Result.isFailure(Policies.stringAttribute({ key: "key", values: ["("] }))).toBe(false)
    expect(Result.isFailure(Policies.stringAttribute({ key: "", values: ["a"] }))).toBe(true)
  })
})

describe("numeric_attribute", () => {
  it.each([
    ["under the minimum", 9.99, "dropped"],
    ["at the minimum", 10, "kept"],
    ["at the maximum", 20, "kept"],
    ["over the maximum", 20.01, "dropped"],
    ["a whole number of any size", 15n, "kept"],
    ["not a number", Number.NaN, "dropped"],
    ["text", "15", "dropped"]
  ])("%s", (_, value, expected) => {
    expect(outcome(Policies.numericAttribute({ key: "key", min: 10, max: 20 }), ...withAttribute(value))).toBe(expected)
    const inverted = Policies.numericAttribute({ key: "key", min: 10, max: 20, invert: true })
    expect(outcome(inverted, ...withAttribute(value))).toBe(expected === "kept" ? "dropped" : "kept")
  })

  it("one bound is enough; none and the wrong way round are not", () => {
    expect(outcome(Policies.numericAttribute({ key: "key", min: 10 }), ...withAttribute(1e300))).toBe("kept")
    expect(outcome(Policies.numericAttribute({ key: "key", max: 10 }), ...withAttribute(-1e300))).toBe("kept")
    expect(Result.isFailure(Policies.numericAttribute({ key: "key" }))).toBe(true)
    expect(Result.isFailure(Policies.numericAttribute({ key: "key", min: 2, max: 1 }))).toBe(true)
  })
})

describe("boolean_attribute", () => {
  it.each([
    ["this value", true, {}, "kept"],
    ["the other", false, {}, "dropped"],
    ["text", "true", {}, "dropped"],
    ["inverted, this value", true, { invert: true }, "dropped"],
    ["inverted, the other", false, { invert: true }, "kept"]
  ])("%s", (_, value, more, expected) => {
    expect(outcome(Policies.booleanAttribute({ key: "key", value: true, ...more }), ...withAttribute(value))).toBe(
      expected
    )
  })
})

describe("span_count", () => {
  it.each([
    ["one under the minimum", 1, "dropped"],
    ["the minimum", 2, "kept"],
    ["the maximum", 3, "kept"],
    ["one over the maximum", 4, "dropped"]
  ])("%s", (_, count, expected) => {
    const spans = Array.from({ length: count }, () => spanData())
    expect(outcome(Policies.spanCount({ min: 2, max: 3 }), ...spans)).toBe(expected)
  })

  it("has no upper end unless one is given", () => {
    expect(outcome(Policies.spanCount({ min: 2 }), ...Array.from({ length: 500 }, () => spanData()))).toBe("kept")
  })

  it.each([{ min: 0 }, { min: 1.5 }, { min: 3, max: 2 }])("cannot be %j", (options) => {
    expect(Result.isFailure(Policies.spanCount(options))).toBe(true)
  })
})

describe("probabilistic", () => {
  it("is the threshold of its share, whatever the trace", () => {
    expect(outcome(Policies.probabilistic(5), spanData())).toEqual(thresholdOf(0.05))
    expect([outcome(Policies.probabilistic(100), spanData()), outcome(Policies.probabilistic(0), spanData())])
      .toEqual(["kept", "dropped"])
  })

  it.each([-0.1, 100.1, Number.NaN])("cannot be %d percent", (percent) => {
    expect(Result.isFailure(Policies.probabilistic(percent))).toBe(true)
  })
})

describe("head_decision", () => {
  const traceId = traceIdWith("c")
  it.each([
    ["unsampled", { flags: 0, traceState: "ot=th:8" }, never],
    ["sampled with its threshold", { traceState: "ot=th:8" }, thresholdOf(0.5)],
    ["sampled with a threshold at its randomness", { traceState: "ot=th:c" }, thresholdOf(0.25)],
    ["sampled with a threshold it cannot have passed", { traceState: "ot=th:c1" }, always],
    ["sampled without one", {}, always]
  ])("%s", (_, given, expected) => {
    expect(verdictOf(Policies.headDecision(), trace(spanData({ traceId, ...given }))).threshold).toEqual(expected)
  })
})

describe("trace_flags", () => {
  it.each([
    ["one sampled span", [0, 1], "kept"],
    ["none", [0, 2], "dropped"],
    ["bits above W3C's", [256, 256], "dropped"]
  ])("%s", (_, flags, expected) => {
    expect(outcome(Policies.traceFlags(), ...flags.map((flags) => spanData({ flags })))).toBe(expected)
  })
})

describe("trace_state", () => {
  it.each([
    ["one of the values", "foo=1,bar=2", "kept"],
    ["another value", "bar=3", "dropped"],
    ["another member", "foo=2", "dropped"],
    ["a header that cannot be read", "bar=2=3", "dropped"],
    ["none", undefined, "dropped"]
  ])("%s", (_, traceState, expected) => {
    expect(outcome(Policies.traceState({ key: "bar", values: ["2", "4"] }), spanData(), spanData({ traceState })))
      .toBe(expected)
  })
})

describe("adaptive", () => {
  const adaptive = (service: string) => thresholdOf(service === "busy" ? 0.01 : 0.5)
  const attributes = { "service.name": "busy" }
  it("is the threshold of the root's service; errors are kept all the same", () => {
    const judged = (...spans: ReadonlyArray<SpanData>) =>
      verdictOf(Policies.adaptive(), trace(...spans), { adaptive }).threshold
    expect(judged(spanData({ attributes }))).toEqual(thresholdOf(0.01))
    expect(judged(spanData())).toEqual(thresholdOf(0.5))
    expect(judged(spanData({ attributes }), spanData({ status: failed }))).toBe(always)
  })
})
