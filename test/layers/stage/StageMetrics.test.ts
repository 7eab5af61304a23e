import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric, Schema } from "effect"
import { StageMetrics } from "../../../src/layers/stage/StageHooks.ts"
import { latencyBoundaries } from "../../../src/layers/stage/StageMetrics.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { ownRegistry } from "../../support/collected.ts"

const services = Layer.mergeAll(StageMetrics.layer, StageRegistry.layer).pipe(Layer.provideMerge(ownRegistry))

const series = Effect.map(
  Metric.snapshot,
  (all) =>
    new Map(
      all.flatMap(({ attributes, id, state }) =>
        "count" in state ? [[`${id} ${Object.values(attributes ?? {}).join(" ")}`, state.count] as const] : []
      )
    )
)

const nothing = { events: 0, emitted: 0 }

describe("metrics of the stages", () => {
  it.effect("are there at 0 from when a stage starts, and read what its counts are when somebody looks", () =>
    Effect.gen(function*() {
      const counts = (yield* StageRegistry).countsOf("decode")
      const record = (yield* StageMetrics).instruments("decode", counts)
      const before = yield* series
      for (const outcome of ["processed", "filtered", "late", "dead", "shed"]) {
        assert.strictEqual(before.get(`operator_events_total decode ${outcome}`), 0, outcome)
      }
      assert.strictEqual(before.get("operator_latency_seconds decode"), 0)
      Object.assign(counts, { processed: 7, late: 2 })
      record({ ...nothing, nanos: 1000 })
      const after = yield* series
      assert.strictEqual(after.get("operator_events_total decode processed"), 7)
      assert.strictEqual(after.get("operator_events_total decode late"), 2)
      assert.strictEqual(after.get("operator_latency_seconds decode"), 1)
    }).pipe(Effect.provide(services)))

  it.effect("count the events of branches that share a stage's name once, and the arrays of each", () =>
    Effect.gen(function*() {
      const counts = (yield* StageRegistry).countsOf("screen")
      const { instruments } = yield* StageMetrics
      const branches = [instruments("screen", counts), instruments("screen", counts)]
      for (const record of branches) {
        counts.processed += 10
        record({ ...nothing, nanos: 1000 })
      }
      const values = yield* series
      assert.strictEqual(values.get("operator_events_total screen processed"), 20)
      assert.strictEqual(values.get("operator_latency_seconds screen"), 2)
    }).pipe(Effect.provide(services)))

  it.effect("add up what a stage's name is counted in by several registries", () =>
    Effect.gen(function*() {
      const { instruments } = yield* StageMetrics
      for (const processed of [3, 4]) {
        const { countsOf } = yield* StageRegistry.pipe(Effect.provide(Layer.fresh(StageRegistry.layer)))
        const counts = countsOf("decode")
        instruments("decode", counts)
        counts.processed = processed
      }
      assert.strictEqual((yield* series).get("operator_events_total decode processed"), 7)
    }).pipe(Effect.provide(services)))

  it.effect.prop(
    "hold the histogram that Effect's own would hold",
    [Schema.NonEmptyArray(Schema.Union([
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000_000_000 })),
      Schema.Literals(latencyBoundaries.map((seconds) => seconds * 1e9))
    ]))],
    ([times]) =>
      Effect.gen(function*() {
        const record = (yield* StageMetrics).instruments("any", (yield* StageRegistry).countsOf("any"))
        const peer = Metric.histogram("peer", { boundaries: latencyBoundaries })
        for (const nanos of times) {
          record({ ...nothing, nanos })
          yield* Metric.update(peer, nanos / 1e9)
        }
        const states = (yield* Metric.snapshot).filter(({ type }) => type === "Histogram").map(({ state }) => state)
        assert.strictEqual(states.length, 2)
        assert.deepStrictEqual(states[0], states[1])
      }).pipe(Effect.provide(services))
  )
})
