import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Symptoms } from "../../../src/layers/logging/Symptoms.ts"
import { collectLogs } from "../../support/collectedLogs.ts"

/** The service in a scope that the test closes, and what it wrote: level and message. */
const symptoms = Effect.gen(function*() {
  const logged = collectLogs()
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(Layer.provideMerge(Symptoms.layer, logged.layer), scope)
  const { seen } = yield* Effect.provideContext(Symptoms, context)
  const lines = () =>
    logged.lines.map((line) => `${/level=(\w+)/i.exec(line)?.[1]} ${/message="?([^"]*)/.exec(line)?.[1]}`)
  return { seen, lines, close: Scope.close(scope, Exit.void) }
})

describe("Symptoms", () => {
  it.effect("one warning when it begins, silence while it goes on, and counts when it is over", () =>
    Effect.gen(function*() {
      const { lines, seen } = yield* symptoms
      for (let second = 0; second < 60; second++) {
        for (let i = 0; i < 1000; i++) seen("radar: drops", { detail: "raise\nthe buffer" })
        yield* TestClock.adjust("1 second")
      }
      assert.deepStrictEqual(lines(), ["WARN radar: drops, 1000 so far: raise the buffer"])
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(lines().slice(1), ["INFO radar: drops, is over: 60000 in 59s"])
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(lines(), 2)
      seen("radar: drops", { count: 3 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(lines()[2], "WARN radar: drops, 3 so far")
    }))

  it.effect("one that goes on is told every ten minutes, and at the end of the process", () =>
    Effect.gen(function*() {
      const { close, lines, seen } = yield* symptoms
      for (let second = 0; second < 1201; second++) {
        seen("gaps")
        yield* TestClock.adjust("1 second")
      }
      seen("just now")
      yield* close
      assert.deepStrictEqual(lines(), [
        "WARN gaps, 1 so far",
        "WARN gaps, goes on: 601 in 10m",
        "WARN gaps, goes on: 1201 in 20m",
        "INFO gaps, until the end: 1201 in 20m",
        "WARN just now, 1 so far",
        "INFO just now, until the end: 1 in 1s"
      ])
    }))

  it.effect("a thousand different ones are ten lines and a count, in bounded memory", () =>
    Effect.gen(function*() {
      const { close, lines, seen } = yield* symptoms
      for (let i = 0; i < 1000; i++) seen(`sensor ${i}`)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(lines(), 11)
      assert.strictEqual(lines()[10], "WARN 247 more symptoms began: they are not told one by one")
      yield* close
      assert.lengthOf(lines(), 21)
    }))
})
