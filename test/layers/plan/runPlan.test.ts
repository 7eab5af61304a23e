/** Plans: computed until nothing is left, bounded, taken up again after a failure, told by one trace. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { dependencyCall, shown } from "../../../src/layers/plan/dependencyCall.ts"
import { type Plan, PlanError, type Procedure } from "../../../src/layers/plan/Procedure.ts"
import { mostRounds, runPlan } from "../../../src/layers/plan/runPlan.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"

/** A world of named things with values, and the plan that brings it to what is wanted. `fails` makes a step fail once. */
const worldPlan = (world: Map<string, string>, wanted: ReadonlyMap<string, string>, fails = new Set<string>()): Plan =>
  Effect.sync(() =>
    Array.from(wanted).filter(([key, value]) => world.get(key) !== value).map(([key, value]): Procedure => ({
      id: key,
      from: world.get(key) ?? null,
      to: value,
      do: dependencyCall(
        { system: "world", operation: "set", request: { key, value, password: "hunter22" } },
        Effect.suspend(() => {
          if (fails.delete(key)) {
            return Effect.fail(new PlanError({ reason: "Failed", step: key, message: "out of order" }))
          }
          world.set(key, value)
          return Effect.succeed({ ok: true })
        })
      ).pipe(Effect.as([]))
    }))
  )

describe("a plan", () => {
  const wanted = new Map([["a", "1"], ["b", "2"], ["c", "3"]])

  it.effect("runs what is to be done, and a second run has no step", () =>
    Effect.gen(function*() {
      const world = new Map([["b", "0"]])
      const first = yield* runPlan(worldPlan(world, wanted), { dryRun: false })
      assert.deepStrictEqual(first.steps.map(({ from, id, to }) => [id, from, to]), [
        ["a", null, "1"],
        ["b", "0", "2"],
        ["c", null, "3"]
      ])
      assert.isTrue(first.done)
      const second = yield* runPlan(worldPlan(world, wanted), { dryRun: false })
      assert.deepStrictEqual(second, { rounds: 0, steps: [], done: true })
    }))

  it.effect("a dry run tells the steps and does nothing", () =>
    Effect.gen(function*() {
      const world = new Map<string, string>()
      const { done, steps } = yield* runPlan(worldPlan(world, wanted), { dryRun: true })
      assert.strictEqual(world.size, 0)
      assert.isFalse(done)
      assert.isTrue(steps.every(({ changed }) => !changed))
    }))

  it.effect("a step that fails in the middle is taken up again: what was done before is not done twice", () =>
    Effect.gen(function*() {
      const world = new Map<string, string>()
      const fails = new Set(["b"])
      const broken = yield* Effect.exit(runPlan(worldPlan(world, wanted, fails), { dryRun: false }))
      assert.isTrue(Exit.isFailure(broken))
      assert.deepStrictEqual([...world], [["a", "1"]])
      const again = yield* runPlan(worldPlan(world, wanted, fails), { dryRun: false })
      assert.deepStrictEqual(again.steps.map(({ id }) => id), ["b", "c"])
      assert.deepStrictEqual(world, wanted)
    }))

  it.effect("procedures nest, and are bounded, in depth and in rounds", () =>
    Effect.gen(function*() {
      let made = false
      const nesting: Plan = Effect.sync(() =>
        made ? [] : [{
          id: "outer",
          from: null,
          to: "made",
          do: Effect.sync((): ReadonlyArray<Procedure> => [{
            id: "inner",
            from: null,
            to: "made",
            do: Effect.sync(() => {
              made = true
              return []
            })
          }])
        }]
      )
      const { rounds, steps } = yield* runPlan(nesting, { dryRun: false })
      assert.deepStrictEqual([rounds, ...steps.map(({ id }) => id)], [1, "outer", "inner"])

      const endless: Procedure = {
        id: "endless",
        from: null,
        to: "x",
        do: Effect.suspend(() => Effect.succeed([endless]))
      }
      assert.isTrue(Exit.isFailure(yield* Effect.exit(runPlan(Effect.succeed([endless]), { dryRun: false }))))
      let count = 0
      const never: Procedure = { id: "never", from: null, to: "x", do: Effect.sync(() => (count++, [])) }
      const unbounded = yield* Effect.flip(runPlan(Effect.succeed([never]), { dryRun: false }))
      assert.strictEqual(unbounded.reason, "Unbounded")
      assert.strictEqual(count, mostRounds)
    }))

  it.effect("one trace tells the whole: steps with key, old and new value; calls as client spans without secrets", () =>
    Effect.gen(function*() {
      yield* runPlan(worldPlan(new Map([["b", "0"]]), wanted), { dryRun: false })
      const spans = (yield* RecordedSpans).spans()
      assert.strictEqual(new Set(spans.map(({ traceId }) => traceId)).size, 1)
      const step = spans.find(({ name }) => name === "plan.step b")
      assert.strictEqual(step?.attributes["perigee.plan.from"], "0")
      assert.strictEqual(step?.attributes["perigee.plan.to"], "2")
      const calls = spans.filter(({ kind }) => kind === "client")
      assert.strictEqual(calls.length, 3)
      for (const { attributes } of calls) {
        assert.notInclude(String(attributes["perigee.request"]), "hunter22")
        assert.include(String(attributes["perigee.response"]), "ok")
      }
    }).pipe(Effect.provide(Tracing.layerTest)))

  it("what is shown of a call has no secret and is no longer than a kilobyte", () => {
    assert.strictEqual(
      shown({ user: "a", accessToken: "b", nested: { api_key: "c" } }),
      `{"user":"a","accessToken":"<redacted>","nested":{"api_key":"<redacted>"}}`
    )
    assert.isAtMost(shown("x".repeat(5000)).length, 1027)
  })
})
