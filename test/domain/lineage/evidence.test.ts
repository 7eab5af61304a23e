import { assert, describe, it } from "@effect/vitest"
import {
  type Evidence,
  joinedEvidence,
  namedOfOne,
  sampledEvidence,
  withEvidence
} from "../../../src/domain/lineage/Evidence.ts"
import { mostInputs } from "../../../src/domain/lineage/LineageRecord.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"

/** Every set on the way to one of these observations. */
const sets = (from: number, count: number, sampled = false): ReadonlyArray<Evidence> => {
  const all: Array<Evidence> = []
  for (let i = 0; i < count; i++) all.push(withEvidence(all.at(-1), contextOf(from + i, { sampled })))
  return all
}

const idOf = (index: number) => contextOf(index).id

const held = (evidence: Evidence | undefined): number => {
  let count = 0
  for (let each = evidence; each !== undefined; each = each.previous) count++
  return count
}

describe("evidence", () => {
  it("a set that was handed on stays as it was, whatever is added", () => {
    const all = sets(0, 100)
    all.forEach(({ count, node }, i) => assert.deepStrictEqual([count, node.id], [i + 1, idOf(i)]))
  })

  it("is bounded: the newest are held, the first is known, all are counted", () => {
    for (const [i, evidence] of sets(0, 1000).entries()) {
      assert.isAtMost(held(evidence), 2 * namedOfOne + 1)
      assert.isAtLeast(held(evidence), Math.min(i + 1, namedOfOne))
      assert.strictEqual(evidence.first.id, idOf(0))
    }
  })

  it("of two sets it names the newest of each in turns, then the first of each, and counts all", () => {
    const [a, b] = [sets(0, 50).at(-1), sets(100, 60).at(-1)]
    assert.isDefined(a)
    assert.isDefined(b)
    const { count, inputs } = joinedEvidence([a, b])
    assert.strictEqual(count, 110)
    assert.lengthOf(inputs, mostInputs)
    assert.deepStrictEqual(inputs.slice(0, 4).map(({ id }) => id), [49, 159, 48, 158].map(idOf))
    assert.deepStrictEqual(inputs.slice(-2).map(({ id }) => id), [0, 100].map(idOf))
  })

  it("names nobody twice, and nobody where there is nothing", () => {
    const [only] = sets(0, 1)
    assert.isDefined(only)
    assert.deepStrictEqual(joinedEvidence([only]).inputs.map(({ id }) => id), [idOf(0)])
    assert.deepStrictEqual(joinedEvidence([]), { inputs: [], count: 0 })
  })

  it("holds the contexts of the newest 16 that are sampled", () => {
    const last = sets(0, 40, true).at(-1)
    assert.isDefined(last)
    assert.deepStrictEqual(
      sampledEvidence([last]).map(({ id }) => id),
      Array.from({ length: 16 }, (_, i) => idOf(24 + i))
    )
    assert.deepStrictEqual(sampledEvidence(sets(0, 40)), [])
  })
})
