/** `perigee plan` on a real directory: made, nothing left, taken away, made again as it was. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { plan } from "../../src/commands/plan.ts"
import { runner } from "../support/command.ts"

const run = runner(plan)

interface Outcome {
  readonly rounds: number
  readonly done: boolean
  readonly steps: ReadonlyArray<
    { readonly id: string; readonly changed: boolean; readonly from: string | null; readonly to: string | null }
  >
}

const inDirectory = <A, E>(test: (directory: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-plan-"))),
    (parent) => test(join(parent, "data")),
    (parent) => Effect.sync(() => rmSync(parent, { recursive: true, force: true }))
  )

const json = (directory: string, ...args: ReadonlyArray<string>) =>
  Effect.map(run(["--data-dir", directory, "--json", ...args], { PERIGEE_TRACING: "off" }), ({ failure, out }) => {
    if (failure !== undefined) throw new Error(failure)
    // Above it stand the log lines, which here go the same way.
    const outcome: Outcome = JSON.parse(out.at(-1) ?? "")
    return outcome
  })

describe("perigee plan", () => {
  it.live(
    "makes directory, tables and topics; the second run has no step; destroyed and made again it is as it was",
    () =>
      inDirectory((directory) =>
        Effect.gen(function*() {
          const dry = yield* json(directory, "--dry-run")
          assert.isFalse(existsSync(directory))
          assert.isTrue(dry.steps.every(({ changed }) => !changed))
          const first = yield* json(directory)
          const ids = first.steps.map(({ id }) => id)
          assert.includeMembers(ids, [
            "tables:log",
            "tables:lineage",
            "tables:slo",
            "topic:observations",
            "topic:alerts"
          ])
          assert.isTrue(first.done)
          assert.deepStrictEqual((yield* json(directory)).steps, [])
          const gone = yield* json(directory, "--destroy")
          assert.isTrue(gone.done)
          assert.isFalse(existsSync(directory))
          const again = yield* json(directory)
          assert.deepStrictEqual(again.steps, first.steps)
        })
      ),
    60_000
  )

  it.live(
    "what others put into the directory is left, and so is the directory",
    () =>
      inDirectory((directory) =>
        Effect.gen(function*() {
          yield* json(directory)
          writeFileSync(join(directory, "notes.txt"), "mine")
          yield* json(directory, "--destroy")
          assert.deepStrictEqual(readdirSync(directory), ["notes.txt"])
        })
      ),
    60_000
  )
})
