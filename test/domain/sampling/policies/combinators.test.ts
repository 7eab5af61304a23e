import { assert, describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { always, complement, never, thresholdOf } from "../../../../src/domain/sampling/head/threshold.ts"
import * as Policies from "../../../../src/domain/sampling/policies/index.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { failed, lasting, spanData, traceIdWith } from "../../../support/spanData.ts"
import { judge, keptOf, outcome, trace, valid, verdictOf } from "./policySupport.ts"

const yes = Policies.always()
const no = Policies.errors()
const half = Policies.probabilistic(50)
const tenth = Policies.probabilistic(10)
const slow = Policies.latency({ thresholdMillis: 100 })

describe("or", () => {
  it.each([
    ["none keeps", Policies.or(no, slow), never, "status_code"],
    ["one keeps", Policies.or(no, yes), always, "always_sample"],
    ["of shares the larger", Policies.or(tenth, half), thresholdOf(0.5), "probabilistic"],
    ["a share and nothing", Policies.or(no, tenth), thresholdOf(0.1), "probabilistic"]
  ])("%s", (_, policy, threshold, by) => {
    expect(verdictOf(policy, trace(spanData()))).toEqual({ threshold, policy: by, excluded: false })
  })
})

describe("and", () => {
  it.each([
    ["one does not keep", Policies.and(yes, no), never, "status_code"],
    ["all keep", Policies.and(yes, yes), always, "always_sample"],
    ["of shares the smaller", Policies.and(half, tenth), thresholdOf(0.1), "probabilistic"],
    ["a share of what another keeps", Policies.and(tenth, yes), thresholdOf(0.1), "probabilistic"]
  ])("%s", (_, policy, threshold, by) => {
    expect(verdictOf(policy, trace(spanData()))).toEqual({ threshold, policy: by, excluded: false })
  })
})

describe("not", () => {
  it("turns over: certain for certain, a share for the rest, twice for nothing", () => {
    expect(outcome(Policies.not(yes), spanData())).toEqual("dropped")
    expect(outcome(Policies.not(no), spanData())).toEqual("kept")
    expect(outcome(Policies.not(tenth), spanData())).toEqual(complement(thresholdOf(0.1)))
    expect(outcome(Policies.not(Policies.not(tenth)), spanData())).toEqual(thresholdOf(0.1))
  })

  it("keeps De Morgan's laws", () => {
    for (const a of [yes, no, half, tenth]) {
      for (const b of [yes, no, half, tenth]) {
        const left = outcome(Policies.not(Policies.or(a, b)), spanData())
        expect(left).toEqual(outcome(Policies.and(Policies.not(a), Policies.not(b)), spanData()))
      }
    }
  })

  it.each([
    ["a rate", Policies.rateLimiting({ unit: "traces", perSecond: 1 })],
    ["the head's decision", Policies.or(yes, Policies.headDecision())],
    ["the sampled flag", Policies.traceFlags()]
  ])("cannot be of %s", (_, policy) => {
    expect(Result.isFailure(Policies.not(policy))).toBe(true)
    expect(Result.isFailure(Policies.parsePolicy({ type: "not", policy: valid(policy) }))).toBe(true)
  })
})

describe("drop", () => {
  const health = Policies.drop(Policies.stringAttribute({ key: "http.route", values: ["/health"] }))
  const toHealth = spanData({ attributes: { "http.route": "/health" }, status: failed })
  it.each([
    ["wins over what others keep", Policies.or(yes, health), toHealth, "excluded"],
    ["wins inside and", Policies.and(slow, health), toHealth, "excluded"],
    ["wins from further down", Policies.or(Policies.and(yes, health), yes), toHealth, "excluded"],
    ["has no say where it does not match: or", Policies.or(yes, health), spanData(), "kept"],
    ["has no say where it does not match: and", Policies.and(yes, health), spanData(), "kept"],
    ["keeps nothing by itself", health, spanData(), "dropped"],
    ["keeps nothing with its own kind", Policies.or(health, health), spanData(), "dropped"]
  ])("%s", (_, policy, span, expected) => {
    expect(outcome(policy, span)).toBe(expected)
  })

  it.each([tenth, Policies.adaptive(), Policies.and(yes, Policies.rateLimiting({ unit: "spans", perSecond: 1 }))])(
    "cannot be of what depends on randomness",
    (policy) => {
      expect(Result.isFailure(Policies.drop(policy))).toBe(true)
      expect(Result.isFailure(Policies.parsePolicy({ type: "drop", policy: valid(policy) }))).toBe(true)
    }
  )
})

describe("rate_limiting", () => {
  const digits = ["1", "4", "7", "a", "d"]
  const traces = digits.map((digit) => trace(spanData({ traceId: traceIdWith(digit) })))
  const kept = (policy: Policies.CheckedPolicy, to = 1000) =>
    keptOf(policy, traces, { from: 0, to }).map(({ traceId }) => traceId.charAt(18)).join("")

  it.each([
    ["fewer than the rate: all", 6, "147ad"],
    ["as many as the rate: all", 5, "147ad"],
    ["one more than the rate: the lowest goes", 4, "47ad"],
    ["the highest stays", 1, "d"],
    ["less than one a second: none in this one", 0.5, ""]
  ])("%s", (_, perSecond, expected) => {
    expect(kept(Policies.rateLimiting({ unit: "traces", perSecond }))).toBe(expected)
  })

  it("gives all the same threshold, just above the first that has no room", () => {
    const verdicts = judge(Policies.rateLimiting({ unit: "traces", perSecond: 2 }), traces)
    for (const { threshold } of verdicts) expect(threshold).toEqual({ high: 0x700000, low: 1 })
  })

  it("whole traces over many short periods: half a second has room for one of two a second", () => {
    const policy = Policies.rateLimiting({ unit: "traces", perSecond: 2 })
    expect([kept(policy, 499), kept(policy, 500), kept(policy, 1000)]).toEqual(["", "d", "ad"])
    const sum = Array.from({ length: 100 }, (_, i) => keptOf(policy, traces, { from: i * 70, to: (i + 1) * 70 }).length)
    expect(sum.reduce((a, b) => a + b)).toBe(14)
  })

  it("counts spans and bytes by the trace", () => {
    const big = trace(...Array.from({ length: 3 }, () => spanData({ traceId: traceIdWith("e") })))
    const all = [...traces, big]
    const spans = Policies.rateLimiting({ unit: "spans", perSecond: 4 })
    expect(keptOf(spans, all).map(({ traceId }) => traceId.charAt(18))).toEqual(["d", "e"])
    const bytes = Policies.rateLimiting({ unit: "bytes", perSecond: big.bytes })
    expect(keptOf(bytes, all).map(({ traceId }) => traceId.charAt(18))).toEqual(["e"])
  })

  it("limits what another policy keeps, and only that uses the rate up", () => {
    const limited = Policies.rateLimiting({ unit: "traces", perSecond: 1 }, Policies.errors())
    const some = ["1", "4", "d"].map((digit, i) =>
      trace(spanData({ traceId: traceIdWith(digit), ...(i < 2 && { status: failed }) }))
    )
    expect(keptOf(limited, some).map(({ traceId }) => traceId.charAt(18))).toEqual(["4"])
    expect(keptOf(Policies.or(limited, Policies.probabilistic(25)), some).map(({ traceId }) => traceId.charAt(18)))
      .toEqual(["4", "d"])
  })

  it.each([0, -1, Number.NaN])("cannot be %d a second", (perSecond) => {
    expect(Result.isFailure(Policies.rateLimiting({ unit: "traces", perSecond }))).toBe(true)
  })

  it("estimates without bias, sizes as different as they are", () => {
    const random = stream(3, "rate")
    const policy = Policies.or(
      Policies.and(Policies.errors(), Policies.probabilistic(80)),
      Policies.rateLimiting({ unit: "spans", perSecond: 40 }, Policies.probabilistic(60))
    )
    let estimate = 0
    const [batches, size] = [2000, 30]
    for (let batch = 0; batch < batches; batch++) {
      const traces = Array.from({ length: size }, () => {
        const hex = random.uint32().toString(16).padStart(8, "0") + random.uint32().toString(16).padStart(8, "0")
        const given = { traceId: traceIdWith(hex.slice(0, 14)), ...(random.uniform() < 0.1 && { status: failed }) }
        return trace(...Array.from({ length: random.integer(1, 9) }, () => spanData(given)))
      })
      const verdicts = judge(policy, traces)
      const kept = new Set(keptOf(policy, traces))
      traces.forEach((trace, at) => {
        const threshold = verdicts[at]?.threshold ?? never
        if (kept.has(trace)) estimate += 1 / (1 - (threshold.high + threshold.low / 2 ** 32) / 2 ** 24)
      })
    }
    assert.closeTo(estimate / (batches * size), 1, 0.02)
  })
})

describe("composite", () => {
  it("holds each policy to its share of the rate", () => {
    const traces = ["1", "4", "7", "a", "d"].map((digit, i) =>
      trace(spanData({ traceId: traceIdWith(digit), ...(i < 3 && { status: failed }) }))
    )
    const policy = Policies.composite(
      4,
      { percent: 50, policy: Policies.errors() },
      { percent: 25, policy: Policies.not(Policies.errors()) }
    )
    expect(keptOf(policy, traces).map(({ traceId }) => traceId.charAt(18))).toEqual(["4", "7", "d"])
  })

  it.each([[60, 50], [Number.NaN, 1], [0, 50]])("cannot share out %d and %d percent", (a, b) => {
    expect(Result.isFailure(Policies.composite(10, { percent: a, policy: yes }, { percent: b, policy: no }))).toBe(true)
  })
})

describe("policies as data", () => {
  const nested = Policies.or(
    Policies.and(slow, Policies.not(Policies.stringAttribute({ key: "k", values: ["a.*"], regex: true }))),
    Policies.drop(Policies.spanCount({ min: 1, max: 1 })),
    Policies.rateLimiting({ unit: "spans", perSecond: 10 }, Policies.adaptive())
  )

  it("are read from the JSON that they are written as", () => {
    const json = JSON.parse(JSON.stringify(valid(nested)))
    expect(valid(Policies.parsePolicy(json))).toEqual(valid(nested))
    const spans = [lasting(200), lasting(200)]
    expect(outcome(Policies.parsePolicy(json), ...spans)).toEqual(outcome(nested, ...spans))
  })

  it.each([
    ["an unknown type", { type: "sometimes" }],
    ["an unknown field", { type: "latency", thresholdMillis: 1, threshold: 2 }],
    ["a missing field", { type: "latency" }],
    ["no policies to join", { type: "or", policies: [] }],
    ["a fault further down", { type: "not", policy: { type: "probabilistic", percent: 101 } }],
    ["no object", "always_sample"]
  ])("%s is an error that says so", (_, json) => {
    const parsed = Policies.parsePolicy(json)
    expect(Result.isFailure(parsed) && parsed.failure._tag).toBe("PolicyError")
    expect(Result.isFailure(parsed) && parsed.failure.message.length > 0).toBe(true)
  })

  it("a combinator of what cannot be is what is wrong with it", () => {
    const wrong = Policies.or(yes, Policies.and(Policies.probabilistic(-1), no))
    expect(Result.isFailure(wrong) && wrong.failure._tag).toBe("PolicyError")
  })
})
