import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type Timed, Timers } from "../../../src/operators/state/Timers.ts"

interface Named extends Timed {
  readonly name: number
}

const Step = Schema.Union([
  Schema.TaggedStruct("add", { time: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 900 })) }),
  Schema.TaggedStruct("drop", { which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })) }),
  Schema.TaggedStruct("next", { limit: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })) })
])

const drain = (timers: Timers<Named>, limit: number): ReadonlyArray<Named> => {
  const out: Array<Named> = []
  for (let timed = timers.next(limit); timed !== undefined; timed = timers.next(limit)) out.push(timed)
  return out
}

describe("Timers", () => {
  it.prop("give out what a sorted list would", [Schema.Array(Step)], ([steps]) => {
    const timers = new Timers<Named>()
    const all: Array<Named> = []
    const waiting = new Set<Named>()
    for (const step of steps) {
      if (step._tag === "add") {
        const timed = { time: step.time, live: false, name: all.length }
        all.push(timed)
        waiting.add(timed)
        timers.add(timed)
      } else if (step._tag === "drop") {
        const timed = all[step.which]
        if (timed === undefined) continue
        waiting.delete(timed)
        timers.drop(timed)
      } else {
        const due = [...waiting].filter(({ time }) => time <= step.limit).sort((a, b) =>
          a.time - b.time || a.name - b.name
        )
        for (const timed of due) waiting.delete(timed)
        assert.deepStrictEqual(drain(timers, step.limit).map(({ name }) => name), due.map(({ name }) => name))
      }
      assert.strictEqual(timers.size, waiting.size)
      assert.isTrue(all.every((timed) => timed.live === waiting.has(timed)))
    }
  })

  it("what is added while others are given out comes in its place", () => {
    const timers = new Timers<Named>()
    for (const time of [10, 20, 30]) timers.add({ time, live: false, name: time })
    assert.strictEqual(timers.next(100)?.name, 10)
    timers.add({ time: 15, live: false, name: 15 })
    timers.add({ time: 5, live: false, name: 5 })
    timers.add({ time: 20, live: false, name: 21 })
    timers.add({ time: 5000, live: false, name: 5000 })
    assert.deepStrictEqual(drain(timers, 100).map(({ name }) => name), [5, 15, 20, 21, 30])
    assert.deepStrictEqual(drain(timers, Infinity).map(({ name }) => name), [5000])
  })

  it("times at the ends of time are kept", () => {
    const timers = new Timers<Named>()
    for (const time of [Infinity, -Infinity, 0]) timers.add({ time, live: false, name: time })
    assert.deepStrictEqual(drain(timers, 0).map(({ name }) => name), [-Infinity, 0])
    assert.deepStrictEqual(drain(timers, Number.MAX_VALUE), [])
    assert.deepStrictEqual(drain(timers, Infinity).map(({ name }) => name), [Infinity])
  })

  it("what is dropped does not stay", () => {
    const timers = new Timers<Named>()
    for (let i = 0; i < 200_000; i++) {
      const timed = { time: 1e12 + i, live: false, name: i }
      timers.add(timed)
      timers.drop(timed)
    }
    assert.strictEqual(timers.size, 0)
    // What is still inside is bounded by what was dropped since the last look.
    const inside = Reflect.get(timers, "buckets")
    let count = 0
    for (const bucket of inside.values()) count += bucket.length
    assert.isBelow(count, 2000)
  })
})
