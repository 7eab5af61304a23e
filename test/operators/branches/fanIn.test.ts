import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { type Control, progress, watermark } from "../../../src/domain/stream/Envelope.ts"
import { BranchControls } from "../../../src/operators/branches/fanIn.ts"
import { fork } from "../../../src/operators/branches/fork.ts"
import { direct, nodeGraph } from "../../../src/operators/graph/Graph.ts"
import { makeOperator } from "../../../src/operators/stage/Operator.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { arrays, collectItems, events } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const branches = 3
const Small = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))
const Step = Schema.Union([
  Schema.TaggedStruct("progress", { branch: Small(branches - 1), partition: Small(1), offset: Small(20) }),
  Schema.TaggedStruct("watermark", { branch: Small(branches - 1), time: Small(20) }),
  Schema.TaggedStruct("end", { branch: Small(branches - 1) })
])

const told = (controls: ReadonlyArray<Control | undefined>): ReadonlyArray<string> =>
  controls.flatMap((control) =>
    control === undefined ?
      []
      : control._tag === "Progress"
      ? control.positions.map(({ offset, partition }) => `${partition} to ${offset}`)
      : control._tag === "Watermark"
      ? [`time ${control.time}`]
      : ["tick"]
  )

describe("the controls of branches", () => {
  it.prop(
    "say the least of those that have not ended, whenever it rises",
    [Schema.Array(Step)],
    ([steps]) => {
      const controls = new BranchControls(branches)
      const ended = new Set<number>()
      /** By what is told of: how far each branch is, and the last that was told. */
      const far = new Map<string, Array<number>>()
      const last = new Map<string, number>()
      const rises = (name: string): ReadonlyArray<string> => {
        const open = (far.get(name) ?? []).filter((_, branch) => !ended.has(branch))
        const least = open.length === 0 ? Infinity : Math.min(...open)
        // The end of all is no position; it is the end of time.
        if (least <= (last.get(name) ?? -Infinity) || (least === Infinity && name !== "time")) return []
        last.set(name, least)
        return [name === "time" ? `time ${least}` : `${name} to ${least}`]
      }
      const come = (name: string, branch: number, to: number) => {
        const each = far.get(name) ?? Array.from({ length: branches }, () => -Infinity)
        far.set(name, each)
        each[branch] = Math.max(each[branch] ?? -Infinity, to)
      }
      come("time", 0, -Infinity)
      for (const step of steps) {
        if (ended.has(step.branch)) continue
        if (step._tag === "end") {
          ended.add(step.branch)
          const expected = Array.from(far.keys()).filter((name) => name !== "time").flatMap(rises)
          assert.deepStrictEqual(told(controls.end(step.branch)), [...expected, ...rises("time")])
        } else if (step._tag === "watermark") {
          come("time", step.branch, step.time)
          assert.deepStrictEqual(told([controls.pass(step.branch, watermark(step.time))]), rises("time"))
        } else {
          const { branch, offset, partition } = step
          come(`${partition}`, branch, offset)
          const passed = controls.pass(branch, progress([{ topic: "t", partition, offset }]))
          assert.deepStrictEqual(told([passed]), rises(`${partition}`))
        }
      }
    }
  )

  it.effect("a branch that ends before the others holds no position back", () =>
    Effect.gen(function*() {
      const mark = (offset: number) => progress([{ topic: "t", partition: 0, offset }])
      // It is done with the first array, and says so.
      const first = makeOperator<number, number, never, never>(
        nodeGraph({ name: "first", kind: "effectful", edge: direct }),
        (self) => Stream.take(self, 2)
      )
      const all = events([1, 2, 3])
      const out = yield* collectItems(
        arrays([[...all.slice(0, 1), mark(1)], [...all.slice(1, 2), mark(2)], [...all.slice(2), mark(3)]]).pipe(
          fork({ whole: Stage.map("whole", (n: number) => n), first })
        )
      )
      const marks = out.flatMap((item) => item._tag === "Progress" ? item.positions.map(({ offset }) => offset) : [])
      assert.strictEqual(marks.at(-1), 3)
    }).pipe(Effect.provide(stageLayer)))
})
