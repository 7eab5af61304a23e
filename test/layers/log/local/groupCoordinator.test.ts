import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { assignRanges, makeGroupCoordinator } from "../../../../src/layers/log/local/groupCoordinator.ts"

const small = (minimum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum: 40 }))

describe("assignRanges", () => {
  it.prop(
    "every partition has one owner, in order, and shares differ by one at most",
    [small(0), small(1)],
    ([partitions, members]) => {
      const ranges = assignRanges(partitions, members)
      assert.strictEqual(ranges.length, members)
      assert.deepStrictEqual(ranges.flat(), Array.from({ length: partitions }, (_, i) => i))
      const sizes = ranges.map((range) => range.length)
      assert.isAtMost(Math.max(...sizes) - Math.min(...sizes), 1)
    }
  )
})

const member = () => {
  const seen: Array<{ readonly partitions: ReadonlyArray<number>; readonly generation: number }> = []
  return {
    seen,
    told: (partitions: ReadonlyArray<number>, generation: number) => void seen.push({ partitions, generation })
  }
}

describe("group coordinator", () => {
  it("deals out anew at each join and leave, in a new generation", () => {
    const coordinator = makeGroupCoordinator()
    const [a, b] = [member(), member()]
    const leaveA = coordinator.join("group", 3, a.told)
    const leaveB = coordinator.join("group", 3, b.told)
    assert.deepStrictEqual(a.seen, [
      { partitions: [0, 1, 2], generation: 1 },
      { partitions: [0, 1], generation: 2 }
    ])
    assert.deepStrictEqual(b.seen, [{ partitions: [2], generation: 2 }])
    leaveA()
    leaveA()
    assert.deepStrictEqual(a.seen.at(-1), { partitions: [], generation: 3 })
    assert.deepStrictEqual(b.seen.at(-1), { partitions: [0, 1, 2], generation: 3 })
    leaveB()
    assert.deepStrictEqual(b.seen.map((each) => each.generation), [2, 3, 4])
  })

  it("groups of other names are their own", () => {
    const coordinator = makeGroupCoordinator()
    const [a, b] = [member(), member()]
    coordinator.join("one", 2, a.told)
    coordinator.join("two", 2, b.told)
    assert.deepStrictEqual(a.seen, [{ partitions: [0, 1], generation: 1 }])
    assert.deepStrictEqual(b.seen, [{ partitions: [0, 1], generation: 1 }])
  })
})
