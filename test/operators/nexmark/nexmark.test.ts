import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loops } from "../../../bench/nexmark/loops/index.ts"
import { type NexmarkPipeline, runPipeline } from "../../../bench/nexmark/queries/pipeline.ts"
import { q3, q4, q8 } from "./queries.ts"

const cases = [[60_000, 2000, 256, 42], [60_000, 0, 7, 7], [20_000, 2000, 1, -3]] as const

const agree = <Row>(query: "q3" | "q4" | "q8", pipeline: NexmarkPipeline<Row>) =>
  Effect.gen(function*() {
    for (const [n, disorder, arraySize, seed] of cases) {
      const run = { query, n, disorder, seed }
      const answer = yield* runPipeline(pipeline, run, { arraySize })
      assert.isAbove(answer.count, 0)
      assert.deepStrictEqual(answer, loops[query](run))
    }
  })

describe("NEXMark with joins and keyed state gives the answers of the plain loops", () => {
  it.live("q3: a join over all time", () => agree("q3", q3))
  it.live("q4: auctions closed by timers, averages by category", () => agree("q4", q4))
  it.live("q8: a join within windows", () => agree("q8", q8))
})
