import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { nexmarkQueries } from "../../bench/nexmark/queries/types.ts"
import { bench, benchQueries } from "../../src/commands/bench.ts"
import { runner } from "../support/command.ts"

const run = runner(bench)

describe("perigee bench nexmark", () => {
  it("knows the queries that there are", () => assert.deepStrictEqual([...benchQueries], [...nexmarkQueries]))

  it.live("prints one JSON document with the yardstick's answer", () =>
    Effect.gen(function*() {
      const { code, out } = yield* run(["nexmark", "--query", "q5", "--n", "1000", "--seed", "42", "--json"])
      assert.strictEqual(code, 0)
      assert.lengthOf(out, 1)
      const { eventsPerCpuSecond, ...rest } = JSON.parse(out[0] ?? "").queries[0]
      assert.deepStrictEqual(rest, { query: "q5", count: 6, hash: "3017373a9f7d39e2", lateDropped: 0 })
      assert.isAbove(eventsPerCpuSecond, 0)
    }))

  it.live("prints a table for people; arrays and tracing change no answer", () =>
    Effect.gen(function*() {
      const args = ["--query", "q4", "--n", "1000", "--disorder", "0", "--array-size", "7", "--ratio", "1"]
      const { out } = yield* run(["nexmark", ...args])
      const [head = "", row = "", ...more] = (out[0] ?? "").split("\n")
      assert.match(head, /^query +events\/CPU-second +rows +digest +late$/)
      assert.match(row, /^q4 +\d+\.\d{3} M +10 +e2eaf640451330f7 +0$/)
      assert.lengthOf(more, 0)
    }))

  it.live.each<readonly [args: ReadonlyArray<string>, message: string]>([
    [["--n", "0"], "--n 0: expected a number from 1 to 2147483647"],
    [["--disorder", "-1"], "--disorder -1: expected a number from 0 to 2147483647"],
    [["--seed", "2147483648"], "--seed 2147483648: expected a number from -2147483648 to 2147483647"],
    [["--array-size", "0"], "--array-size 0: expected a number from 1 to 65536"],
    [["--ratio", "1.5"], "--ratio 1.5: expected a number from 0 to 1"]
  ])("refuses %j", ([args, message]) =>
    Effect.gen(function*() {
      const { code, failure, out } = yield* run(["nexmark", "--query", "q5", ...args])
      assert.deepStrictEqual({ code, failure, out }, { code: 2, failure: message, out: [] })
    }))
})
