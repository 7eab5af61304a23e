/** Clocks are learned from calls, on traces whose truth is known. */
import { assert, describe, it } from "@effect/vitest"
import { assembleTrace } from "../../../../src/domain/traces/assembly/assembleTrace.ts"
import { spanTree } from "../../../../src/domain/traces/assembly/spanTree.ts"
import { clockBounds } from "../../../../src/domain/traces/skew/clockBounds.ts"
import type { StoredSpan } from "../../../../src/domain/traces/StoredSpan.ts"
import type { TraceRecord } from "../../../../src/domain/traces/TraceRecord.ts"
import { clocksOf, reported, type TrueSpan, trueTrace } from "../../../support/traces/clockedTraces.ts"
import { kept, millisecond, noon, spanIdOf, storedSpan, traceIdOf } from "../../../support/traces/storedSpans.ts"

const record = (spans: ReadonlyArray<StoredSpan>): TraceRecord => ({
  traceId: traceIdOf(1),
  revision: 1,
  decision: kept,
  completion: { state: "complete", reason: "structure" },
  spans
})

const hostNumber = (text: string): number => Number(text.slice("host-".length))

const seeds = Array.from({ length: 150 }, (_, seed) => seed)

interface Case {
  readonly seed: number
  readonly spans: ReadonlyArray<TrueSpan>
  readonly clocks: ReadonlyArray<number>
  readonly came: ReadonlyArray<StoredSpan>
}

const cases: ReadonlyArray<Case> = seeds.map((seed) => {
  const spans = trueTrace(seed, 3 + seed % 40)
  const clocks = clocksOf(seed)
  return { seed, spans, clocks, came: reported(spans, clocks) }
})

/** By the common clock, in microseconds since the trace's true start, up to the offset of the root's host. */
const corrected = (came: ReadonlyArray<StoredSpan>, options = {}) => {
  const trace = assembleTrace(record(came), options)
  return { trace, byId: new Map(trace.spans.map((assembled) => [assembled.span.spanId, assembled])) }
}

const microsOf = (nanos: bigint): number => Number((nanos - noon) / 1000n)

describe("random traces by random clocks", () => {
  it("the true offset is always within the bounds, and none is contradictory", () => {
    let pairs = 0
    for (const { came, clocks, seed } of cases) {
      for (const { contradictory, from, high, low, theta, to } of corrected(came).trace.offsets) {
        const truth = BigInt((clocks[hostNumber(to)] ?? 0) - (clocks[hostNumber(from)] ?? 0)) * 1000n
        assert.isFalse(contradictory, `seed ${seed}`)
        assert.isTrue(low === undefined || low <= truth, `seed ${seed}`)
        assert.isTrue(high === undefined || high >= truth, `seed ${seed}`)
        assert.isTrue(
          theta === 0n || ((low === undefined || low <= theta) && (high === undefined || high >= theta)),
          `seed ${seed}`
        )
        pairs++
      }
    }
    assert.isAbove(pairs, 200)
  })

  it("a call lies within its caller, and no message is taken before it was sent where calls tell the clocks", () => {
    let calls = 0
    for (const { came, seed, spans } of cases) {
      const { byId, trace } = corrected(came)
      const learned = new Set(
        trace.offsets.filter((offset) => offset.calls > 0).flatMap(({ from, to }) => [`${from} ${to}`, `${to} ${from}`])
      )
      for (const { host, id, kind, parent } of spans) {
        const child = byId.get(spanIdOf(id))?.span
        const above = byId.get(spanIdOf(parent))?.span
        const caller = spans[parent - 1]
        if (child === undefined || above === undefined || caller === undefined || caller.host === host) continue
        if (kind === "server") {
          calls++
          assert.isTrue(child.startTime >= above.startTime && child.endTime <= above.endTime, `seed ${seed} span ${id}`)
        } else if (learned.has(`host-${caller.host} host-${host}`)) {
          assert.isTrue(child.startTime >= above.startTime, `seed ${seed} span ${id}`)
        }
      }
    }
    assert.isAbove(calls, 500)
  })

  it("queue time is right to within the width of the bounds, and untouched where only messages pass", () => {
    let queues = 0
    for (const { came, seed, spans } of cases) {
      const { byId, trace } = corrected(came)
      for (const { host, id, kind, parent, start } of spans) {
        const producer = spans[parent - 1]
        if (kind !== "consumer" || producer === undefined) continue
        const [a, b] = [byId.get(spanIdOf(id)), byId.get(spanIdOf(parent))]
        if (a === undefined || b === undefined) continue
        const queue = microsOf(a.span.startTime) - microsOf(b.span.endTime)
        const offset = trace.offsets.find(({ from, to }) =>
          [`host-${host}`, `host-${producer.host}`].toSorted().join() === [from, to].toSorted().join()
        )
        queues++
        if (producer.host === host) assert.strictEqual(queue, start - producer.end, `seed ${seed} span ${id}`)
        else if (offset === undefined || offset.calls === 0) {
          assert.strictEqual(a.skewNanos, b.skewNanos, `seed ${seed} span ${id}: moved by a message`)
        } else if (offset.low !== undefined && offset.high !== undefined) {
          const width = Number(offset.high - offset.low) / 1000
          assert.isAtMost(Math.abs(queue - (start - producer.end)), width + 1, `seed ${seed} span ${id}`)
        }
      }
    }
    assert.isAbove(queues, 200)
  })

  it("clocks that agree move nothing", () => {
    for (const { seed, spans } of cases) {
      const { trace } = corrected(reported(spans, []))
      assert.isTrue(trace.spans.every(({ skewNanos }) => skewNanos === 0n), `seed ${seed}`)
      assert.isTrue(trace.offsets.every(({ theta }) => theta === 0n), `seed ${seed}`)
    }
  })

  it("what the hosts said can be had back, lengths stay, and raw moves nothing", () => {
    for (const { came, seed } of cases) {
      const { byId } = corrected(came)
      for (const span of came) {
        const assembled = byId.get(span.spanId)
        assert.strictEqual(
          (assembled?.span.startTime ?? 0n) - (assembled?.skewNanos ?? 0n),
          span.startTime,
          `seed ${seed}`
        )
        assert.strictEqual((assembled?.span.endTime ?? 0n) - (assembled?.skewNanos ?? 0n), span.endTime, `seed ${seed}`)
      }
      const raw = corrected(came, { raw: true })
      for (const span of came) assert.strictEqual(raw.byId.get(span.spanId)?.span.startTime, span.startTime)
    }
  })

  it("spans of one process move together with the span that they are below", () => {
    for (const { came, seed, spans } of cases) {
      const { byId } = corrected(came)
      for (const { host, id, parent } of spans) {
        if (spans[parent - 1]?.host !== host) continue
        assert.strictEqual(byId.get(spanIdOf(id))?.skewNanos, byId.get(spanIdOf(parent))?.skewNanos, `seed ${seed}`)
      }
    }
  })

  it("traces of the same time narrow the bounds, and still hold the truth", () => {
    const clocks = clocksOf(3)
    const came = reported(trueTrace(3, 12), clocks)
    const alone = corrected(came).trace.offsets
    const others = [4, 5, 6, 7, 8].map((seed) => clockBounds(spanTree(reported(trueTrace(seed, 30), clocks))))
    const together = corrected(came, { clocks: others }).trace.offsets
    assert.isAbove(together.length, 0)
    for (const [i, { from, high, low, observations, to }] of together.entries()) {
      const truth = BigInt((clocks[hostNumber(to)] ?? 0) - (clocks[hostNumber(from)] ?? 0)) * 1000n
      assert.isAbove(observations, alone[i]?.observations ?? 0)
      assert.isTrue(low !== undefined && high !== undefined && low <= truth && truth <= high)
      const before = alone[i]
      assert.isTrue(before?.low === undefined || (low !== undefined && low >= before.low))
      assert.isTrue(before?.high === undefined || (high !== undefined && high <= before.high))
    }
  })
})

/** A client on host a and its server on host b, in milliseconds. */
const call = (
  n: number,
  client: readonly [number, number],
  server: readonly [number, number],
  given: Partial<StoredSpan> = {}
) => {
  const at = (millis: number) => noon + BigInt(Math.round(millis * 1000)) * 1000n
  return [
    storedSpan({
      spanId: spanIdOf(n),
      parentSpanId: spanIdOf(1),
      kind: "client",
      host: "a",
      startTime: at(client[0]),
      endTime: at(client[1]),
      ...given
    }),
    storedSpan({
      spanId: spanIdOf(n + 1),
      parentSpanId: spanIdOf(n),
      kind: "server",
      host: "b",
      startTime: at(server[0]),
      endTime: at(server[1])
    })
  ]
}

const root = storedSpan({
  spanId: spanIdOf(1),
  kind: "server",
  host: "a",
  startTime: noon,
  endTime: noon + 1000n * millisecond
})

const skewOf = (spans: ReadonlyArray<StoredSpan>, id: number): number =>
  Number(corrected(spans).byId.get(spanIdOf(id))?.skewNanos ?? 0n) / 1e6

describe("clock skew, by hand", () => {
  it("one call alone puts the server into the middle of the client, as Jaeger does", () => {
    assert.strictEqual(skewOf([root, ...call(2, [10, 70], [-485, -435])], 3), 500)
  })

  it("a server that outlived its client begins with it, and no earlier", () => {
    assert.strictEqual(skewOf([root, ...call(2, [10, 70], [-100, 20])], 3), 110)
  })

  it("a client that gave up says nothing about the end of its server", () => {
    assert.strictEqual(skewOf([root, ...call(2, [10, 70], [60, 80], { status: { code: "error" } })], 3), 0)
    assert.strictEqual(skewOf([root, ...call(2, [10, 70], [60, 80])], 3), -30)
  })

  it("a message alone never moves its consumer, even one that was taken before it was sent", () => {
    const message = (taken: number) => [
      root,
      storedSpan({
        spanId: spanIdOf(2),
        parentSpanId: spanIdOf(1),
        kind: "producer",
        host: "a",
        startTime: noon,
        endTime: noon + 10n * millisecond
      }),
      storedSpan({
        spanId: spanIdOf(3),
        parentSpanId: spanIdOf(2),
        kind: "consumer",
        host: "b",
        startTime: noon + BigInt(taken) * millisecond,
        endTime: noon + BigInt(taken + 5) * millisecond
      })
    ]
    for (const taken of [100, -100]) assert.strictEqual(skewOf(message(taken), 3), 0)
    assert.deepStrictEqual(corrected(message(-100)).byId.get(spanIdOf(3))?.warnings, ["starts_before_parent"])
    // A call between the two hosts tells the offset, and the message follows it.
    const told = [...message(-100), ...call(4, [200, 300], [50, 130])]
    assert.strictEqual(skewOf(told, 5), 160)
    assert.strictEqual(skewOf(told, 3), 160)
  })

  it("calls that no one offset explains are set right one by one, and told", () => {
    const spans = [root, ...call(2, [0, 100], [-490, -410]), ...call(4, [500, 600], [510, 590])]
    const { byId, trace } = corrected(spans)
    assert.isTrue(trace.offsets[0]?.contradictory)
    assert.strictEqual(trace.offsets[0]?.theta, 0n)
    assert.strictEqual(byId.get(spanIdOf(3))?.skewNanos, 500n * millisecond)
    assert.strictEqual(byId.get(spanIdOf(5))?.skewNanos, 0n)
  })

  it("where the window contradicts itself the trace's own calls decide", () => {
    const other = clockBounds(spanTree([root, ...call(2, [0, 100], [910, 990])]))
    const [server] = corrected([root, ...call(2, [0, 100], [-490, -410])], { clocks: [other] }).trace.spans.slice(-1)
    assert.strictEqual(server?.skewNanos, 500n * millisecond)
  })

  it("events move with their span", () => {
    const [client, server] = call(2, [10, 70], [-485, -435])
    if (client === undefined || server === undefined) return assert.fail()
    const told = { ...server, events: [{ name: "e", time: server.startTime + 5n, attributes: {} }] }
    const moved = corrected([root, client, told]).byId.get(spanIdOf(3))?.span
    assert.strictEqual(moved?.events[0]?.time, (moved?.startTime ?? 0n) + 5n)
  })
})
