import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { envelope, tick } from "../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { StageState } from "../../../src/layers/stage/StageState.ts"
import { fusionReadings } from "../../../src/operators/fusion/fusionReadings.ts"
import { assignWatermarks, type SourceLateness } from "../../../src/operators/time/assignWatermarks.ts"
import { arrays, collectArrays, contextOf } from "../../../src/testing/envelopes.ts"
import { survivesRestore } from "../../../src/testing/laws.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const a = { latenessMillis: 100, idleMillis: 2000 }
const b = { latenessMillis: 1000, idleMillis: 5000 }
const known = new Map<string, SourceLateness>([["a", a], ["b", b]])

let index = 0
const seen = (sourceId: string, eventTime: number): Item<string> =>
  envelope(`${sourceId}${eventTime}`, contextOf(index++, { sourceId, eventTime }))

const shape = (element: Item<string>) =>
  element._tag === "Event"
    ? element.payload
    : element._tag === "Watermark"
    ? element.time
    : `tick ${element._tag === "Tick" ? element.now : ""}`

const run = (
  parts: ReadonlyArray<ReadonlyArray<Item<string>>>,
  { maxSources, sources = known }: { maxSources?: number; sources?: ReadonlyMap<string, SourceLateness> } = {}
) =>
  Effect.gen(function*() {
    const readings = fusionReadings((yield* StageState).readings)
    const operator = assignWatermarks<string>({
      sources,
      lateness: () => b,
      aside: ({ sourceKind }) => sourceKind === "canary",
      allowedLatenessMillis: 500,
      ...(maxSources !== undefined && { maxSources })
    })
    const out = yield* collectArrays(arrays(parts).pipe(operator))
    // What is shown from outside is what was done.
    assert.strictEqual(
      readings.watermark(),
      out.flat().findLast((element) => element._tag === "Watermark")?.time ?? -Infinity
    )
    assert.includeMembers(Array.from(readings.sourceWatermarks(), ([source]) => source), Array.from(sources.keys()))
    const { letters } = yield* DeadLettersMemory
    const { late } = (yield* StageRegistry).countsOf("watermark")
    assert.strictEqual(letters().length, late)
    return {
      out: out.map((part) => part.map(shape)),
      late: letters().map(({ errorKind, id, message }) => ({ errorKind, id, message })),
      watermarks: out.flat().flatMap((element) => element._tag === "Watermark" ? [element.time] : [])
    }
  }).pipe(Effect.provide(Layer.merge(stageLayer, StageState.layerMemory())))

const asideAt = (eventTime: number): Item<string> =>
  envelope(`aside${eventTime}`, contextOf(index++, { sourceId: "canary", sourceKind: "canary", eventTime }))

describe("events aside", () => {
  it.effect("move no watermark and hold none back, whatever their times; the others go as if they were not there", () =>
    Effect.gen(function*() {
      const others = [[seen("a", 10_000), seen("b", 10_500)], [seen("a", 10_900)], [tick(13_000)], [seen("b", 14_000)]]
      const alone = yield* run(others)
      const { out, watermarks } = yield* run([
        [asideAt(10_100)],
        ...others.flatMap((part, place) => [[asideAt(10_200 + place * 1000)], part.concat(asideAt(99_000))])
      ])
      assert.deepStrictEqual(watermarks, alone.watermarks)
      assert.deepStrictEqual(out.flat().filter((shown) => !String(shown).startsWith("aside")), alone.out.flat())
      assert.include(out.flat(), "aside99000")
    }))

  it.effect("are late by the watermark and by their own source's lateness", () =>
    Effect.gen(function*() {
      const { late, out } = yield* run([
        [seen("a", 10_000), seen("b", 10_000)],
        [asideAt(8500), asideAt(8499)],
        [asideAt(20_000), asideAt(18_500), asideAt(18_499)]
      ])
      assert.lengthOf(late, 2)
      assert.includeMembers(out.flat(), ["aside8500", "aside18500"])
    }))
})

describe("assignWatermarks", () => {
  it.effect("the watermark is the least of the sources', each its greatest time less its lateness; it follows its array", () =>
    Effect.gen(function*() {
      const { out } = yield* run([[seen("a", 10_000), seen("b", 10_500)], [seen("a", 10_900), seen("b", 10_400)], [
        seen("b", 12_000)
      ]])
      assert.deepStrictEqual(out, [
        ["a10000", "b10500", 9500],
        ["a10900", "b10400"],
        ["b12000", 10_800],
        [12_000, Infinity]
      ])
    }))

  it.effect("waits for a source that has not spoken yet, until its idle limit is over, and then goes by the clock", () =>
    Effect.gen(function*() {
      const times = [10_000, 12_000, 15_000, 15_001, 16_000]
      const { out } = yield* run(times.map((time) => [seen("a", time)]))
      assert.deepStrictEqual(out.slice(0, 5), [
        ["a10000"],
        ["a12000"],
        ["a15000"],
        ["a15001", 14_001],
        ["a16000", 15_000]
      ])
    }))

  it.effect("a sensor that falls silent does not stall the others", () =>
    Effect.gen(function*() {
      const { watermarks } = yield* run([
        [seen("a", 10_000), seen("b", 10_000)],
        ...Array.from({ length: 20 }, (_, i) => [seen("a", 10_500 + 500 * i)])
      ])
      assert.deepStrictEqual(watermarks.slice(0, 1), [9000])
      // b is idle from 15,001 on: the watermark is now less its lateness.
      assert.deepStrictEqual(watermarks.slice(1, -2), [
        14_500,
        15_000,
        15_500,
        16_000,
        16_500,
        17_000,
        17_500,
        18_000,
        18_500,
        19_000
      ])
    }))

  it.effect("ticks move time when nobody speaks, and pass on after what they moved", () =>
    Effect.gen(function*() {
      const { out } = yield* run([[seen("a", 10_000), seen("b", 10_000)], [tick(12_000)], [tick(16_000)], [
        tick(15_000)
      ]])
      assert.deepStrictEqual(out, [
        ["a10000", "b10000", 9000],
        ["tick 12000"],
        [15_000, "tick 16000"],
        ["tick 15000"],
        [16_000, Infinity]
      ])
    }))

  it.effect("a source that speaks again is heard; the watermark never goes back", () =>
    Effect.gen(function*() {
      const { out, watermarks } = yield* run([
        [seen("a", 10_000), seen("b", 10_000)],
        [tick(20_000)],
        [seen("b", 19_100), seen("a", 20_000)],
        [seen("a", 20_500)],
        [seen("b", 20_600)]
      ])
      assert.deepStrictEqual(out[2], ["b19100", "a20000"])
      assert.deepStrictEqual(watermarks, [9000, 19_000, 19_600, 20_600, Infinity])
    }))

  it.effect("late is what is past its own source's lateness and what is allowed; the bound itself is not", () =>
    Effect.gen(function*() {
      const { late, out } = yield* run([[seen("a", 10_000), seen("a", 9400), seen("a", 9399), seen("b", 9000)]])
      assert.deepStrictEqual(out[0], ["a10000", "a9400", "b9000", 8000])
      assert.deepStrictEqual(late.map(({ errorKind, message }) => [errorKind, message]), [
        ["Late", "0.001 s past its lateness"]
      ])
    }))

  it.effect("late is what is past the common watermark too, whoever says it", () =>
    Effect.gen(function*() {
      const { late, out } = yield* run([[seen("a", 10_000)], [tick(30_000)], [seen("b", 28_500), seen("b", 28_499)]])
      assert.deepStrictEqual(out[2], ["b28500"])
      assert.deepStrictEqual(late.map(({ message }) => message), ["0.001 s past its lateness"])
    }))

  it.effect("a source that says only what is too late is idle", () =>
    Effect.gen(function*() {
      const { watermarks } = yield* run([
        [seen("a", 10_000), seen("b", 10_000)],
        [tick(20_000)],
        [seen("b", 1000), tick(21_000)],
        [seen("b", 1001), tick(22_000)]
      ])
      assert.deepStrictEqual(watermarks, [9000, 19_000, 20_000, 21_000, 22_000, Infinity])
    }))

  it.effect("sources that nobody announced are added, up to a bound, and share one entry beyond it", () =>
    Effect.gen(function*() {
      const sources = new Map<string, SourceLateness>()
      const { watermarks } = yield* run([[seen("x", 10_000), seen("y", 9000)], [seen("y", 9900)]], { sources })
      assert.deepStrictEqual(watermarks.slice(0, 2), [8000, 8900])
      const shared = yield* run([[seen("x", 10_000), seen("y", 9000), seen("z", 9600)]], { sources, maxSources: 1 })
      assert.deepStrictEqual(shared.watermarks[0], 8600, "y and z are one source, whose greatest time is z's")
      assert.deepStrictEqual(shared.late, [])
    }))

  it.effect("without any event there is no watermark but the end", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* run([])).watermarks, [Infinity])
    }))

  const Feed = Schema.Array(Schema.Struct({
    source: Schema.Literals(["a", "b"]),
    time: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60_000 })),
    delay: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 }))
  })).check(Schema.isMaxLength(60))

  it.effect.prop(
    "nothing within its lateness is ever late, whatever the pauses and the arrays; the watermark only grows and nothing comes behind it",
    { feed: Feed, cut: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 })) },
    ({ cut, feed }) =>
      Effect.gen(function*() {
        const arrivals = feed
          .map(({ delay, source, time }) => ({
            source,
            time,
            at: time + delay * (source === "a" ? a : b).latenessMillis
          }))
          .toSorted((x, y) => x.at - y.at)
        const all = arrivals.map(({ source, time }) => seen(source, time))
        const parts = Array.from({ length: Math.ceil(all.length / cut) }, (_, i) => all.slice(i * cut, (i + 1) * cut))
        const { late, out, watermarks } = yield* run(parts)
        assert.deepStrictEqual(late, [])
        assert.deepStrictEqual(watermarks, watermarks.toSorted((x, y) => x - y))
        let watermark = -Infinity
        for (const element of out.flat()) {
          if (typeof element === "number") watermark = element
          else assert.isAbove(Number(element.slice(1)), watermark)
        }
      })
  )

  it.effect.prop(
    "a restore between any two arrays gives the same",
    { feed: Feed, place: Schema.Int },
    ({ feed, place }) => {
      const items = feed.flatMap((
        { delay, source, time }
      ) => [seen(source, time), ...(delay > 0.8 ? [tick(time + 500)] : [])])
      return survivesRestore(
        assignWatermarks<string>({
          sources: known,
          lateness: () => b,
          allowedLatenessMillis: 500
        }),
        items,
        // Between two arrays of the law's: a watermark follows its array.
        3 * (Math.abs(place) % (Math.floor(items.length / 3) + 1))
      )
    }
  )
})

describe("assignWatermarks of live sensors", () => {
  /** An event of `a` or `b`, and when it was received. */
  const received = (sourceId: string, eventTime: number, ingestTime: number): Item<string> =>
    envelope(`${sourceId}${eventTime}`, contextOf(index++, { sourceId, eventTime, ingestTime }))
  const live = (parts: ReadonlyArray<ReadonlyArray<Item<string>>>) =>
    Effect.gen(function*() {
      const out = yield* collectArrays(
        arrays(parts).pipe(assignWatermarks<string>({
          sources: known,
          lateness: () => b,
          allowedLatenessMillis: 500,
          idleBy: "ticks"
        }))
      )
      const { letters } = yield* DeadLettersMemory
      return {
        late: letters().length,
        marks: out.flat().flatMap((each) => each._tag === "Watermark" ? [each.time] : [])
      }
    }).pipe(Effect.provide(stageLayer))
  const second = (n: number) => [tick(n * 1000)]

  it.effect.prop(
    "nothing that was received in time is late, however long we let it wait and whichever sensor is read first",
    {
      waits: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 }))).check(
        Schema.isMinLength(1),
        Schema.isMaxLength(8)
      ),
      order: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
    },
    ({ order, waits }) =>
      Effect.gen(function*() {
        const parts: Array<ReadonlyArray<Item<string>>> = []
        let at = 10
        for (const wait of waits) {
          // Both send each second; for `wait` seconds nothing is read, then all of one before all of the other, then ticks again.
          const times = Array.from({ length: wait + 1 }, (_, n) => (at + n) * 1000)
          const of = (source: string) => times.map((time) => received(source, time - 90, time))
          parts.push(...(order === 0 ? [of("a"), of("b")] : [of("b"), of("a")]), second(at + wait))
          at += wait + 1
        }
        const { late, marks } = yield* live(parts)
        assert.strictEqual(late, 0)
        assert.isTrue(marks.length > 0)
      })
  )

  it.effect("a sensor that was silent at its socket follows the ticks; one whose silence was ours does not", () =>
    Effect.gen(function*() {
      const start = [[received("a", 10_000, 10_000), received("b", 10_000, 10_000)], second(10)]
      const silent = yield* live([...start, ...Array.from({ length: 6 }, (_, n) => second(11 + n))])
      // `b` held time back at 9 s until it was idle for 5 s; the end brings time to the last tick.
      assert.deepStrictEqual(silent.marks, [9000, 15_000, 16_000, Infinity])
      // The same time without ticks in between: the process was stopped, and what waits for us is read after the tick.
      const stopped = yield* live([...start, second(70), [
        received("a", 69_000, 70_100),
        received("b", 30_000, 70_100)
      ]])
      assert.strictEqual(stopped.late, 0)
    }))
})
