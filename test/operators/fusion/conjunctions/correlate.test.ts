import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { type Conjunction, makeConjunction } from "../../../../src/domain/alert/Conjunction.ts"
import type { PairUpdate } from "../../../../src/domain/alert/PairUpdate.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import type { TrackUpdate } from "../../../../src/domain/orbit/tracking/TrackUpdate.ts"
import type { Item } from "../../../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../../../src/domain/stream/Envelope.ts"
import { StageState } from "../../../../src/layers/stage/StageState.ts"
import { correlate } from "../../../../src/operators/fusion/conjunctions/correlate.ts"
import type { ScreenedUpdate } from "../../../../src/operators/fusion/conjunctions/screenConjunctions.ts"
import { fusionReadings } from "../../../../src/operators/fusion/fusionReadings.ts"
import { arrays, collectArrays, contextOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { synthetic } from "../../../support/scenario.ts"

const { elements } = synthetic(7, undefined, 5)
const candidates = makeCandidates(new Map(elements.map((set) => [set.objectId, set])))
const [first, second, third] = elements
if (first === undefined || second === undefined || third === undefined) throw new Error("too few objects")
const [a, b, c] = [first.objectId, second.objectId, third.objectId]
const ab = makeConjunction(first, second, 10_000_000, 300)
const ac = makeConjunction(first, third, 10_000_000, 300)

let index = 0
/** `mark` tells an estimate from others: its number of accepted observations. */
const update = (
  kind: TrackUpdate["kind"],
  objectId: string,
  observationTime: number,
  mark: number,
  { conjunctions = [ab], revises = false }: { conjunctions?: ReadonlyArray<Conjunction>; revises?: boolean } = {}
): Item<ScreenedUpdate> => {
  const estimate = candidates.estimateOf(objectId)
  if (estimate === undefined) throw new Error(`${objectId} is not in the catalogue`)
  const track = {
    _tag: "TrackUpdate" as const,
    objectId,
    estimate: { ...estimate, accepted: mark },
    observationTime,
    kind,
    revises
  }
  return envelope({ track, conjunctions, again: false }, contextOf(index++, { eventTime: observationTime }))
}
const final = (objectId: string, time: number, mark: number, conjunctions = [ab]) =>
  update("final", objectId, time, mark, { conjunctions })
const speculative = (objectId: string, time: number, mark: number, conjunctions = [ab]) =>
  update("speculative", objectId, time, mark, { conjunctions })
const corrected = (objectId: string, time: number, mark: number) => update("correction", objectId, time, mark)
const revised = (objectId: string, time: number, mark: number) =>
  update("correction", objectId, time, mark, { revises: true })

const run = (parts: ReadonlyArray<ReadonlyArray<Item<ScreenedUpdate>>>, exhaustive = true) =>
  Effect.gen(function*() {
    const readings = fusionReadings((yield* StageState).readings)
    const operator = correlate({ candidates, windowMillis: 30_000, slideMillis: 5000, exhaustive })
    const out = yield* collectArrays(arrays(parts).pipe(operator))
    // What is shown from outside is what was done.
    const retracted = out.flat().filter((element) =>
      element._tag === "Event" && element.payload.operation === "retract"
    )
    assert.strictEqual(readings.retractions(), retracted.length)
    assert.deepInclude(readings.pendingWindows(), ["pair", 0])
    return out
  }).pipe(Effect.provide(Layer.merge(stageLayer, StageState.layerMemory())))

const shape = ({ conjunction, estimates, kind, observations, observedUntil, operation, windowEnd }: PairUpdate) =>
  `${conjunction === ab ? "ab" : "ac"} ${kind}${operation === "retract" ? " retract" : ""} until ${windowEnd}: `
  + `${observations} to ${observedUntil}, ${estimates.map(({ accepted }) => accepted).join("+")}`

const told = (parts: ReadonlyArray<ReadonlyArray<Item<PairUpdate>>>) =>
  parts.map((part) =>
    part.map((element) =>
      element._tag === "Event" ? shape(element.payload) : element._tag === "Watermark" ? element.time : element
    )
  )

describe("correlate: speculative", () => {
  it.effect("one per conjunction at once, with the newest estimates of both; the window is the one that ends next", () =>
    Effect.gen(function*() {
      const out = yield* run([[speculative(a, 1000, 1, [ab, ac])], [speculative(b, 5000, 1), speculative(a, 4999, 2)]])
      assert.deepStrictEqual(told(out).slice(0, 2), [
        ["ab speculative until 5000: 1 to 1000, 1+0", "ac speculative until 5000: 1 to 1000, 1+0"],
        ["ab speculative until 10000: 1 to 5000, 1+1", "ab speculative until 5000: 1 to 4999, 2+1"]
      ])
    }))

  it.effect("an update without a conjunction says nothing, and is the estimate of the next", () =>
    Effect.gen(function*() {
      const out = yield* run([[speculative(b, 1000, 4, [])], [speculative(a, 2000, 1)]])
      assert.deepStrictEqual(told(out)[0], ["ab speculative until 5000: 1 to 2000, 1+4"])
    }))
})

describe("correlate: final", () => {
  it.effect("a window closes when the watermark reaches its end; it has what is before its end and not older than its start", () =>
    Effect.gen(function*() {
      const out = yield* run([
        [final(a, 1000, 1), final(a, 4999, 2), watermark(4999.9)],
        [final(a, 5000, 3), watermark(5000)],
        [watermark(10_000)]
      ])
      assert.deepStrictEqual(told(out).slice(0, 3), [
        [4999.9],
        ["ab final until 5000: 2 to 4999, 2+0", 5000],
        ["ab final until 10000: 3 to 5000, 3+0", 10_000]
      ])
    }))

  it.effect("30 s long, every 5 s: an observation is in six windows, and then its conjunction is dropped", () =>
    Effect.gen(function*() {
      const out = yield* run([[final(a, 2000, 1)], [watermark(1_000_000)], [final(b, 2_000_000, 1)]])
      assert.deepStrictEqual(told(out), [
        [...[5, 10, 15, 20, 25, 30].map((end) => `ab final until ${end * 1000}: 1 to 2000, 1+0`), 1_000_000],
        [
          ...[5, 10, 15, 20, 25, 30].map((end) => `ab final until ${2_000_000 + end * 1000}: 1 to 2000000, 1+1`),
          Infinity
        ]
      ])
    }))

  it.effect("each estimate is that of its own window, though both are due at once", () =>
    Effect.gen(function*() {
      const out = yield* run([[final(a, 1000, 1), final(a, 6000, 2), final(b, 7000, 5)], [watermark(10_000)]])
      assert.deepStrictEqual(told(out)[0], [
        "ab final until 5000: 1 to 1000, 1+0",
        "ab final until 10000: 3 to 7000, 2+5",
        10_000
      ])
    }))

  it.effect("the end of the input closes all windows and ends", () =>
    Effect.gen(function*() {
      const out = yield* run([[final(a, 1000, 1), final(c, 500_000, 2, [ac])]])
      const last = out.at(-1) ?? []
      assert.strictEqual(last.length, 13)
      assert.deepStrictEqual(last.at(-1), watermark(Infinity))
      assert.deepStrictEqual(told([last])[0]?.at(-2), "ac final until 530000: 1 to 500000, 1+2")
    }))

  it.effect("a watermark over a long silence costs nothing for windows without observations", () =>
    Effect.gen(function*() {
      const later = makeConjunction(first, second, 2e15, 300)
      const out = yield* run([[final(a, 1000, 1)], [watermark(1e15)], [final(a, 1e15 + 1, 2, [later])], [
        watermark(1e15 + 5000)
      ]])
      assert.strictEqual(out.flat().filter((element) => element._tag === "Event").length, 6 + 6)
    }))

  const Feed = Schema.Array(Schema.Struct({
    object: Schema.Literals([0, 1, 2]),
    gap: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 }))
  })).check(Schema.isMaxLength(40))
  const Marks = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200_000 }))).check(
    Schema.isMaxLength(12)
  )

  it.effect.prop(
    "what is final does not depend on when the watermark comes, nor on speculation",
    { feed: Feed, marks: Marks },
    ({ feed, marks }) =>
      Effect.gen(function*() {
        let time = 0
        const ids = [a, b, c]
        const finals = feed.map(({ gap, object }, i) => {
          const id = ids[object] ?? a
          return { time: time += gap, of: final(id, time, i + 1, id === a ? [ab, ac] : id === b ? [ab] : [ac]), id }
        })
        const onlyFinals = (parts: ReadonlyArray<ReadonlyArray<Item<PairUpdate>>>) =>
          parts.flat().flatMap((element) =>
            element._tag === "Event" && element.payload.kind === "final" ? [shape(element.payload)] : []
          )
        const atOnce = yield* run([finals.map(({ of }) => of)])
        // Finals come with the watermark that makes them final: those up to it, then the mark.
        const parts: Array<ReadonlyArray<Item<ScreenedUpdate>>> = [
          finals.map(({ id, time }) => speculative(id, time, 99))
        ]
        let from = 0
        for (const mark of [...new Set(marks)].toSorted((x, y) => x - y)) {
          parts.push([
            ...finals.filter(({ time }) => time > from && time <= mark).map(({ of }) => of),
            watermark(mark)
          ])
          from = mark
        }
        parts.push(finals.filter(({ time }) => time > from).map(({ of }) => of))
        assert.deepStrictEqual(onlyFinals(yield* run(parts)), onlyFinals(atOnce))
      })
  )
})

describe("correlate: corrections", () => {
  it.effect("of a closed window retract what it said last, and insert what is right now", () =>
    Effect.gen(function*() {
      const out = yield* run([
        [final(a, 1000, 1), final(a, 3000, 3), watermark(6000)],
        [corrected(a, 2000, 2), revised(a, 3000, 4)],
        [watermark(10_000)]
      ])
      assert.deepStrictEqual(told(out).slice(0, 3), [
        ["ab final until 5000: 2 to 3000, 3+0", 6000],
        ["ab correction retract until 5000: 2 to 3000, 3+0", "ab correction until 5000: 3 to 3000, 4+0"],
        ["ab final until 10000: 3 to 3000, 4+0", 10_000]
      ])
    }))

  it.effect("a second one retracts the first", () =>
    Effect.gen(function*() {
      const out = yield* run([
        [final(a, 1000, 1), watermark(6000)],
        [corrected(a, 2000, 2)],
        [corrected(b, 2500, 7)]
      ])
      assert.deepStrictEqual(told(out).slice(1, 3), [
        ["ab correction retract until 5000: 1 to 1000, 1+0", "ab correction until 5000: 2 to 2000, 2+0"],
        ["ab correction retract until 5000: 2 to 2000, 2+0", "ab correction until 5000: 3 to 2500, 2+7"]
      ])
    }))

  it.effect("of a window that is still open are part of it, each estimate in its place", () =>
    Effect.gen(function*() {
      const out = yield* run([
        [final(a, 1000, 1), final(a, 6000, 2), final(a, 8000, 3), watermark(9000)],
        [corrected(a, 7000, 13), revised(a, 8000, 14)],
        [watermark(15_000)]
      ])
      assert.deepStrictEqual(told(out).slice(0, 2), [
        ["ab final until 5000: 1 to 1000, 1+0", 9000],
        ["ab final until 10000: 4 to 8000, 14+0", "ab final until 15000: 4 to 8000, 14+0", 15_000]
      ])
    }))

  it.effect("over the edge of a window: one part now, the other when its window closes", () =>
    Effect.gen(function*() {
      const out = yield* run([
        [final(a, 3000, 1), final(a, 6000, 3), watermark(9000)],
        [corrected(a, 4000, 12), revised(a, 6000, 13)],
        [watermark(10_000)]
      ])
      assert.deepStrictEqual(told(out).slice(1, 3), [
        ["ab correction retract until 5000: 1 to 3000, 1+0", "ab correction until 5000: 2 to 4000, 12+0"],
        ["ab final until 10000: 3 to 6000, 13+0", 10_000]
      ])
    }))

  it.effect("exactly at the end of the closed window belong to the next: nothing is retracted, one before it is", () =>
    Effect.gen(function*() {
      const closed = [final(a, 1000, 1), final(a, 6000, 2), watermark(9000)]
      const at = (time: number) =>
        Effect.map(run([closed, [corrected(a, time, 12)], [watermark(10_000)]]), (out) => told(out).slice(1, -1))
      assert.deepStrictEqual(yield* at(5000), [["ab final until 10000: 3 to 6000, 2+0", 10_000]])
      assert.deepStrictEqual(yield* at(4999), [
        ["ab correction retract until 5000: 1 to 1000, 1+0", "ab correction until 5000: 2 to 4999, 12+0"],
        ["ab final until 10000: 3 to 6000, 2+0", 10_000]
      ])
    }))

  it.effect("before any window was closed neither hang nor invent windows", () =>
    Effect.gen(function*() {
      const out = yield* run([[watermark(100_000)], [corrected(a, 98_000, 1)], [watermark(101_000)]])
      assert.deepStrictEqual(told(out).slice(0, 2), [
        [100_000],
        ["ab final until 100000: 1 to 98000, 1+0", 101_000]
      ])
    }))

  it.effect("after a long silence open only the windows that they are in", () =>
    Effect.gen(function*() {
      const out = yield* run([[final(a, 1000, 1), watermark(10_000_000)], [corrected(b, 9_999_000, 1)]])
      assert.deepStrictEqual(
        told(out).at(-1),
        [
          ...[0, 5, 10, 15, 20, 25].map((end) => `ab final until ${10_000_000 + end * 1000}: 1 to 9999000, 1+1`),
          Infinity
        ]
      )
    }))

  it.effect("of a conjunction that was in no closed window insert without a retraction", () =>
    Effect.gen(function*() {
      const out = yield* run([[final(c, 1000, 1, [ac]), watermark(6000)], [corrected(b, 2000, 2)]])
      assert.deepStrictEqual(told(out)[1], ["ab correction until 5000: 1 to 2000, 0+2"])
    }))
})

describe("correlate: what can change nothing", () => {
  const far = makeConjunction(first, second, 12_000_000, 20_000)
  const sparing = (parts: ReadonlyArray<ReadonlyArray<Item<ScreenedUpdate>>>) => run(parts, false)

  it.effect("what was said is not said again in each window; what was said on speculation is caught up with", () =>
    Effect.gen(function*() {
      const out = yield* sparing([[final(a, 2000, 1)], [watermark(12_000)], [speculative(b, 13_000, 3)], [
        watermark(40_000)
      ]])
      assert.deepStrictEqual(told(out), [
        ["ab final until 5000: 1 to 2000, 1+0", 12_000],
        ["ab speculative until 15000: 2 to 13000, 0+3"],
        ["ab final until 15000: 1 to 2000, 1+0", 40_000],
        [Infinity]
      ])
    }))

  it.effect("nothing is said of a pair that no level is in reach of, until it is told of; then all is", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        told(yield* sparing([[speculative(a, 1000, 1, [far]), final(a, 1000, 1, [far])], [watermark(5000)]])),
        [[5000], [Infinity]]
      )
      assert.deepStrictEqual(told(yield* sparing([[speculative(a, 1000, 1, [ab, far])]])), [
        ["ab speculative until 5000: 1 to 1000, 1+0"],
        [Infinity]
      ])
    }))

  it.effect("an estimate that says no more than the last one is not spoken of", () =>
    Effect.gen(function*() {
      const out = yield* sparing([[speculative(a, 1000, 1)], [speculative(a, 2000, 2)]])
      assert.deepStrictEqual(told(out)[0], ["ab speculative until 5000: 1 to 1000, 1+0"])
      assert.strictEqual(told(out).flat().length, 2)
    }))
})
