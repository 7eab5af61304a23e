import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { makeSequenceGaps } from "../../../src/domain/observation/SequenceGaps.ts"

const lostIn = (sequences: ReadonlyArray<number>): number => {
  const gaps = makeSequenceGaps()
  return sequences.reduce((sum, sequence) => sum + gaps.observe(sequence >>> 0), 0)
}

const range = (start: number, length: number) => Array.from({ length }, (_, index) => start + index)

describe("SequenceGaps", () => {
  it.prop(
    "counts exactly the missing ones, across the wrap, under reordering within the window",
    [
      Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))),
      Schema.Array(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 299 }))))
    ],
    ([start, missing]) => {
      const gone = new Set(missing)
      const sent = range(0, 340).filter((index) => !gone.has(index))
      // Neighbours change places: no frame moves by more than one.
      for (let index = 1; index + 1 < sent.length; index += 2) {
        const [left = 0, right = 0] = [sent[index], sent[index + 1]]
        sent[index] = right
        sent[index + 1] = left
      }
      expect(lostIn(sent.map((index) => start + index))).toBe(gone.size)
    }
  )

  it("duplicates, a late frame and a restart are no loss", () => {
    expect(lostIn([5, 5, 6, 5, 6, 7, 8])).toBe(0)
    expect(lostIn([...range(100, 10), 3_000_000_000, 3_000_000_001])).toBe(0)
    expect(lostIn([3_000_000_000, 0, 1, 2])).toBe(0)
  })

  it("a lost frame is counted once 32 later ones were seen, not before", () => {
    const gaps = makeSequenceGaps()
    const counts = [0, ...range(2, 32)].map((sequence) => gaps.observe(sequence))
    expect(counts.slice(0, -1).every((count) => count === 0)).toBe(true)
    expect(counts.at(-1)).toBe(1)
  })
})
