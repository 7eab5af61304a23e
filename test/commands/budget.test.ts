import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Schema } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { budget } from "../../src/commands/budget.ts"
import { parse } from "../../src/domain/time/UtcTime.ts"
import { EmbeddedSloStore } from "../../src/layers/slo/EmbeddedSloStore.ts"
import { SloStore } from "../../src/layers/slo/SloStore.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(budget)
const at = "2026-03-20T12:00:00Z"
const now = parse(at) ?? 0

const Output = Schema.fromJsonString(Schema.Struct({
  band: Schema.String,
  policy: Schema.String,
  objectives: Schema.Array(Schema.Struct({
    name: Schema.String,
    target: Schema.Finite,
    thresholdSeconds: Schema.Finite,
    windowDays: Schema.Finite,
    good: Schema.Int,
    bad: Schema.Int,
    remaining: Schema.Finite,
    band: Schema.String,
    burnRates: Schema.Record(Schema.String, Schema.Finite)
  }))
}))
const decode = Schema.decodeUnknownResult(Output)

/** What the command says of a data directory whose store holds these counts. */
const told = (good: number, bad: number, ...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    yield* Effect.flatMap(SloStore, (store) =>
      store.record([
        { objective: "alert-latency", time: now - 86_400_000, good, bad },
        { objective: "subscriber-promise", time: now - 86_400_000, good: good + bad, bad: 0 },
        { objective: "alert-latency", time: now - 31 * 86_400_000, good: 0, bad: 100 },
        { objective: "alert-latency", time: now + 86_400_000, good: 0, bad: 100 }
      ])).pipe(Effect.provide(EmbeddedSloStore.layer(directory)))
    return yield* run(["--data-dir", directory, "--at", at, ...args])
  }).pipe(Effect.scoped)

describe("perigee budget", () => {
  it.live("tells the band, with exit code 1 only when a budget is exhausted", () =>
    Effect.gen(function*() {
      const expected = [
        [10_000, 0, "free", 0],
        [10_000, 6, "care", 0],
        [10_000, 10, "freeze", 0],
        [10_000, 20, "exhausted", 1]
      ] as const
      for (const [good, bad, band, code] of expected) {
        const ran = yield* told(good, bad, "--json")
        assert.lengthOf(ran.out, 1)
        const { objectives, band: worst } = Result.getOrThrow(decode(ran.out[0]))
        assert.deepStrictEqual([worst, ran.code], [band, code])
        assert.deepStrictEqual(
          objectives.map((
            one
          ) => [one.name, one.thresholdSeconds, one.target, one.windowDays, one.good, one.bad, one.band]),
          [
            ["alert-latency", 30, 0.999, 30, good, bad, band],
            ["subscriber-promise", 60, 0.995, 30, good + bad, 0, "free"]
          ]
        )
      }
    }))

  it.live("says for a person what may be done", () =>
    Effect.gen(function*() {
      const ran = yield* told(10_000, 20)
      assert.include(ran.out.join("\n"), "exhausted: stop deploying and escalate")
      assert.include(ran.failure, "alert-latency")
      assert.notInclude(ran.failure, "subscriber-promise")
    }))

  it.live("a store without alerts has its whole budget; a folder without a store says nothing, and is left as it is", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const empty = yield* run(["--data-dir", directory, "--json"])
      assert.deepStrictEqual([empty.code, empty.out], [2, []])
      assert.include(empty.failure, `--data-dir ${directory}: no objective has been measured there`)
      assert.isFalse(existsSync(join(directory, "slo.sqlite")))
      yield* Effect.scoped(Layer.build(EmbeddedSloStore.layer(directory)))
      const ran = yield* run(["--data-dir", directory])
      assert.deepStrictEqual([ran.code, ran.out.join("\n").includes("no alerts")], [0, true])
      assert.strictEqual((yield* run(["--data-dir", join(directory, "nowhere")])).code, 2)
      assert.strictEqual((yield* run(["--data-dir", directory, "--at", "yesterday"])).code, 2)
    }).pipe(Effect.scoped))
})
