import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { UnkeptState } from "../../../src/layers/stage/UnkeptState.ts"
import { graphSvg } from "../../../src/operators/graph/graphSvg.ts"
import { graphJson, graphText } from "../../../src/operators/graph/graphText.ts"
import { sink } from "../../../src/operators/sinks/sink.ts"
import * as Pipeline from "../../../src/operators/stage/Pipeline.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import * as State from "../../../src/operators/state/State.ts"
import { arrays, events } from "../../../src/testing/envelopes.ts"

/** Running sums of 1, 2, 3, in a state of any declaration, and where they went. */
const sums = <R>(state: State.StateDecl<{ value: number }, R>) => {
  const told: Array<number> = []
  const pipeline = Pipeline.from(arrays([events([1, 2, 3])]), "numbers")
    .via(Stage.mapWith<number, number, { value: number }, R>({
      name: "sums",
      state,
      f: (sum, n) => {
        sum.value += n
        return sum.value
      }
    }))
    .to(sink({ name: "told", write: (sums) => Effect.sync(() => void told.push(...sums)) }))
  return { pipeline, told }
}

const stage = Layer.merge(DeadLettersMemory.layer, StageRegistry.layer)

describe("state that is not kept", () => {
  it.effect("does not compile until somebody accepts it", () =>
    Effect.gen(function*() {
      const { pipeline, told } = sums(State.unkept(() => ({ value: 0 })))

      // @ts-expect-error UnkeptState is missing: a pipeline that begins anew after a restart is run by nobody who has not said so
      const refused: Pipeline.Pipeline<never, Stage.StageServices> = pipeline
      assert.deepStrictEqual(refused.graph, pipeline.graph)

      const accepted: Effect.Effect<void> = Effect.provide(
        pipeline.run,
        Layer.merge(stage, UnkeptState.layerAccepted)
      )
      yield* accepted
      assert.deepStrictEqual(told, [1, 3, 6])
    }))

  it.effect("one such part in a whole is enough", () =>
    Effect.gen(function*() {
      const { pipeline } = sums({
        ...State.all({ kept: State.value({ initial: () => 0 }), lost: State.unkept(() => 0) }),
        open: () => ({ state: { value: 0 }, parts: [] })
      })
      // @ts-expect-error UnkeptState is missing, for one part of two
      const refused: Pipeline.Pipeline<never, Stage.StageServices> = pipeline
      assert.deepStrictEqual(refused.graph, pipeline.graph)
      yield* Effect.provide(pipeline.run, Layer.merge(stage, UnkeptState.layerAccepted))
    }))

  it.effect("state that is kept, or read again, needs no such word", () =>
    Effect.gen(function*() {
      for (const state of [State.value({ initial: () => 0 }), State.readAgain(() => ({ value: 0 }))]) {
        const { pipeline, told } = sums<never>(state)
        const run: Effect.Effect<void> = Effect.provide(pipeline.run, stage)
        yield* run
        assert.deepStrictEqual(told, [1, 3, 6])
      }
    }))
})

describe("the graph tells what state each stage keeps", () => {
  const one = { initial: () => 0 }
  const parts = State.all({ sums: State.table<string, number>({ capacity: 10_000 }), total: State.value(one) })
  it.each(
    [
      ["parts with their bounds", parts.parts, ["sums: at most 10000 entries", "total: at most 1 entry"], [
        { name: "sums", bound: 10_000 },
        { name: "total", bound: 1 }
      ]],
      ["a part without a bound of its own", [{ name: "rows", bound: Infinity }], ["rows: no bound of its own"], [
        { name: "rows" }
      ]],
      ["not kept", State.unkept(() => 0).parts, ["state not kept"], "not kept"],
      ["read again", State.readAgain(() => 0).parts, ["state read again"], "read again"],
      ["of a whole, one part that is not kept", State.all({ a: State.value(one), b: State.unkept(() => 0) }).parts, [
        "state not kept"
      ], "not kept"],
      ["no state", [], [], undefined]
    ] as const
  )("%s", (_, state, lines, json) => {
    const declared: State.StateDecl<{ value: number }> = {
      parts: state,
      open: () => ({ state: { value: 0 }, parts: [] })
    }
    const { graph } = sums(declared).pipeline
    assert.deepStrictEqual(
      graphText(graph).filter((line) => line.includes(" holds ")),
      lines.map((line) => `sums holds ${line}`)
    )
    const stages: ReadonlyArray<{ readonly name: string; readonly state?: unknown }> = JSON.parse(
      JSON.stringify(graphJson(graph))
    ).stages
    assert.deepStrictEqual(stages.find(({ name }) => name === "sums")?.state, json)
    const told = Array.from(graphSvg(graph).matchAll(/class="state"[^>]*>([^<]*)</g), ([, line]) => line)
    assert.deepStrictEqual(told, [...lines])
  })
})
