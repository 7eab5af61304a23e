/** Canaries as a person sees them: the whole program, over its real sockets. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { checkSummary } from "../../scripts/ci/checkSummary.ts"
import { perigee, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

const minutes = 60_000

let cwd = ""
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "perigee-canary-"))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const alertsOf = (summary: { readonly alerts: ReadonlyArray<Record<string, unknown>> }) =>
  summary.alerts.map(({ sequence: _, ...alert }) => alert)

describe("canaries of a run", () => {
  it("all come through, and observations and alerts of a seed are the same with them and without", async () => {
    const args = ["run", "--for", "40s", "--seed", "7", "--speed", "4", "--json"]
    const off = await perigee([...args, "--data-dir", join(cwd, "off")], cwd)
    const on = await perigee([...args, "--data-dir", join(cwd, "on")], cwd, { PERIGEE_CANARIES: "on" })
    assert.deepStrictEqual([off.code, on.code], [0, 0], on.stderr)
    assert.deepStrictEqual(checkSummary(on.stdout), [])
    const [without, summary] = [JSON.parse(off.stdout), JSON.parse(on.stdout)]
    assert.deepStrictEqual(without.canaries, { emitted: 0, arrived: 0, late: 0, missed: 0 })
    assert.strictEqual(summary.canaries.emitted, 6)
    assert.isAtLeast(summary.canaries.arrived, 3)
    assert.deepStrictEqual(summary.observations, without.observations)
    assert.deepStrictEqual(alertsOf(summary), alertsOf(without))
    assert.deepStrictEqual(summary.deadLetters, without.deadLetters)
    assert.deepStrictEqual(Object.keys(summary.sources).toSorted(), Object.keys(without.sources).toSorted())
  }, 2 * minutes)

  it("perigee canary wait ends when the first has come through a running instance", async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const running = startPerigee(["run", "--data-dir", join(cwd, "wait")], cwd, { PERIGEE_HTTP_PORT: String(port) })
    const { code, stderr, stdout } = await perigee(["canary", "wait", "--url", url, "--json"], cwd)
    running.signal("SIGTERM")
    await running.done
    assert.strictEqual(code, 0, stderr)
    assert.isAtLeast(JSON.parse(stdout).arrived, 1)
  }, 2 * minutes)
})
