import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type Element, elementsOf } from "../../../src/domain/stream/Batch.ts"
import { envelope, tick, watermark } from "../../../src/domain/stream/Envelope.ts"
import { layerHoldBack } from "../../../src/layers/stage/holdBack.ts"
import { map } from "../../../src/operators/stage/Stage.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

/** Every second an array: two events, one of them slow, and a tick. */
const second = (index: number) =>
  elementsOf([
    envelope(`slow${index}`, contextOf(index, { sourceId: "slow" })),
    envelope(`fast${index}`, contextOf(index)),
    tick(index)
  ])

const run = (stage: string, capacity?: number) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const began = clock.currentTimeMillisUnsafe()
    const seen: Array<readonly [what: string, at: number]> = []
    const source: Stream.Stream<Element<string>> = Stream.concat(
      Stream.range(0, 4).pipe(
        Stream.rechunk(1),
        Stream.mapEffect((index) => Effect.as(Effect.sleep(index === 0 ? 0 : "1 second"), index)),
        Stream.flatMap((index) => Stream.fromArray(second(index)))
      ),
      Stream.fromArray<Element<string>>([watermark(Infinity)])
    )
    const layer = layerHoldBack({
      stage,
      where: ({ sourceId }) => sourceId === "slow",
      millis: 2000,
      ...(capacity !== undefined && { capacity })
    })
    const running = yield* source.pipe(
      map<string, string>("copy", (payload) => payload),
      Stream.runForEach((element) =>
        Effect.sync(() => {
          const at = (clock.currentTimeMillisUnsafe() - began) / 1000
          if (element._tag === "Batch") { for (const payload of element.payloads) seen.push([payload, at]) }
        })
      ),
      Effect.provide(Layer.merge(stageLayer, layer)),
      Effect.forkScoped
    )
    for (let i = 0; i < 6; i++) yield* TestClock.adjust("1 second")
    yield* Effect.yieldNow
    assert.isDefined(running.pollUnsafe())
    return new Map(seen)
  })

describe("layerHoldBack", () => {
  it.effect("holds the events it names back and no others; at the end of the input all of them go in", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        Array.from(yield* run("copy")).toSorted(([a], [b]) => a < b ? -1 : 1),
        [
          ["fast0", 0],
          ["fast1", 1],
          ["fast2", 2],
          ["fast3", 3],
          ["fast4", 4],
          ["slow0", 2],
          ["slow1", 3],
          ["slow2", 4],
          ["slow3", 4],
          ["slow4", 4]
        ]
      )
    }))

  it.effect("is of one stage, and never holds more than its capacity", () =>
    Effect.gen(function*() {
      const other = yield* run("another")
      for (let i = 0; i < 5; i++) assert.strictEqual(other.get(`slow${i}`), i)
      const bounded = yield* run("copy", 1)
      assert.deepStrictEqual([bounded.get("slow0"), bounded.get("slow1")], [2, 1])
    }))
})
