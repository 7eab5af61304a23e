import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { brokenRules } from "../support/openLineageRules.ts"
import { perigee } from "../support/perigee.ts"

let cwd = ""
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "perigee-cli-"))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

describe("perigee run and lineage", () => {
  it(
    "a run tells its start and its end, with what it read and wrote, and leaves lineage that can be asked",
    async () => {
      const run = await perigee(["run", "--for", "5s", "--seed", "7", "--speed", "4", "--json"], cwd)
      assert.strictEqual(run.code, 0, run.stderr)
      const summary = JSON.parse(run.stdout)
      const lines = readFileSync(join(cwd, ".perigee/rehearsal/openlineage.jsonl"), "utf8").trimEnd().split("\n")
      const [start, complete] = lines.map((line) => JSON.parse(line))
      assert.lengthOf(lines, 2)
      assert.deepStrictEqual([...brokenRules(start), ...brokenRules(complete)], [])
      assert.deepStrictEqual([start.eventType, complete.eventType], ["START", "COMPLETE"])
      assert.strictEqual(start.run.runId, complete.run.runId)
      assert.strictEqual(complete.inputs[0].inputFacets.inputStatistics.rowCount, summary.observations.total)
      const [alerts] = complete.outputs
      assert.match(alerts.name, /rehearsal\/log\.sqlite#alerts$/)
      const { emitted } = summary.stages.find(({ stage }: { readonly stage: string }) => stage === "publish")
      assert.strictEqual(alerts.outputFacets.outputStatistics.rowCount, emitted)

      const directory = ["--data-dir", ".perigee/rehearsal"]
      const unknown = await perigee(["lineage", "backward", "nothing", ...directory], cwd)
      assert.deepStrictEqual([unknown.code, unknown.stdout], [1, ""])
      assert.match(unknown.stderr, /no lineage of nothing is kept/)
      const source = await perigee(["lineage", "--source", "radar-1", "--json", ...directory], cwd)
      assert.strictEqual(source.code, 0, source.stderr)
      assert.strictEqual(JSON.parse(source.stdout).direction, "forward")
      const elsewhere = await perigee(["lineage", "forward", "a"], cwd)
      assert.strictEqual(elsewhere.code, 2)
    },
    120_000
  )
})
