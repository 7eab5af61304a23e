import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { logStages } from "../../../src/commands/run/stageLog.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"

const listening = (level: "Debug" | "Info") =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const { countsOf, stages } = yield* StageRegistry
    const fiber = yield* logStages(stages).pipe(
      Effect.provide(Layer.merge(
        Logger.layer([
          Logger.make(({ fiber, message }) =>
            void lines.push(`${fiber.getRef(References.CurrentLogAnnotations).operator}| ${message}`)
          )
        ]),
        Layer.succeed(References.MinimumLogLevel, level)
      )),
      Effect.forkChild
    )
    const decode = countsOf("decode")
    countsOf("idle")
    decode.in = 7
    decode.emitted = 5
    decode.filtered = 2
    decode.filteredReasons.set("unchanged", 2)
    yield* TestClock.adjust("10 seconds")
    decode.in = 8
    decode.dead = 1
    yield* TestClock.adjust("20 seconds")
    yield* Fiber.interrupt(fiber)
    return lines
  }).pipe(Effect.provide(StageRegistry.layer))

describe("stages in the log", () => {
  it.effect("say at level debug what they did, as the stage's own lines, and nothing where nothing happened", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* listening("Debug"), [
        "decode| decode: in 7 emitted 5 filtered 2 in 10 s, 0 inside; filtered so far: unchanged 2",
        "decode| decode: in 1 dead 1 in 10 s, 0 inside"
      ])
      assert.deepStrictEqual(yield* listening("Info"), [])
    }))
})
