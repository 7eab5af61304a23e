import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { fusionStages } from "../support/fusionShape.ts"
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

  it(
    "an alert leads to the observations behind it with their steps, each of them and their sensor back to the alert",
    async () => {
      const run = await perigee(["run", "--for", "20s", "--seed", "7", "--speed", "4", "--json"], cwd)
      assert.strictEqual(run.code, 0, run.stderr)
      const { alerts, traces } = JSON.parse(run.stdout)
      assert.isAbove(alerts.length, 0)
      // Whether an alert's trigger was sampled is of no account: more alerts have a lineage than traces were sampled for.
      assert.isAtLeast(traces.kept, traces.sampled)
      const ask = async (...args: ReadonlyArray<string>) => {
        const answer = await perigee(["lineage", ...args, "--json", "--data-dir", ".perigee/rehearsal"], cwd)
        assert.strictEqual(answer.code, 0, answer.stderr)
        return JSON.parse(answer.stdout)
      }
      interface Node {
        readonly id: string
        readonly kind: string
        readonly sourceId: string
        readonly sensorTimestamp: string
      }
      for (const { alertId, sequence } of alerts.slice(0, 2)) {
        const back = await ask("backward", `${alertId}/${sequence}`)
        const inputs: ReadonlyArray<Node> = back.inputs
        assert.isAbove(inputs.length, 0)
        for (const { kind, sourceId } of inputs) {
          assert.strictEqual(kind, "observation")
          assert.match(sourceId, /^(radar|optical|isl)-/)
        }
        const [version] = back.matched
        assert.isAtLeast(version.inputCount, inputs.length)
        const operators: ReadonlyArray<string> = back.steps.filter(({ id }: Node) => id === version.id)
          .map(({ operator }: { readonly operator: string }) => operator)
        assert.deepStrictEqual(operators, fusionStages)
        const [input] = inputs
        assert.isDefined(input)
        const forward = await ask("forward", input.id)
        assert.include(forward.outputs.map(({ id }: Node) => id), version.id)
        const day = input.sensorTimestamp.slice(0, 11)
        const source = await ask("--source", input.sourceId, "--since", `${day}00:00:00Z`, "--until", `${day}23:59:59Z`)
        assert.include(source.outputs.map(({ id }: Node) => id), version.id)
        const before = await ask("--source", input.sourceId, "--until", "2020-01-01T00:00:00Z")
        assert.deepStrictEqual(before.outputs, [])
      }
    },
    180_000
  )
})
