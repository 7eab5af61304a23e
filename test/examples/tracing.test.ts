import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { layerWatching, sampledOf } from "../../examples/sampler.ts"
import { observedRun } from "../../examples/tracedOperator.ts"
import { comparison } from "../../examples/tracerLayers.ts"
import { HeadSampler } from "../../src/layers/stage/HeadSampler.ts"

const text = (name: string) => readFileSync(join(import.meta.dirname, "../../examples", name), "utf8")

describe("examples of tracing", () => {
  it.effect("an operator is traced, measured and followed without a word about it", () =>
    Effect.gen(function*() {
      const { means, metrics, sampled, spans, steps } = yield* observedRun
      assert.deepStrictEqual(means.slice(0, 4), [1, 1.5, 2, 3])
      assert.isTrue(sampled > 20 && sampled < 80, `${sampled} of 100`)
      assert.strictEqual(spans, sampled)
      assert.includeMembers([...metrics], ["operator_events_total", "operator_latency_seconds"])
      for (const operators of steps) assert.deepStrictEqual(operators, ["running-mean"])
    }))

  it("its file says nothing of them, in fewer than 40 lines", () => {
    const operator = /const runningMean[\s\S]*?\n\n/.exec(text("tracedOperator.ts"))?.[0] ?? ""
    assert.isAbove(operator.length, 100)
    assert.isBelow(operator.split("\n").length, 40)
    assert.notMatch(operator, /trac|span|metric|lineage|Layer/i)
  })

  it.effect("the tracer is swapped by its Layer, and the result stays", () =>
    Effect.gen(function*() {
      const { backend, inMemory, off } = yield* comparison
      assert.deepStrictEqual([inMemory.sum, backend.sum], [off, off])
      assert.deepStrictEqual([inMemory.failed, backend.failed], [100, 100])
    }))

  it.effect("the sampler keeps all of what is watched and a share of the rest, with thresholds that say so", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* sampledOf("radar-3"), 1000)
      const rest = yield* sampledOf("radar-4")
      assert.isTrue(rest > 60 && rest < 150, `${rest} of 1000`)
      const { decide } = yield* HeadSampler
      const id = `${"0".repeat(18)}${"f".repeat(14)}`
      assert.strictEqual(decide(id, "radar-3").traceState, "ot=th:0")
      assert.match(decide(id, "radar-4").traceState ?? "", /^ot=th:e66666/)
    }).pipe(Effect.provide(layerWatching(new Set(["radar-3"]), 0.1))))
})
