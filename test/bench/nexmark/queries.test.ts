import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { isPerson, makeGenerator } from "../../../bench/nexmark/events.ts"
import { loops } from "../../../bench/nexmark/loops/index.ts"
import { finalPrices } from "../../../bench/nexmark/queries/finalPrices.ts"
import { pipelines } from "../../../bench/nexmark/queries/index.ts"
import type { PipelineOptions } from "../../../bench/nexmark/queries/pipeline.ts"
import { type NexmarkAnswer, nexmarkQueries, type NexmarkRun } from "../../../bench/nexmark/queries/types.ts"
import { envelope } from "../../../src/domain/stream/Envelope.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"
import { survivesRestore } from "../../../src/testing/laws.ts"
import { publishedAnswers } from "../../support/sharedNexmark.ts"
import { Drawn, eventsOf } from "./arbitraryEvents.ts"
import { answerOf, oracle } from "./oracle.ts"

const answer = (run: NexmarkRun, options?: PipelineOptions): Effect.Effect<NexmarkAnswer> =>
  pipelines[run.query](run, options)

/** Numbers from 1 to 300 that look random and are the same every time. */
const randomCuts = (seed: number): () => number => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return 1 + (state >>> 8) % 300
  }
}

const all = publishedAnswers()

describe("NEXMark by operators", () => {
  it.effect.each([0, 700, 2999])("q4's own operator survives a snapshot after %d events", (at) => {
    // An auction comes before its bids: backwards, every bid is early.
    const drawn = makeGenerator({ seed: 3, disorder: 0 }).generate(0, 3000).filter((event) => !isPerson(event))
    const items = drawn.toReversed().map((event, index) => envelope(event, contextOf(index, { eventTime: event.ts })))
    return survivesRestore(finalPrices, items, at)
  })

  it.each(nexmarkQueries)("%s is under 40 lines", (query) => {
    const path = join(import.meta.dirname, `../../../bench/nexmark/queries/${query}.ts`)
    const lines = readFileSync(path, "utf8").trimEnd().split("\n")
    assert.isBelow(lines.length, 40)
  })

  describe.skipIf(all === undefined)(
    `the published answers${all === undefined ? " (expected.json is not beside the repository)" : ""}`,
    () => {
      const cases = (all ?? []).filter(({ n }) => n <= 1_000_000).flatMap(({ disorderMs, n, queries, seed }) =>
        nexmarkQueries.map((query) => ({ query, n, disorder: disorderMs, seed, expected: queries[query] }))
      )

      it("are of both disorders, all queries and 1,000,000 events", () => {
        for (const disorder of [0, 2000]) {
          const of = cases.filter((each) => each.disorder === disorder && each.n === 1_000_000)
          assert.deepStrictEqual(of.map(({ query }) => query), [...nexmarkQueries])
        }
      })

      it.live.each(cases)(
        "$query, $n events, disorder $disorder, seed $seed",
        ({ expected, ...run }) =>
          Effect.gen(function*() {
            assert.deepStrictEqual(yield* answer(run), { ...expected, lateDropped: 0 })
          })
      )
    }
  )

  describe("do not depend on how the events are cut into arrays", () => {
    const cuts: ReadonlyArray<readonly [name: string, arraySize: PipelineOptions["arraySize"]]> = [
      ["1", 1],
      ["7", 7],
      ["256", 256],
      ["random", randomCuts(5)],
      ["other random", randomCuts(77)]
    ]
    it.live.each(cuts)("arrays of %s", ([name, arraySize]) =>
      Effect.gen(function*() {
        for (const query of nexmarkQueries) {
          for (const disorder of [0, 2000]) {
            const run = { query, n: name === "1" ? 20_000 : 100_000, disorder, seed: 42 }
            const options = arraySize === undefined ? {} : { arraySize }
            assert.deepStrictEqual(yield* answer(run, options), loops[query](run), `${query}, disorder ${disorder}`)
          }
        }
      }))
  })

  it.live.each([0, 1])("do not depend on tracing: share %d", (ratio) =>
    Effect.gen(function*() {
      for (const query of nexmarkQueries) {
        const run = { query, n: 30_000, disorder: 2000, seed: 7 }
        assert.deepStrictEqual(yield* answer(run, { ratio }), loops[query](run), query)
      }
    }))

  it.live.each([1, 0, -7, 0x7fffffff, 20261121])(
    "agree with the plain loops: seed %d",
    (seed) =>
      Effect.gen(function*() {
        for (const query of nexmarkQueries) {
          for (const disorder of [0, 777, 2000]) {
            const run = { query, n: 50_000, disorder, seed }
            assert.deepStrictEqual(yield* answer(run), loops[query](run), `${query}, disorder ${disorder}`)
          }
        }
      })
  )

  it.live.prop(
    "agree with the plainest reading of the queries on events in any order that the disorder allows",
    [
      Drawn,
      Schema.Literals([0, 1, 500, 2000, 15_000]),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 }))
    ],
    ([drawn, disorder, arraySize]) =>
      Effect.gen(function*() {
        const events = eventsOf(drawn, disorder)
        for (const query of nexmarkQueries) {
          const run = { query, n: events.length, disorder, seed: 0 }
          const generate = (start: number, count: number) => events.slice(start, start + count)
          assert.deepStrictEqual(
            yield* answer(run, { arraySize, ratio: 0.5, events: () => ({ generate }) }),
            { ...answerOf(oracle(query, events)), lateDropped: 0 },
            query
          )
        }
      }),
    { arbitrary: { runs: 100, size: 100 } }
  )

  it.live.each(["q4", "q5", "q7", "q8"] as const)(
    "%s drops and counts what comes too late",
    (query) =>
      Effect.gen(function*() {
        const run = { query, n: 20_000, disorder: 0, seed: 3 }
        const events = () => makeGenerator({ seed: 3, disorder: 60_000 })
        assert.isAbove((yield* answer(run, { events })).lateDropped, 0)
        assert.strictEqual((yield* answer({ ...run, disorder: 60_000 }, { events })).lateDropped, 0)
      })
  )
})
