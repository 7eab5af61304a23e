/** The parts of the tail sampler, each by itself. */
import { assert, describe, expect, it } from "@effect/vitest"
import {
  always,
  compareBits,
  randomnessOfTraceId,
  type Threshold
} from "../../../../src/domain/sampling/head/threshold.ts"
import { type Decision, makeDecisionCache } from "../../../../src/domain/sampling/tail/DecisionCache.ts"
import { makeOverloadFloor } from "../../../../src/domain/sampling/tail/OverloadFloor.ts"
import { makeRollingQuantile } from "../../../../src/domain/sampling/tail/RollingQuantile.ts"
import { makeTraceBuffer, type OpenTrace } from "../../../../src/domain/sampling/tail/TraceBuffer.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { spanData, traceIdWith } from "../../../support/spanData.ts"

const numbered = (n: number): string => traceIdWith(n.toString(16).padStart(14, "0"))
const at = (high: number): Threshold => ({ high, low: 0 })

describe("the overload floor", () => {
  it("is the greatest raise of the time that it is held, to its last millisecond", () => {
    const floor = makeOverloadFloor(100)
    floor.raise(at(5), 0)
    floor.raise(at(3), 50)
    floor.raise(at(4), 60)
    expect([0, 100, 101, 160, 161].map(floor.at)).toEqual([at(5), at(5), at(4), at(4), always])
  })

  it("is what a list of all raises would say", () => {
    const random = stream(1, "floor")
    const floor = makeOverloadFloor(50)
    const raises: Array<readonly [now: number, high: number]> = []
    for (let now = 0; now < 20_000; now++) {
      if (random.uniform() < 0.3) {
        const high = random.integer(1, 1000)
        raises.push([now, high])
        floor.raise(at(high), now)
      }
      const expected = raises.slice(-60).filter(([then]) => then + 50 >= now).reduce(
        (max, [, high]) => Math.max(max, high),
        0
      )
      if (floor.at(now).high !== expected) assert.fail(`at ${now}: ${floor.at(now).high}, not ${expected}`)
    }
  })
})

describe("the decision cache", () => {
  const decision: Decision = { kept: true, threshold: at(7), policy: "latency", decidedAt: 0 }

  it("keeps the threshold, and of many the newest within its capacity", () => {
    const cache = makeDecisionCache({ capacity: 10, ttlMillis: 1000 }, 0)
    for (let i = 0; i < 100; i++) cache.set(numbered(i), decision)
    expect(cache.get(numbered(99))?.threshold).toEqual(at(7))
    expect(cache.size()).toBeLessThanOrEqual(10)
    expect(cache.get(numbered(0))).toBeUndefined()
    expect(cache.get(numbered(95))).toBeDefined()
  })

  it("a decision that is asked for stays; one that is not goes, and it is known that there was one", () => {
    const cache = makeDecisionCache({ capacity: 10, ttlMillis: 1000 }, 0)
    cache.set(numbered(1), decision)
    cache.set(numbered(2), decision)
    for (let i = 100; i < 115; i++) {
      cache.set(numbered(i), decision)
      assert.isDefined(cache.get(numbered(1)))
    }
    expect([cache.get(numbered(2)), cache.wasForgotten(numbered(2))]).toEqual([undefined, true])
    expect([cache.wasForgotten(numbered(1)), cache.wasForgotten(numbered(3))]).toEqual([false, false])
  })

  it("holds for a time to live after it was last used, and not for two", () => {
    const cache = makeDecisionCache({ capacity: 10, ttlMillis: 1000 }, 0)
    cache.set(numbered(1), decision)
    cache.expire(1000)
    expect(cache.get(numbered(1))).toBeDefined()
    cache.expire(2000)
    expect(cache.get(numbered(1))).toBeDefined()
    cache.expire(3000)
    cache.expire(4000)
    expect(cache.get(numbered(1))).toBeUndefined()
    expect(cache.wasForgotten(numbered(1))).toBe(true)
  })
})

describe("the trace buffer", () => {
  const bounds = { maxTraces: 1e6, maxSpans: 1e6, maxBytes: 1e9 }
  const open = (randomness: string, dueAt = 100): OpenTrace => {
    const traceId = traceIdWith(randomness)
    return {
      traceId,
      randomness: randomnessOfTraceId(traceId),
      spans: [],
      bytes: 0,
      arrivedAt: 0,
      rootEnded: false,
      floorAtArrival: always,
      dueAt,
      reason: "wait",
      queuedAt: dueAt,
      open: true
    }
  }

  it("over each of its bounds, and not at it, the lowest randomness goes first", () => {
    const span = spanData({ attributes: { text: "x".repeat(1000) } })
    const probe = makeTraceBuffer(bounds)
    const first = open("8")
    probe.begin(first)
    probe.append(first, span)
    const size = probe.counts().bytes
    for (const bound of [{ maxTraces: 2 }, { maxSpans: 2 }, { maxBytes: 2 * size }]) {
      const buffer = makeTraceBuffer({ ...bounds, ...bound })
      for (const digit of ["8", "3"]) {
        const trace = open(digit)
        buffer.begin(trace)
        buffer.append(trace, span)
      }
      expect(buffer.takeExcess()).toBeUndefined()
      const third = open("5")
      buffer.begin(third)
      buffer.append(third, span)
      expect(buffer.takeExcess()?.traceId).toBe(traceIdWith("3"))
      expect(buffer.takeExcess()).toBeUndefined()
      expect(buffer.counts()).toEqual({ traces: 2, spans: 2, bytes: 2 * size })
    }
  })

  it("gives what is due at its time, not before, once, however often that is moved", () => {
    const buffer = makeTraceBuffer(bounds)
    const [a, b, c] = [open("1"), open("2"), open("3")]
    for (const trace of [a, b, c]) buffer.begin(trace)
    buffer.schedule(b, 40, "root")
    buffer.schedule(c, 40, "root")
    buffer.schedule(c, 60, "root")
    expect([buffer.takeDue(39).length, b.reason]).toEqual([0, "root"])
    expect(buffer.takeDue(40)).toEqual([b])
    expect(buffer.takeDue(59)).toEqual([])
    expect(buffer.takeDue(60)).toEqual([c])
    expect(buffer.takeDue(99)).toEqual([])
    expect(buffer.takeDue(100)).toEqual([a])
    expect([buffer.takeAll(), buffer.counts()]).toEqual([[], { traces: 0, spans: 0, bytes: 0 }])
  })

  it("in any course of events gives what a plain list would", () => {
    const random = stream(2, "buffer")
    const buffer = makeTraceBuffer({ ...bounds, maxTraces: 200 })
    let plain: Array<OpenTrace> = []
    for (let now = 0; now < 20_000; now++) {
      const trace = open(random.uint32().toString(16).padStart(8, "0"), now + random.integer(1, 400))
      buffer.begin(trace)
      plain.push(trace)
      if (plain.length > 200) {
        const lowest = plain.reduce((a, b) => compareBits(a.randomness, b.randomness) <= 0 ? a : b)
        if (buffer.takeExcess() !== lowest) assert.fail(`at ${now}`)
        plain = plain.filter((trace) => trace !== lowest)
      }
      const moved = plain[random.integer(0, plain.length - 1)]
      if (moved !== undefined) buffer.schedule(moved, now + random.integer(0, 400), "root")
      const due = new Set(buffer.takeDue(now))
      if (plain.some((trace) => due.has(trace) !== trace.dueAt <= now)) assert.fail(`due at ${now}`)
      plain = plain.filter((trace) => !due.has(trace))
    }
    expect(buffer.counts().traces).toBe(plain.length)
  })
})

describe("the rolling quantile", () => {
  const options = { periodMillis: 1000, minimum: 100, maxKeys: 2 }

  it("says nothing below its minimum of durations, and then the quantile to 2 %", () => {
    const quantile = makeRollingQuantile(options)
    for (let i = 1; i < 100; i++) quantile.add("a", i, 0)
    expect(quantile.quantile("a", 0.95, 0)).toBeUndefined()
    quantile.add("a", 100, 0)
    for (const share of [0.5, 0.95, 0.99]) {
      const found = quantile.quantile("a", share, 0) ?? 0
      assert.isTrue(found >= share * 100 && found <= share * 100 * 1.021, `${share}: ${found}`)
    }
  })

  it("holds from microseconds to a day", () => {
    for (const millis of [0, 0.001, 0.5, 30_000, 86_000_000]) {
      const quantile = makeRollingQuantile({ ...options, minimum: 1 })
      quantile.add("a", millis, 0)
      const found = quantile.quantile("a", 1, 0) ?? -1
      assert.isTrue(found >= millis && found <= Math.max(0.001, millis) * 1.021, `${millis}: ${found}`)
    }
  })

  it("forgets after two periods and not within one", () => {
    const quantile = makeRollingQuantile(options)
    for (let i = 0; i < 100; i++) quantile.add("a", 10, 0)
    expect(quantile.quantile("a", 0.5, 1999)).toBeDefined()
    expect(quantile.quantile("a", 0.5, 2000)).toBeUndefined()
  })

  it("keys are apart; those over the most there may be share one", () => {
    const quantile = makeRollingQuantile(options)
    for (const key of ["a", "b", "c", "d"]) for (let i = 0; i < 60; i++) quantile.add(key, 10, 0)
    expect(["a", "b", "c", "d"].map((key) => quantile.quantile(key, 0.5, 0) !== undefined)).toEqual([
      false,
      false,
      true,
      true
    ])
  })
})
