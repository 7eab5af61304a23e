import { assert, describe, expect, it } from "@effect/vitest"
import { readThreshold } from "../../../../src/domain/sampling/head/otMember.ts"
import { formatThreshold, never } from "../../../../src/domain/sampling/head/threshold.ts"
import * as Policies from "../../../../src/domain/sampling/policies/index.ts"
import { tailDefaults, type TailOptions } from "../../../../src/domain/sampling/tail/TailOptions.ts"
import { makeTailSampling, reDecidedAttribute } from "../../../../src/domain/sampling/tail/tailSampling.ts"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { failed, lasting, spanData, traceIdWith } from "../../../support/spanData.ts"
import { valid } from "../policies/policySupport.ts"

const start = (policy: Policies.CheckedPolicy, options: Partial<TailOptions> = {}) => {
  const kept: Array<SpanData> = []
  const sampling = makeTailSampling(
    { ...tailDefaults, ...options, policy: valid(policy) },
    { sink: (spans) => kept.push(...spans), adaptive: () => never },
    0
  )
  return { ...sampling, kept, ids: () => kept.map(({ spanId }) => spanId) }
}

const parent = "00000000000000ff"
const child = (given: Partial<SpanData> = {}) => spanData({ parentSpanId: parent, ...given })
const thOf = (span: SpanData | undefined) => {
  const threshold = readThreshold(span?.traceState)
  return threshold && formatThreshold(threshold)
}

describe("when a trace is decided", () => {
  const options = { maxWaitMillis: 30_000, rootDelayMillis: 2000 }

  it("the delay after its root ended, not a millisecond before", () => {
    const tail = start(Policies.always(), options)
    tail.offer([child()], 0)
    tail.offer([spanData()], 500)
    tail.tick(2499)
    expect(tail.kept).toEqual([])
    tail.tick(2500)
    expect([tail.kept.length, tail.stats.decidedBy.get("root"), tail.open().traces]).toEqual([2, 1, 0])
  })

  it("each span after the root puts it off, to the end of the wait and no further", () => {
    const tail = start(Policies.always(), options)
    tail.offer([spanData()], 0)
    for (let now = 1500; now <= 30_000; now += 1500) {
      tail.tick(now - 1)
      tail.offer([child()], now)
    }
    expect(tail.kept).toEqual([])
    tail.tick(30_000)
    expect([tail.kept.length, tail.stats.decidedBy.get("wait")]).toEqual([21, 1])
  })

  it("without its root when it has waited as long as it may", () => {
    const tail = start(Policies.always(), options)
    tail.offer([child()], 0)
    tail.offer([child()], 29_000)
    tail.tick(29_999)
    expect(tail.kept).toEqual([])
    tail.tick(30_000)
    expect([tail.kept.length, tail.stats.decidedBy.get("wait")]).toEqual([2, 1])
  })

  it("a root near the end of the wait does not make it longer", () => {
    const tail = start(Policies.always(), options)
    tail.offer([child()], 0)
    tail.offer([spanData()], 29_500)
    tail.tick(30_000)
    expect([tail.kept.length, tail.stats.decidedBy.get("wait")]).toEqual([2, 1])
  })

  it.each([["spans", { maxSpansPerTrace: 3 }], ["bytes", { maxBytesPerTrace: 1000 }]])(
    "at the next look when it is as large as one may be: %s",
    (_, bound) => {
      const tail = start(Policies.always(), { ...options, ...bound })
      tail.offer([child(), child()], 0)
      tail.tick(0)
      expect(tail.kept).toEqual([])
      tail.offer([child()], 1)
      tail.tick(1)
      expect([tail.kept.length, tail.stats.decidedBy.get("size")]).toEqual([3, 1])
    }
  )

  it("a span with a remote parent is a root where only this process's spans come, and is none where many do", () => {
    const remote = child({ flags: 0x301 })
    const [own, many] = [true, false].map((remoteParentIsRoot) =>
      start(Policies.always(), { ...options, remoteParentIsRoot })
    )
    for (const tail of [own, many]) {
      tail?.offer([remote], 0)
      tail?.tick(2000)
    }
    expect([own?.kept.length, many?.kept.length]).toEqual([1, 0])
  })

  it("all at once when it is flushed, and each once", () => {
    const tail = start(Policies.always(), options)
    tail.offer([child(), child({ traceId: traceIdWith("9") })], 0)
    tail.flush(1)
    tail.flush(2)
    tail.tick(40_000)
    expect(tail.kept.length).toBe(2)
  })
})

describe("what is kept", () => {
  const decided = (
    policy: Policies.CheckedPolicy,
    spans: ReadonlyArray<SpanData>,
    options: Partial<TailOptions> = {}
  ) => {
    const tail = start(policy, options)
    tail.offer(spans, 0)
    tail.flush(0)
    return tail
  }
  const half = Policies.probabilistic(50)

  it.each([
    ["policy above own: raised", "ot=th:4,foo=1", half, "ot=th:8,foo=1"],
    ["own above policy: as it was", "foo=1,ot=th:8", Policies.probabilistic(75), "foo=1,ot=th:8"],
    ["a policy that is certain does not lower", "ot=th:8", Policies.always(), "ot=th:8"],
    ["own unknown stays unknown", "foo=1", half, "foo=1"],
    ["own that contradicts the randomness is unknown", "ot=th:f", half, "ot=th:f"]
  ])("%s", (_, traceState, policy, expected) => {
    const tail = decided(policy, [spanData({ traceId: traceIdWith("8"), traceState })])
    expect(tail.kept.map((span) => span.traceState)).toEqual([expected])
    expect(tail.stats.unknownWeightSpans).toBe(thOf({ ...spanData(), traceState: expected }) === "8" ? 0 : 1)
  })

  it("where every trace is offered, the policy alone is the weight, and what is kept is sampled", () => {
    const spans = [spanData({ flags: 0 }), spanData({ traceState: "ot=th:8", status: failed })]
    const tail = decided(Policies.or(Policies.errors(), Policies.headDecision()), spans, { population: "all" })
    expect(tail.kept.map(({ flags, traceState }) => [flags, traceState])).toEqual([[1, "ot=th:0"], [1, "ot=th:0"]])
    const head = decided(
      Policies.or(Policies.errors(), Policies.headDecision()),
      [spanData({ traceState: "ot=th:8" })],
      {
        population: "all"
      }
    )
    expect(head.kept.map(({ traceState }) => traceState)).toEqual(["ot=th:8"])
  })

  it("each trace is counted as what became of it", () => {
    const policy = Policies.or(Policies.errors(), Policies.drop(Policies.spanCount({ min: 2 })))
    const [a, b, c] = ["a", "b", "c"].map((digit) => traceIdWith(digit))
    const tail = decided(policy, [
      spanData({ traceId: a ?? "", status: failed }),
      spanData({ traceId: b ?? "" }),
      ...[1, 2].map(() => spanData({ traceId: c ?? "", status: failed }))
    ])
    const { dropped, excluded, kept, keptBy, traces } = tail.stats
    expect([traces, kept, dropped, excluded]).toEqual([3, 1, 1, 1])
    expect([...keptBy]).toEqual([["status_code", 1]])
  })

  it("slow for its operation: longer than the usual of those before it", () => {
    const tail = start(Policies.rollingLatency(0.95))
    for (let i = 0; i < 200; i++) {
      tail.offer([lasting(10 + i % 10, { traceId: traceIdWith(i.toString(16).padStart(4, "0")) })], i)
    }
    tail.flush(200)
    expect(tail.kept).toEqual([])
    tail.offer([lasting(15, { traceId: traceIdWith("e1") }), lasting(25, { traceId: traceIdWith("e2") })], 300)
    tail.offer([lasting(25, { traceId: traceIdWith("e3"), name: "another" })], 300)
    tail.flush(300)
    expect(tail.kept.map(({ traceId }) => traceId)).toEqual([traceIdWith("e2")])
  })
})

describe("late spans", () => {
  it("follow the decision and carry its threshold; the policy is not asked again", () => {
    const tail = start(Policies.or(Policies.errors(), Policies.probabilistic(50)))
    const [kept, dropped] = [traceIdWith("c"), traceIdWith("1")]
    tail.offer([
      spanData({ traceId: kept, traceState: "ot=th:0" }),
      spanData({ traceId: dropped, traceState: "ot=th:0" })
    ], 0)
    tail.tick(5000)
    const before = tail.kept.length
    tail.offer([
      child({ traceId: kept, traceState: "ot=th:0" }),
      child({ traceId: dropped, traceState: "ot=th:0", status: failed })
    ], 9000)
    const late = tail.kept.slice(before)
    expect(late.map((span) => [span.traceId, thOf(span)])).toEqual([[kept, "8"]])
    const { lateDroppedErrors, lateDroppedSpans, lateKeptSpans } = tail.stats
    expect([lateKeptSpans, lateDroppedSpans, lateDroppedErrors, tail.open().traces]).toEqual([1, 1, 1, 0])
  })

  it("of a forgotten decision are decided by the baseline, once, marked and counted", () => {
    const tail = start(Policies.always(), { decisionCapacity: 4, baselineProbability: 0.5 })
    const [high, low] = [traceIdWith("9"), traceIdWith("7")]
    tail.offer([spanData({ traceId: high }), spanData({ traceId: low })], 0)
    tail.flush(0)
    for (let i = 0; i < 10; i++) tail.offer([spanData({ traceId: traceIdWith(`a${i}`) })], 1)
    tail.flush(1)
    const before = tail.kept.length
    const own = { traceState: "ot=th:0" }
    tail.offer([child({ traceId: high, ...own }), child({ traceId: low, ...own }), child({ traceId: high, ...own })], 2)
    const late = tail.kept.slice(before)
    expect(late.map((span) => [span.traceId, thOf(span), span.attributes[reDecidedAttribute]]))
      .toEqual([[high, "8", true], [high, "8", true]])
    expect([tail.stats.reDecided, tail.stats.lateDroppedSpans, tail.open().traces]).toEqual([2, 1, 0])
  })
})

describe("overload", () => {
  it("gives up the lowest randomness first, raises the floor to it, and lets nothing under it in", () => {
    const tail = start(Policies.always(), { maxTraces: 2 })
    const own = { traceState: "ot=th:0" }
    for (const digit of ["8", "2", "c"]) tail.offer([spanData({ traceId: traceIdWith(digit), ...own })], 0)
    expect([tail.stats.evicted, tail.floor(0)]).toEqual([1, { high: 0x200000, low: 1 }])
    tail.offer([spanData({ traceId: traceIdWith("1"), status: failed, ...own })], 1)
    expect([tail.stats.refused, tail.open().traces]).toEqual([1, 2])
    tail.flush(2)
    expect(tail.kept.map(({ traceId }) => traceId)).toEqual([traceIdWith("8"), traceIdWith("c")])
    for (const span of tail.kept) assert.strictEqual(thOf(span), "20000000000001")
    tail.offer([child({ traceId: traceIdWith("2"), ...own }), child({ traceId: traceIdWith("1"), ...own })], 3)
    expect([tail.kept.length, tail.stats.lateDroppedSpans]).toEqual([2, 2])
  })

  it("a floor that has gone still weighs on the traces that had to pass it", () => {
    const tail = start(Policies.always(), { maxTraces: 1, maxWaitMillis: 100 })
    const own = { parentSpanId: parent, traceState: "ot=th:0" }
    tail.offer([spanData({ traceId: traceIdWith("8"), ...own }), spanData({ traceId: traceIdWith("c"), ...own })], 0)
    tail.tick(100)
    tail.offer([spanData({ traceId: traceIdWith("a"), ...own })], 190)
    expect(tail.floor(250)).toEqual({ high: 0, low: 0 })
    tail.tick(290)
    expect(tail.kept.map((span) => thOf(span))).toEqual(["80000000000001", "80000000000001"])
  })
})
