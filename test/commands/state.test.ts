import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { state } from "../../src/commands/state.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import type { TaskChanges } from "../../src/layers/log/LogUnits.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(state)
const bytes = (text: string) => new TextEncoder().encode(text)

/** Two stages with three entries. */
const changes: TaskChanges = new Map([
  [
    "track",
    new Map([["tracks", {
      version: 1,
      changes: [{ key: bytes("a"), value: bytes("12345") }, { key: bytes("b"), value: bytes("1") }]
    }]])
  ],
  ["alert", new Map([["open", { version: 2, changes: [{ key: bytes("c"), value: bytes("1") }] }]])]
])

const directoryWithState = Effect.gen(function*() {
  const directory = yield* temporaryDirectory
  yield* Effect.gen(function*() {
    const { units } = yield* MessageLog
    yield* units?.commit({ task: "fusion", appends: [], positions: [], changes, closed: false, at: 0 }) ??
      Effect.die("none")
  }).pipe(Effect.provide(EmbeddedLog.layer({ directory })), Effect.scoped)
  return directory
})

const stagesIn = (json: string): ReadonlyArray<string> =>
  JSON.parse(json).tasks.flatMap((
    { parts }: { parts: ReadonlyArray<{ stage: string; part: string; entries: number }> }
  ) => parts.map(({ entries, part, stage }) => `${stage}/${part} ${entries}`))

describe("perigee state", () => {
  it.live("lists what is kept, and lets one stage, then all, begin anew", () =>
    Effect.gen(function*() {
      const directory = yield* directoryWithState
      const where = ["--data-dir", directory]
      const { code, out } = yield* run(["list", ...where])
      assert.strictEqual(code, 0)
      assert.include(out.join("\n"), "fusion: 1 commit unit, the last at 1970-01-01T00:00:00")
      const listed = Effect.map(run(["list", ...where, "--json"]), ({ out }) => stagesIn(out.join("")))
      assert.deepStrictEqual(yield* listed, ["track/tracks 2", "alert/open 1"])
      const reset = yield* run(["reset", ...where, "--stage", "track", "--json"])
      assert.deepStrictEqual(JSON.parse(reset.out.join("")), { task: "fusion", stage: "track", removed: 2 })
      assert.deepStrictEqual(yield* listed, ["alert/open 1"])
      assert.include((yield* run(["reset", ...where])).out.join(""), "1 entry of fusion forgotten")
      assert.deepStrictEqual(yield* listed, [])
    }).pipe(Effect.scoped))

  it.live("what is not there is bad input, named with what is", () =>
    Effect.gen(function*() {
      const directory = yield* directoryWithState
      const stage = yield* run(["reset", "--data-dir", directory, "--stage", "trak"])
      assert.strictEqual(stage.code, 2)
      assert.include(stage.failure ?? "", "fusion keeps state of track, alert")
      const task = yield* run(["reset", "--data-dir", directory, "--task", "fission"])
      assert.strictEqual(task.code, 2)
      assert.include(task.failure ?? "", "no state is kept of a task fission")
    }).pipe(Effect.scoped))
})
