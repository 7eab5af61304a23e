import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { watchWrites } from "../../../src/commands/run/watchWrites.ts"

describe("watchWrites", () => {
  it.effect("a writer that tries again cannot write until it has not for a while; who only reads says nothing", () =>
    Effect.gen(function*() {
      const counts = { commit: { retries: 5 }, screen: { retries: 0 } }
      const failure = yield* watchWrites(() => Object.entries(counts))
      yield* TestClock.adjust("1 second")
      // What was tried before is over.
      assert.isUndefined(failure())
      counts.screen.retries = 3
      yield* TestClock.adjust("1 second")
      assert.isUndefined(failure())
      counts.commit.retries = 7
      yield* TestClock.adjust("1 second")
      assert.strictEqual(failure(), "cannot be written: commit has tried 2 times")
      // Tries are up to two seconds apart.
      yield* TestClock.adjust("2 seconds")
      assert.isDefined(failure())
      counts.commit.retries = 8
      yield* TestClock.adjust("1 second")
      assert.strictEqual(failure(), "cannot be written: commit has tried 3 times")
      yield* TestClock.adjust("4 seconds")
      assert.isUndefined(failure())
    }).pipe(Effect.scoped))
})
