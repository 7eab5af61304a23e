import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { lineageSteps, watermark } from "../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageLineage, StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { StageState } from "../../../src/layers/stage/StageState.ts"
import { intervalJoin } from "../../../src/operators/joins/intervalJoin.ts"
import { join } from "../../../src/operators/joins/join.ts"
import { windowJoin } from "../../../src/operators/joins/windowJoin.ts"
import { arrays, collectItems, contextOf, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { recordingTracer } from "../../../src/testing/recordingTracer.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

/** `l` or `r`, and a key. */
const side = (which: string) => ({
  select: (word: string) => word.startsWith(which) ? word : undefined,
  key: (word: string) => word.slice(1)
})
const both = (l: string, r: string): string => l + r
const left = side("l")
const right = side("r")

const [l = "", r = ""] = [0, 1].map((i) => contextOf(i).id)
const [traceL = "", traceR = ""] = [0, 1].map((i) => contextOf(i).trace.traceId)

/** A left event of 500 ms, then a right event of 100 ms: the right one completes the pair, the left one has the later time. */
const run = (sampled: ReadonlyArray<boolean>, lineage: ReadonlyArray<"source" | undefined>) => {
  const { layer, spans } = recordingTracer()
  return Effect.gen(function*() {
    const input = events(["l1", "r1"], (i) => ({
      sampled: sampled[i] === true,
      lineage: lineage[i],
      eventTime: i === 0 ? 500 : 100
    }))
    const out = yield* collectItems(
      arrays<string>([input.slice(0, 1), input.slice(1)]).pipe(join({ name: "pair", left, right, combine: both }))
    )
    const [pair] = out
    if (pair?._tag !== "Event") return assert.fail("no pair")
    assert.isTrue(spans.every((span) => span.status._tag === "Ended"))
    const { context } = pair
    assert.strictEqual(context.eventTime, 500)
    assert.strictEqual(pair.followed, context.trace.sampled || context.lineage !== undefined)
    const last = context.lineage === undefined ? undefined : lineageSteps(context.lineage).at(-1)
    return {
      id: context.id,
      below: spans.find((span) => span.spanId === context.trace.spanId)?.name,
      parents: last?.parents,
      spans: spans.map(({ links, name, traceId }) => [name, traceId, links.map(({ span }) => span.traceId)])
    }
  }).pipe(Effect.provide(Layer.mergeAll(stageLayer, StageTracing.layer.pipe(Layer.provide(layer)), StageLineage.layer)))
}

describe("a joined pair", () => {
  it.effect("continues the trace of the event that completed it, linked to the other's, whose waiting is told", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run([true, true], ["source", "source"]), {
        id: r,
        below: "pair",
        parents: [r, l],
        // Each event's own, and below that of the second the pair's.
        spans: [["pair", traceL, []], ["pair", traceR, []], ["pair window", traceL, []], ["pair", traceR, [traceL]]]
      })
    }))

  it.effect("continues the trace of the one that is sampled", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run([true, false], ["source", undefined]), {
        id: l,
        below: "pair",
        parents: [r, l],
        spans: [["pair", traceL, []], ["pair window", traceL, []], ["pair", traceL, []]]
      })
      assert.deepStrictEqual(yield* run([false, true], [undefined, "source"]), {
        id: r,
        below: "pair",
        parents: [r, l],
        spans: [["pair", traceR, []]]
      })
    }))

  it.effect("of events that nobody traces costs no span; lineage alone is kept", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run([false, false], [undefined, undefined]), {
        id: r,
        below: undefined,
        parents: undefined,
        spans: []
      })
      assert.deepStrictEqual(yield* run([false, false], ["source", undefined]), {
        id: l,
        below: undefined,
        parents: [r, l],
        spans: []
      })
    }))
})

describe("joins", () => {
  it.effect("count what is of neither side, or pass it", () =>
    Effect.gen(function*() {
      const input = arrays<string>([events(["l1", "x", "r1", "y"])])
      const strict = yield* collectItems(input.pipe(join({ name: "strict", left, right, combine: both })))
      assert.deepStrictEqual(payloadsOf(strict), ["l1r1"])
      const { filtered, filteredReasons, processed } = (yield* StageRegistry).countsOf("strict")
      assert.deepStrictEqual([filtered, processed, [...filteredReasons]], [2, 2, [["neither side", 2]]])
      const passing = yield* collectItems(
        input.pipe(join({ name: "passing", left, right, combine: both, others: (word) => `${word}?` }))
      )
      assert.deepStrictEqual(payloadsOf(passing), ["x?", "l1r1", "y?"])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("over their capacity let go of what came first, and count it", () =>
    Effect.gen(function*() {
      const unmatched = (word: string) => `${word} alone`
      const out = yield* collectItems(
        arrays<string>([events(["l1", "l2", "r3", "l4", "r4", "r1"])]).pipe(
          join({ name: "small", capacity: 2, left: { ...left, unmatched }, right, combine: both })
        )
      )
      assert.deepStrictEqual(payloadsOf(out), ["l1 alone", "l2 alone", "l4r4"])
      assert.strictEqual((yield* StageRegistry).countsOf("small").evicted, 4)
      assert.strictEqual((yield* StageState).sizes().get("small")?.get("rows"), 2)
    }).pipe(Effect.provide(Layer.merge(stageLayer, StageState.layerMemory()))))

  it.effect("give rows that never had a match a time that is not late", () =>
    Effect.gen(function*() {
      const unmatched = (word: string) => `${word} alone`
      const out = yield* collectItems(
        arrays([[...events(["l1", "l2"], (i) => ({ eventTime: i * 100 })), watermark(149), watermark(1000)]]).pipe(
          intervalJoin({
            name: "near",
            lowerMillis: 0,
            upperMillis: 100,
            left: { ...left, unmatched },
            right,
            combine: both
          })
        )
      )
      assert.deepStrictEqual(
        out.map((item) =>
          item._tag === "Event" ? [item.payload, item.context.eventTime] : item._tag === "Watermark" ? item.time : 0
        ),
        [["l1 alone", 100], 149, ["l2 alone", 200], 1000, Infinity]
      )
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a window that is closed takes no more: late where all of an event's are, and empty afterwards", () =>
    Effect.gen(function*() {
      const times = [10, 60, 20, 70, 260]
      const input = events(["l1", "r1", "r1", "r1", "l1"], (i) => ({ eventTime: times[i] ?? 0 }))
      const out = yield* collectItems(
        arrays([[...input.slice(0, 2), watermark(99), ...input.slice(2), watermark(1000)]]).pipe(
          windowJoin({ name: "w", window: { sizeMillis: 100, slideMillis: 50 }, left, right, combine: both })
        )
      )
      // 0 to 100 has l1 and the first r1; the second is late for all its windows, the third is in 50 to 150 still.
      assert.deepStrictEqual(payloadsOf(out), ["l1r1"])
      const { late, processed } = (yield* StageRegistry).countsOf("w")
      assert.deepStrictEqual([late, processed], [1, 4])
      assert.deepStrictEqual((yield* DeadLettersMemory).letters().map(({ errorKind, id }) => [errorKind, id]), [
        ["Late", contextOf(2).id]
      ])
      assert.strictEqual((yield* StageState).sizes().get("w")?.get("rows"), 0)
    }).pipe(Effect.provide(Layer.merge(stageLayer, StageState.layerMemory()))))

  it.effect("of windows with gaps leave out what is in none", () =>
    Effect.gen(function*() {
      const times = [10, 20, 60, 110]
      const out = yield* collectItems(
        arrays<string>([events(["l1", "r1", "r1", "l1"], (i) => ({ eventTime: times[i] ?? 0 }))]).pipe(
          windowJoin({ name: "w", window: { sizeMillis: 50, slideMillis: 100 }, left, right, combine: both })
        )
      )
      assert.deepStrictEqual(payloadsOf(out), ["l1r1"])
      assert.deepStrictEqual([...(yield* StageRegistry).countsOf("w").filteredReasons], [["in no window", 1]])
    }).pipe(Effect.provide(stageLayer)))
})
