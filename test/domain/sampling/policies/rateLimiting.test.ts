/** A rate over many batches: what large traces cost the others, and what room that is not used is worth. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { always, isKept, never, probabilityOf } from "../../../../src/domain/sampling/head/threshold.ts"
import * as Policies from "../../../../src/domain/sampling/policies/index.ts"
import { tailDefaults } from "../../../../src/domain/sampling/tail/TailOptions.ts"
import { makeTailSampling } from "../../../../src/domain/sampling/tail/tailSampling.ts"
import type { TraceSummary } from "../../../../src/domain/sampling/tail/TraceSummary.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { failed, spanData, traceIdWith } from "../../../support/spanData.ts"
import { judge, noContext, trace, valid } from "./policySupport.ts"

/** Traces of random ids with so many spans. */
const makeTraces = (seed: number) => {
  const random = stream(seed, "rate limiting")
  const hex = () => random.uint32().toString(16).padStart(8, "0")
  return (spans: number, given: Partial<SpanData> = {}): ReadonlyArray<SpanData> => {
    const traceId = traceIdWith((hex() + hex()).slice(0, 14))
    return Array.from({ length: spans }, () => spanData({ ...given, traceId }))
  }
}

/** Which of the traces of each period are kept, one judge for all periods. */
const keptOver = (
  policy: Policies.CheckedPolicy,
  periods: ReadonlyArray<ReadonlyArray<TraceSummary>>,
  periodMillis = 1000
): ReadonlyArray<ReadonlyArray<TraceSummary>> => {
  const judgeAll = Policies.Policy.compile(valid(policy))
  return periods.map((traces, n) => {
    const verdicts = judgeAll(traces, { ...noContext, from: n * periodMillis, to: (n + 1) * periodMillis })
    return traces.filter((trace, at) => isKept(trace.randomness, verdicts[at]?.threshold ?? never))
  })
}

const hundredSpans = Policies.rateLimiting({ unit: "spans", perSecond: 100 })

describe("rate_limiting and giants", () => {
  it("a trace that is larger than the rate costs only itself", () => {
    const make = makeTraces(1)
    const small = Array.from({ length: 40 }, () => Array.from({ length: 5 }, () => trace(...make(5))))
    const beside = small.map((traces) => [...traces, trace(...make(500))])
    const alone = keptOver(hundredSpans, small)
    assert.strictEqual(alone.flat().length, 200)
    assert.deepStrictEqual(keptOver(hundredSpans, beside), alone)
  })

  it("so it is in the sampler, with its ticks", () => {
    const make = makeTraces(2)
    const kept = new Map<number, number>()
    const sampling = makeTailSampling(
      { ...tailDefaults, policy: valid(hundredSpans), rootDelayMillis: 0 },
      {
        sink: (spans) => {
          for (const span of spans) {
            const size = Number(span.attributes["size"])
            kept.set(size, (kept.get(size) ?? 0) + 1)
          }
        },
        adaptive: () => always
      },
      0
    )
    for (let second = 1; second <= 40; second++) {
      for (const size of [500, 5, 5, 5, 5, 5]) {
        sampling.offer(make(size, { parentSpanId: undefined, attributes: { size } }), second * 1000 - 500)
      }
      sampling.tick(second * 1000)
    }
    assert.deepStrictEqual(Array.from(kept), [[5, 1000]])
  })

  it("a trace that has no room leaves what is left to smaller ones", () => {
    const sized = (digit: string, spans: number) =>
      trace(...Array.from({ length: spans }, () => spanData({ traceId: traceIdWith(digit) })))
    const small = ["f", "d", "7", "4", "1"].map((digit) => sized(digit, 5))
    const large = sized("a", 95)
    assert.deepStrictEqual(keptOver(hundredSpans, [[...small, large]]), [small])
  })

  it("bytes as well", () => {
    const make = makeTraces(3)
    const small = Array.from({ length: 20 }, () => [trace(...make(2)), trace(...make(2))])
    const perSecond = 2 * (small[0]?.[0]?.bytes ?? 0)
    const beside = small.map((traces) => [...traces, trace(...make(50))])
    assert.deepStrictEqual(keptOver(Policies.rateLimiting({ unit: "bytes", perSecond }), beside), small)
  })

  it("a giant in one share of a composite costs the other share nothing, nor its own neighbours", () => {
    const make = makeTraces(4)
    const small = Array.from({ length: 20 }, () => [
      trace(...make(5, { status: failed })),
      trace(...make(5, { status: failed })),
      trace(...make(5))
    ])
    const beside = small.map((traces) => [...traces, trace(...make(300, { status: failed }))])
    const policy = Policies.composite(
      100,
      { percent: 20, policy: Policies.errors() },
      { percent: 10, policy: Policies.not(Policies.errors()) }
    )
    assert.deepStrictEqual(keptOver(policy, beside), small)
  })
})

describe("the threshold of a trace", () => {
  const batch = Schema.NonEmptyArray(Schema.Struct({
    spans: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 })),
    high: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 24 - 1 }))
  }))
  it.effect.prop(
    "has nothing to do with its own randomness, and the trace is kept at and above it, not below",
    { batch, elsewhere: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 24 - 1 })) },
    ({ batch, elsewhere }) =>
      Effect.sync(() => {
        const idOf = (high: number, n: number) => traceIdWith(high.toString(16).padStart(6, "0") + String(n))
        const judged = (moved: number) => {
          const traces = batch.map(({ high, spans }, n) =>
            trace(
              ...Array.from({ length: spans }, () => spanData({ traceId: idOf(n === moved ? elsewhere : high, n) }))
            )
          )
          const verdicts = judge(Policies.rateLimiting({ unit: "spans", perSecond: 8 }), traces)
          return traces.map(({ randomness }, at) => {
            const threshold = verdicts[at]?.threshold ?? never
            return { randomness, threshold, kept: isKept(randomness, threshold) }
          })
        }
        const before = judged(-1)
        assert.isAtMost(before.reduce((sum, { kept }, at) => sum + (kept ? batch[at]?.spans ?? 0 : 0), 0), 8)
        before.forEach(({ kept, threshold }, at) => {
          const after = judged(at)[at]
          if (!kept || after === undefined) return
          assert.strictEqual(after.kept, isKept(after.randomness, threshold))
          if (after.kept) assert.deepStrictEqual(after.threshold, threshold)
        })
      })
  )
})

describe("rate_limiting over periods of any length", () => {
  it.each([10, 100, 250, 1000, 5000])("keeps what is under the rate when it decides every %d ms", (periodMillis) => {
    const make = makeTraces(5)
    // One trace of 40 spans a second, decided in a period that has room for a part of it only.
    const periods = Array.from(
      { length: 20_000 / periodMillis },
      (_, n) =>
        Array.from(
          { length: Math.floor((n + 1) * periodMillis / 1000) - Math.floor(n * periodMillis / 1000) },
          () => trace(...make(40))
        )
    )
    assert.deepStrictEqual(keptOver(hundredSpans, periods, periodMillis), periods)
  })

  it("room that is not used is worth one second, not more", () => {
    const make = makeTraces(6)
    const burst = Array.from({ length: 50 }, () => trace(...make(5)))
    const kept = keptOver(hundredSpans, [...Array.from({ length: 60 }, () => []), burst, burst])
    assert.deepStrictEqual(kept.slice(60).map(({ length }) => length), [20, 20])
  })

  it("a rate of under one trace a second keeps some, whenever they come", () => {
    const make = makeTraces(7)
    const odd = Array.from({ length: 40 }, (_, n) => n % 2 === 1 ? [] : [trace(...make(1))])
    assert.strictEqual(keptOver(Policies.rateLimiting({ unit: "traces", perSecond: 0.5 }), odd).flat().length, 19)
  })

  it("counts are unbiased with sizes up to the whole rate, for each size and over many periods", () => {
    const random = stream(8, "sizes")
    const make = makeTraces(8)
    const judgeAll = Policies.Policy.compile(valid(Policies.rateLimiting({ unit: "spans", perSecond: 40 })))
    const sizes = [1, 2, 5, 13, 40]
    const [estimates, truth] = [new Map<number, number>(), new Map<number, number>()]
    const add = (counts: Map<number, number>, size: number, by: number) =>
      counts.set(size, (counts.get(size) ?? 0) + by)
    for (let second = 0; second < 6000; second++) {
      const traces = Array.from({ length: random.integer(0, 20) }, () => {
        const draw = random.uniform()
        return trace(...make(draw < 0.02 ? 40 : sizes[Math.floor(draw * 4)] ?? 1))
      })
      const verdicts = judgeAll(traces, { ...noContext, from: second * 1000, to: (second + 1) * 1000 })
      traces.forEach(({ randomness, spans }, at) => {
        const threshold = verdicts[at]?.threshold ?? never
        add(truth, spans.length, 1)
        if (isKept(randomness, threshold)) add(estimates, spans.length, 1 / probabilityOf(threshold))
      })
    }
    for (const size of sizes) {
      assert.closeTo((estimates.get(size) ?? 0) / (truth.get(size) ?? 0), 1, size === 40 ? 0.15 : 0.03)
    }
  })
})
