import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { nothingUsable, toJson, toText } from "../../../src/commands/run/RunReport.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { noneYet, type SourceCounters } from "../../../src/layers/sources/SourceStats.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { makeTally } from "../../../src/operators/fusion/observations/decode.ts"

const report = Effect.gen(function*() {
  const { countsOf, stages } = yield* StageRegistry
  Object.assign(countsOf("dedupe"), { in: 10, processed: 7, filtered: 3, emitted: 7, evicted: 2 })
  countsOf("dedupe").filteredReasons.set("duplicate", 3)
  return {
    seed: 7,
    startedAt: seededStart,
    stoppedAt: seededStart + 20_000,
    tally: { ...makeTally(), byKind: new Map([["radar", 8], ["optical", 2]] as const) },
    stages: stages(),
    alerts: [],
    deadLetters: new Map([["Late", 1]]),
    sources: new Map(),
    canaries: { emitted: 3, arrived: 2, late: 1, missed: 0 },
    tracesSampled: 4,
    tracesKept: 3
  }
}).pipe(Effect.provide(StageRegistry.layer))

describe("the summary of a run", () => {
  it.effect("has of each stage what came in, how it ended, and what left its state for want of room", () =>
    Effect.gen(function*() {
      const { canaries, deadLetters, elapsedSeconds, observations, stages, traces } = toJson(yield* report)
      assert.deepStrictEqual(stages, [{
        stage: "dedupe",
        in: 10,
        processed: 7,
        filtered: 3,
        late: 0,
        dead: 0,
        shed: 0,
        inFlight: 0,
        emitted: 7,
        evicted: 2,
        filteredReasons: { duplicate: 3 }
      }])
      assert.deepStrictEqual([elapsedSeconds, observations.total, deadLetters.total], [20, 10, 1])
      assert.deepStrictEqual(observations.bySourceKind, { optical: 2, radar: 8 })
      assert.deepStrictEqual(canaries, { emitted: 3, arrived: 2, late: 1, missed: 0 })
      assert.deepStrictEqual(traces, { sampled: 4, kept: 3 })
    }))

  it.effect("is the same for a person, a line each", () =>
    Effect.gen(function*() {
      const lines = toText(yield* report).split("\n")
      assert.lengthOf(lines, 7)
      assert.include(lines, "dead letters 1 (Late 1)")
      assert.include(lines, "canaries 3  arrived 2  late 1  missed 0")
    }))

  it.effect("a file of which nothing could be used is told; one usable record, or a canary, is enough", () =>
    Effect.gen(function*() {
      const one = yield* report
      const received = (count: number): ReadonlyMap<string, SourceCounters> =>
        new Map([["file", { ...noneYet(), received: count }]])
      const none = { ...one, tally: makeTally(), deadLetters: new Map([["Deserialization", 3]]) }
      assert.strictEqual(nothingUsable({ ...one, sources: received(11) }, "f"), undefined)
      assert.strictEqual(nothingUsable({ ...none, sources: received(4) }, "f"), undefined)
      assert.strictEqual(
        nothingUsable({ ...none, sources: received(3) }, "f"),
        "f: nothing in it can be used: 3 records, all of them dead letters (Deserialization 3)"
      )
      assert.strictEqual(
        nothingUsable({ ...none, deadLetters: new Map(), sources: received(0) }, "f"),
        "f: there is no observation in it"
      )
    }))
})
