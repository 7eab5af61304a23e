import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { makeGenerator, type NexmarkEvent } from "../../../bench/nexmark/events.ts"
import { loops } from "../../../bench/nexmark/loops/index.ts"
import { onArrays } from "../../../bench/nexmark/loops/onArrays.ts"
import { type NexmarkAnswer, nexmarkQueries, type NexmarkQuery } from "../../../bench/nexmark/queries/types.ts"
import { publishedAnswers } from "../../support/sharedNexmark.ts"
import { Drawn, eventsOf } from "./arbitraryEvents.ts"
import { answerOf, oracle } from "./oracle.ts"

const agreeOn = (events: ReadonlyArray<NexmarkEvent>, answer: (query: NexmarkQuery) => NexmarkAnswer): void => {
  for (const query of nexmarkQueries) {
    assert.deepStrictEqual(answer(query), { ...answerOf(oracle(query, events)), lateDropped: 0 }, query)
  }
}

const agree = (n: number, disorder: number, seed: number): void =>
  agreeOn(makeGenerator({ seed, disorder }).generate(0, n), (query) => loops[query]({ query, n, disorder, seed }))

// Some of the yardstick's own, so that there is always something to hold to.
const published: ReadonlyArray<readonly [n: number, disorder: number, NexmarkQuery, count: number, hash: string]> = [
  [1000, 0, "q0", 1000, "1420a6fcda3961fe"],
  [1000, 0, "q4", 10, "e2eaf640451330f7"],
  [1000, 2000, "q0", 1000, "56ef4695b2afc005"],
  [1000, 2000, "q5", 6, "3017373a9f7d39e2"],
  [1000, 2000, "q7", 2, "32ba1a9111b37d01"],
  [100_000, 0, "q8", 934, "c762c84867672286"],
  [100_000, 2000, "q1", 92_000, "4fb2d9d36a8cd053"],
  [100_000, 2000, "q2", 358, "4ac833752f6e4f50"],
  [100_000, 2000, "q3", 367, "ee720c32c9ba88e6"],
  [100_000, 2000, "q4", 17, "c1ed42a3504338b0"],
  [100_000, 2000, "q5", 10, "878f2d1f682ae20a"],
  [100_000, 2000, "q8", 840, "c3bba5ceacd4cfa1"]
]

const all = publishedAnswers()

describe("NEXMark by plain loops", () => {
  it.each(published)("%d events, disorder %d: %s", (n, disorder, query, count, hash) => {
    assert.deepStrictEqual(loops[query]({ query, n, disorder, seed: 42 }), { count, hash, lateDropped: 0 })
  })

  it.each([0, 2000])("agree with the plainest reading of the queries, disorder %d", (disorder) => {
    for (const seed of [1, 0, -7, 0x7fffffff, 20261121]) agree(20_000, disorder, seed)
  })

  it.prop(
    "agree with it for any seed, length and disorder, of several windows too",
    [
      Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1500 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60_000 }))
    ],
    ([seed, n, disorder]) => agree(n, disorder, seed)
  )

  it.prop(
    "agree with it on events in any order that the disorder allows, with ties and times on every border",
    [Drawn, Schema.Literals([0, 1, 500, 2000, 15_000])],
    ([drawn, disorder]) => {
      const events = eventsOf(drawn, disorder)
      const event = (n: number): NexmarkEvent => events[n] ?? assert.fail(`no event ${n}`)
      agreeOn(events, (query) => loops[query]({ query, n: events.length, disorder, seed: 0 }, { event }))
    },
    { arbitrary: { runs: 300, size: 150 } }
  )

  it.each([1, 7, 256])("on arrays of %d give the same answers", (size) => {
    for (const n of [0, 1, 3, 4, 5, 49, 50, 51, 54, 255, 256, 257, 30_000]) {
      for (const query of nexmarkQueries) {
        const run = { query, n, disorder: 2000, seed: 5 }
        assert.deepStrictEqual(onArrays(query, size)(run), loops[query](run), `${query}, ${n} events`)
      }
    }
  })

  it.each(["q4", "q5", "q7", "q8"] as const)("%s drops and counts what comes after its window was emitted", (query) => {
    const run = { query, n: 20_000, disorder: 0, seed: 3 }
    assert.isAbove(loops[query](run, makeGenerator({ seed: 3, disorder: 60_000 })).lateDropped, 0)
    assert.strictEqual(loops[query]({ ...run, disorder: 60_000 }).lateDropped, 0)
  })

  describe.skipIf(all === undefined)(
    `the published answers${all === undefined ? " (expected.json is not beside the repository)" : ""}`,
    () => {
      const cases = (all ?? []).filter(({ n }) => n <= 1_000_000)

      it("are of both disorders and all queries", () => {
        assert.deepStrictEqual(new Set(cases.map(({ disorderMs }) => disorderMs)), new Set([0, 2000]))
        for (const { queries } of cases) assert.deepStrictEqual(Object.keys(queries), [...nexmarkQueries])
      })

      it.each(cases)("$n events, disorder $disorderMs, seed $seed", ({ disorderMs, n, queries, seed }) => {
        for (const query of nexmarkQueries) {
          const answer = loops[query]({ query, n, disorder: disorderMs, seed })
          assert.deepStrictEqual(answer, { ...queries[query], lateDropped: 0 }, query)
        }
      })
    }
  )
})
