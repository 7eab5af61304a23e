import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { heaviestParents } from "../../../src/domain/lineage/heaviestParents.ts"
import { edgesOf, lineageNode, lineageRecord, mostInputs } from "../../../src/domain/lineage/LineageRecord.ts"
import { decodeSteps, encodeSteps } from "../../../src/domain/lineage/storedSteps.ts"
import { walk } from "../../../src/domain/lineage/walk.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"

const Id = Schema.Literals(["a", "b", "c", "d", "e", "f", "g"])

const Weight = Schema.Union([Schema.Finite, Schema.Literals([0, 1, 2]), Schema.Literal("none")])

describe("a lineage record", () => {
  it("takes source, time and steps from the context, and names at most 18 inputs with the exact count", () => {
    const steps = [{ operator: "decode", at: 5, parents: ["x"], parentCount: 1 }] as const
    const context = contextOf(3, { lineage: { ...steps[0], previous: "source" } })
    const inputs = Array.from({ length: 40 }, (_, i) => lineageNode(contextOf(i)))
    const record = lineageRecord({ kind: "alert", context, id: "a/1", inputs, inputCount: 1234 })
    assert.deepStrictEqual(record, {
      id: "a/1",
      kind: "alert",
      sourceId: "radar-1",
      sensorTimestamp: 3,
      steps,
      inputs: inputs.slice(0, mostInputs),
      inputCount: 1234
    })
    assert.strictEqual(lineageRecord({ kind: "alert", context, inputs }).inputCount, 40)
    const own = lineageRecord({ kind: "observation", context: contextOf(7) })
    assert.deepStrictEqual([own.id, own.steps, own.inputs, own.inputCount], [contextOf(7).id, [], [], 0])
  })

  it("has an edge per parent, joined by the last step that names it, and none to itself", () => {
    const node = { kind: "observation", sourceId: "s", sensorTimestamp: 1 }
    const record = {
      ...node,
      id: "out",
      inputCount: 3,
      inputs: [{ ...node, id: "a" }, { ...node, id: "b" }, { ...node, id: "out" }],
      steps: [
        { operator: "decode", at: 1, parents: ["a"], parentCount: 1 },
        { operator: "window", at: 2, parents: ["a", "c", "out"], parentCount: 9 },
        { operator: "alert", at: 3, parents: ["out"], parentCount: 1 }
      ]
    }
    assert.sameDeepMembers([...edgesOf(record)], [
      { child: "out", parent: "a", operator: "window", at: 2 },
      { child: "out", parent: "c", operator: "window", at: 2 },
      { child: "out", parent: "b", operator: "alert", at: 3 }
    ])
    assert.deepStrictEqual(edgesOf({ ...record, steps: [], inputs: [{ ...node, id: "a" }] }), [
      { child: "out", parent: "a", operator: "observation", at: 1 }
    ])
  })

  it.effect.prop(
    "steps are read back as they were written",
    {
      steps: Schema.Array(Schema.Struct({
        operator: Schema.String,
        at: Schema.Finite.check(Schema.isBetween({ minimum: -1e12, maximum: 1e13 })),
        parents: Schema.Array(Schema.String),
        parentCount: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e9 }))
      })),
      id: Schema.String
    },
    ({ id, steps }) =>
      Effect.sync(() => {
        const own = { operator: "own", at: 1.0625, parents: [id], parentCount: 3 }
        const all = [own, ...steps.map((step) => ({ ...step, at: step.at + 0 }))]
        assert.deepStrictEqual(decodeSteps(id, encodeSteps(id, all)), all)
      })
  )

  it("steps of a version not known are not guessed at", () => {
    for (const text of ["", "[2,[]]", "{}", `[1,[["a",1,null]]]`]) assert.isUndefined(decodeSteps("x", text), text)
  })

  it.effect.prop(
    "a fan-in names the four that weigh most, whatever the order",
    { parents: Schema.Array(Schema.Struct({ id: Id, weight: Weight })), rotate: Schema.Int },
    ({ parents: drawn, rotate }) =>
      Effect.sync(() => {
        const parents = drawn.map(({ id, weight }) => ({ id, weight: weight === "none" ? Number.NaN : weight }))
        // Zero weighs the same whatever its sign.
        const order = (weight: number) => Number.isNaN(weight) ? -Infinity : weight + 0
        const expected = Array.from(new Set(parents.map(({ id }) => id)), (id) => ({
          id,
          weight: Math.max(...parents.filter((each) => each.id === id).map(({ weight }) => order(weight)))
        })).sort((a, b) => b.weight === a.weight ? (a.id < b.id ? -1 : 1) : b.weight - a.weight)
        const cut = parents.length === 0 ? 0 : Math.abs(rotate % parents.length)
        for (const arrival of [parents, parents.toReversed(), [...parents.slice(cut), ...parents.slice(0, cut)]]) {
          const most = heaviestParents(arrival)
          assert.isAtMost(most.length, 4)
          const weights = (ids: ReadonlyArray<string>) =>
            ids.map((id) => expected.find((each) => each.id === id)?.weight)
          assert.deepStrictEqual(weights(most), weights(expected.slice(0, 4).map(({ id }) => id)))
          assert.deepStrictEqual(most, heaviestParents(parents))
        }
      })
  )

  it("of parents that weigh 0 and -0 a fan-in names the lesser id first, whatever the order", () => {
    const [a, b] = [{ id: "a", weight: -0 }, { id: "b", weight: 0 }]
    assert.deepStrictEqual([heaviestParents([a, b]), heaviestParents([b, a])], [["a", "b"], ["a", "b"]])
  })
})

describe("a walk", () => {
  const ring = (size: number) => (node: number) => [[node, (node + 1) % size] as const]

  it("ends on a cycle and says how far each node is", () => {
    const { depths, edges, truncated } = walk([0], ring(4), ([, next]) => next)
    assert.deepStrictEqual(Array.from(depths), [[0, 0], [1, 1], [2, 2], [3, 3]])
    assert.lengthOf(edges, 4)
    assert.isFalse(truncated)
  })

  it("stops at its bounds and says so", () => {
    const deep = walk([0], ring(10), ([, next]) => next, { maxDepth: 3, maxNodes: 100 })
    assert.deepStrictEqual([deep.depths.size, deep.edges.length, deep.truncated], [4, 3, true])
    const wide = walk([0], ring(10), ([, next]) => next, { maxDepth: 100, maxNodes: 5 })
    assert.deepStrictEqual([wide.depths.size, wide.truncated], [6, true])
    assert.isFalse(walk([0], ring(10), ([, next]) => next, { maxDepth: 9, maxNodes: 9 }).truncated)
  })
})
