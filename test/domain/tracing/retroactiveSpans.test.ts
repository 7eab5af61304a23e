import { assert, describe, it } from "@effect/vitest"
import type { Hop } from "../../../src/domain/stream/Envelope.ts"
import { recordedRootId, retroactiveSpans } from "../../../src/domain/tracing/retroactiveSpans.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"

const second = 1_000_000_000n

/** Stages of a tenth of a second each, this long apart, ns. */
const chain = (stages: number, apart = 0n): Hop => {
  let hop: Hop | undefined
  let at = second
  for (let i = 0; i < stages; i++) {
    hop = { stage: `s${i}`, enter: at, exit: at + second / 10n, previous: hop }
    at += second / 10n + apart
  }
  return hop ?? assert.fail("no stage")
}

const told = (hop: Hop, options: Partial<Parameters<typeof retroactiveSpans>[0]> = {}) =>
  retroactiveSpans({
    context: contextOf(1, { ingestTime: 500_000 }),
    hop,
    reason: "dead",
    error: { kind: "ProcessingException", message: "no" },
    wallOffset: 499n * second,
    rootName: "root",
    maxStages: 64,
    maxAgeNanos: 3600n * second,
    ...options
  })

describe("spans made afterwards", () => {
  it("are a chain below a root that goes from receipt to the end, in wall time", () => {
    const { leftOut, spans } = told(chain(3))
    assert.strictEqual(leftOut, 0)
    assert.deepStrictEqual(spans.map(({ name }) => name), ["root", "s0", "s1", "s2"])
    spans.forEach((span, i) => assert.strictEqual(span.parentSpanId, spans[i - 1]?.spanId))
    assert.deepStrictEqual([spans[0]?.startTime, spans[0]?.endTime], [500n * second, 500n * second + 3n * second / 10n])
    assert.deepStrictEqual(spans.map(({ status }) => status.code), ["unset", "unset", "unset", "error"])
    for (const { flags, traceState } of spans) assert.deepStrictEqual([flags, traceState], [0, undefined])
  })

  it("are the same whenever they are made, and different for another trace", () => {
    assert.deepStrictEqual(told(chain(5)), told(chain(5)))
    const other = told(chain(5), { context: contextOf(2) })
    const ids = new Set([...told(chain(5)).spans, ...other.spans].map(({ spanId }) => spanId))
    assert.strictEqual(ids.size, 12)
    assert.strictEqual(told(chain(1)).spans[0]?.spanId, recordedRootId(contextOf(1).trace.traceId))
  })

  it("go on below a producer's span", () => {
    const trace = { traceId: "c".repeat(32), spanId: "d".repeat(16), sampled: false, traceState: "v=1" }
    const [root] = told(chain(1), { context: contextOf(1, { trace }) }).spans
    assert.deepStrictEqual([root?.parentSpanId, root?.traceState], [trace.spanId, "v=1"])
  })

  it("show a wait where more than a millisecond lies between two stages", () => {
    assert.deepStrictEqual(told(chain(2, 2_000_000n)).spans.map(({ name }) => name), ["root", "s0", "s1 wait", "s1"])
    assert.deepStrictEqual(told(chain(2, 900_000n)).spans.map(({ name }) => name), ["root", "s0", "s1"])
  })

  it("over a bound the stages passed first are left out and counted", () => {
    const many = told(chain(100), { maxStages: 10 })
    assert.deepStrictEqual([many.leftOut, many.spans.length, many.spans[1]?.name], [90, 11, "s90"])
    assert.strictEqual(many.spans[0]?.attributes["perigee.stages_left_out"], 90)
    const old = told(chain(4, second), { maxAgeNanos: 2n * second })
    assert.deepStrictEqual([old.leftOut, old.spans[1]?.name], [2, "s2"])
  })
})
