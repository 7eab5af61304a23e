import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { type Element, itemsOf } from "../../../src/domain/stream/Batch.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { layerTest } from "../../../src/layers/stage/Instruments.ts"
import { StageLineage } from "../../../src/layers/stage/StageHooks.ts"
import { StageState } from "../../../src/layers/stage/StageState.ts"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { source } from "../../../src/operators/sources/source.ts"
import type { Operator, StageServices } from "../../../src/operators/stage/Stage.ts"
import { sliding, tumbling, window, type WindowKey, type WindowResult } from "../../../src/operators/windows/window.ts"
import { cutInto } from "../../../src/testing/laws.ts"
import { Arrivals, type Timed, timed } from "./timed.ts"

const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))).check(Schema.isMaxLength(4))
const Share = Schema.Literals([0, 0.1, 0.5])

const assigners = [
  ["tumbling", tumbling(40)],
  ["sliding", sliding(20, 5)],
  ["sliding, short panes", sliding(15, 6)]
] as const

type Windowed<K extends WindowKey> = Operator<Timed, WindowResult<K, number>, never, StageServices>

/** What came out of a run, with its contexts but for ids of spans, and what was given up. */
const seenOf = <K extends WindowKey>(
  operator: Windowed<K>,
  parts: ReadonlyArray<ReadonlyArray<Timed>>,
  share: number
) =>
  Effect.gen(function*() {
    const events = Stream.fromIterable(parts.filter((part) => part.length > 0)).pipe(
      Stream.rechunk(1),
      Stream.flatMap((part) => Stream.fromArray(part)),
      source({ name: "timed", eventTime: ({ time }) => time, outOfOrdernessMillis: 12 })
    )
    const out: ReadonlyArray<Element<WindowResult<K, number>>> = yield* Stream.runCollect(operator(events))
    const results = itemsOf(out).flatMap((item) =>
      item._tag !== "Event" ? [] : [{
        payload: { ...item.payload, key: undefined },
        id: item.context.id,
        time: item.context.eventTime,
        traceId: item.context.trace.traceId,
        sampled: item.context.trace.sampled,
        lineage: item.context.lineage === undefined || item.context.lineage === "source"
          ? item.context.lineage
          : { parents: item.context.lineage.parents, count: item.context.lineage.parentCount }
      }]
    )
    const letters = (yield* DeadLettersMemory).letters().map(({ errorKind, id, message }) => [errorKind, id, message])
    return { results, letters }
  }).pipe(Effect.provide(
    Layer.mergeAll(StageLineage.layer, HeadSampler.layerRatio(share)).pipe(
      Layer.provideMerge(layerTest),
      Layer.provideMerge(StageState.layerMemory())
    )
  ))

describe.each(assigners)("a window without a key, %s", (_, assigner) => {
  it.effect.prop(
    "gives what a window does in which all events have one key: values, contributors, what is late and what has no room",
    { arrivals: Arrivals, sizes: Sizes, share: Share },
    ({ arrivals, share, sizes }) =>
      Effect.gen(function*() {
        const { events } = timed(arrivals, { dense: 2 })
        const parts = cutInto(events, sizes)
        const sum = Aggregate.sum(({ value }: Timed) => value)
        const options = {
          name: "window",
          assigner,
          allowedLatenessMillis: 8,
          aggregate: { ...sum, hasRoom: (acc: number) => acc < 60 }
        }
        const without = yield* seenOf(window(options), parts, share)
        const withOne = yield* seenOf(window({ ...options, key: () => 0 }), parts, share)
        assert.deepStrictEqual(without, withOne)
      })
  )
})
