import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { makeSteadyTime } from "../../../src/layers/runtime/SteadyTime.ts"

/** A machine whose clock can be set. Seconds. */
const machine = Effect.map(Clock.Clock, (base) => {
  let passed = 0
  let set = 0
  const nanos = (seconds: number) => BigInt(Math.round(seconds * 1e9))
  const steady = makeSteadyTime({
    ...base,
    currentTimeNanosUnsafe: () => nanos(1_000_000 + passed + set),
    monotonicTimeNanosUnsafe: () => nanos(passed)
  })
  return {
    pass: (seconds: number) => void (passed += seconds),
    setTo: (seconds: number) => void (set = seconds),
    /** Since the beginning. */
    now: () => steady.clock.currentTimeMillisUnsafe() / 1000 - 1_000_000,
    jump: () => steady.jumpMillis() / 1000
  }
})

describe("steady time", () => {
  it.effect("follows a clock that is slewed", () =>
    Effect.gen(function*() {
      const { jump, now, pass, setTo } = yield* machine
      for (let n = 1; n <= 100; n++) {
        pass(1)
        setTo(-n * 0.1)
        assert.approximately(now(), n * 0.9, 1e-3)
        assert.strictEqual(jump(), 0)
      }
    }))

  it.effect("ten minutes forth and back: nothing is stamped in the past of what passed, and the jump is told as long as it lasts", () =>
    Effect.gen(function*() {
      const { jump, now, pass, setTo } = yield* machine
      pass(5)
      setTo(600)
      assert.approximately(now(), 605, 1e-3)
      assert.approximately(jump(), 600, 1e-3)
      pass(60)
      assert.approximately(jump(), 600, 1e-3)
      setTo(0)
      assert.approximately(now(), 65, 1e-3)
      assert.strictEqual(jump(), 0)
    }))

  it.effect("ten minutes back and forth: time goes on as it passes", () =>
    Effect.gen(function*() {
      const { jump, now, pass, setTo } = yield* machine
      setTo(-600)
      pass(5)
      assert.approximately(now(), 5, 1e-3)
      assert.approximately(jump(), -600, 1e-3)
      setTo(0)
      assert.approximately(now(), 5, 1e-3)
      assert.strictEqual(jump(), 0)
    }))

  it.effect("what stays for 15 minutes is the time", () =>
    Effect.gen(function*() {
      const { jump, now, pass, setTo } = yield* machine
      setTo(-600)
      pass(899)
      assert.approximately(now(), 899, 1e-3)
      pass(2)
      assert.approximately(now(), 301, 1e-3)
      assert.strictEqual(jump(), 0)
    }))
})
