import { assert, describe, it } from "@effect/vitest"
import { flinkResult } from "../../../bench/nexmark/flink.ts"
import { measure } from "../../../bench/nexmark/queries/measure.ts"
import type { NexmarkAnswer } from "../../../bench/nexmark/queries/types.ts"

const run = { query: "q1", n: 1000, disorder: 0, seed: 1 } as const

describe("measuring a query", () => {
  it("warms up with fewer events, runs as often as told, and gives the answer", async () => {
    const sizes: Array<number> = []
    const work = ({ n }: { readonly n: number }): Promise<NexmarkAnswer> => {
      sizes.push(n)
      return Promise.resolve({ count: n, hash: "00", lateDropped: 3 })
    }
    const { eventsPerCpuSecond, ...rest } = await measure(run, work, { warmUps: 2, warmUpEvents: 10, runs: 3 })
    assert.deepStrictEqual(sizes, [10, 10, 1000, 1000, 1000])
    assert.deepStrictEqual(rest, { query: "q1", count: 1000, hash: "00", lateDropped: 3 })
    assert.isAbove(eventsPerCpuSecond, 0)
  })

  it("refuses runs that disagree", async () => {
    let hash = 0
    const work = (): NexmarkAnswer => ({ count: 1, hash: String(hash++), lateDropped: 0 })
    const error = await measure(run, work, { warmUps: 0, runs: 2 }).catch((cause: unknown) => String(cause))
    assert.match(String(error), /runs disagree/)
  })
})

describe("Flink's answer", () => {
  const line = (cpu: number, hash = "ab") =>
    `{"system":"flink-p1","query":"q5","n":1000,"d":0,"seed":1,"wall":1.0,"cpu":${cpu},"eps":1,"epcpu":1,"count":2,"hash":"${hash}"}`

  it("is the run with the median of CPU time", () => {
    assert.deepStrictEqual(flinkResult(["noise", line(4), line(1), line(2), ""].join("\n")), {
      query: "q5",
      count: 2,
      hash: "ab",
      eventsPerCpuSecond: 500
    })
  })

  it.each([["no result", ""], ["disagree", `${line(1)}\n${line(1, "cd")}`], ["Missing key", `{"query":"q5"}`]])(
    "is refused: %s",
    (reason, output) => {
      assert.throws(() => flinkResult(output), reason)
    }
  )
})
