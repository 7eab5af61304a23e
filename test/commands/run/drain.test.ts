import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Logger, Option } from "effect"
import { TestClock } from "effect/testing"
import { drain, type EndReason, waitingFor } from "../../../src/commands/run/drain.ts"
import { stageCounts } from "../../support/stageCounts.ts"

/** A drain under way, with a stage that works as it is told. */
const draining = Effect.fnUntraced(function*(reason: EndReason) {
  const screen = stageCounts({ in: 5, inFlight: 2 })
  const done = yield* Deferred.make<string>()
  const asked = yield* Deferred.make<void>()
  const lines: Array<string> = []
  const fiber = yield* drain({
    drained: Deferred.await(done),
    reason,
    requested: Deferred.await(asked),
    progress: () => ({ behind: 1, stages: [["decode", stageCounts({})], ["screen", screen]] }),
    clock: yield* Clock.Clock
  }).pipe(
    Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])),
    Effect.forkScoped
  )
  yield* Effect.yieldNow
  return { screen, done, asked, lines, fiber, ended: () => fiber.pollUnsafe() !== undefined }
})

describe("the end of a run", () => {
  it.effect("asked to stop it has ten seconds, whatever moves, and says what it waits for", () =>
    Effect.gen(function*() {
      const { ended, fiber, lines, screen } = yield* draining("asked")
      for (let second = 0; second < 9; second++) {
        screen.in++
        yield* TestClock.adjust("1 second")
      }
      assert.isFalse(ended())
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.join(fiber)))
      assert.match(lines[0] ?? "", /^waiting for 1 record that is not read, screen \(2 events inside\), 5 s at most$/)
      assert.match(lines.at(-1) ?? "", /^not everything was worked off: after 10 s it still waits for .*screen/)
    }))

  it.effect("whose time is over it goes on while anything moves, and ten seconds after nothing did", () =>
    Effect.gen(function*() {
      const { ended, fiber, lines, screen } = yield* draining("over")
      for (let i = 0; i < 10; i++) {
        screen.emitted++
        yield* TestClock.adjust("9 seconds")
      }
      assert.isFalse(ended())
      yield* TestClock.adjust("11 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.join(fiber)))
      assert.include(lines.at(-1), "in which nothing moved")
    }))

  it.effect("of a file it is waited for, until a signal gives it ten seconds", () =>
    Effect.gen(function*() {
      const { asked, ended, fiber } = yield* draining("read")
      yield* TestClock.adjust("10 minutes")
      assert.isFalse(ended())
      yield* Deferred.succeed(asked, undefined)
      yield* TestClock.adjust("9 seconds")
      assert.isFalse(ended())
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.join(fiber)))
    }))

  it.effect("gives what was drained, and says nothing, when that is soon", () =>
    Effect.gen(function*() {
      for (const reason of ["asked", "over", "read"] as const) {
        const { done, fiber, lines } = yield* draining(reason)
        yield* Deferred.succeed(done, "all")
        assert.deepStrictEqual([yield* Fiber.join(fiber), lines], [Option.some("all"), []])
      }
      assert.strictEqual(waitingFor({ behind: 0, stages: [] }), "the last commit")
    }))
})
