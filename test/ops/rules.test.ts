/** The rules of ops/prometheus: promtool's own tests, and that every alert says how severe it is, what to do, and where to look. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { whyNoPrometheus } from "../support/prometheus.ts"

const root = join(import.meta.dirname, "../..")
const folder = join(root, "ops/prometheus")
const alerts = readFileSync(join(folder, "alerts.yml"), "utf8")

const promtool = (cwd: string, ...args: ReadonlyArray<string>) => spawnSync("promtool", args, { cwd, encoding: "utf8" })

const blocks = alerts.split("- alert: ").slice(1)

const dashboard: { readonly panels: ReadonlyArray<{ readonly id: number }> } = JSON.parse(
  readFileSync(join(root, "ops/grafana/perigee.json"), "utf8")
)

describe("each alert", () => {
  for (const block of blocks) {
    const [name = ""] = block.split("\n")
    it(`${name} has a severity, a chapter that is there, a panel that is there, and a test for and against it`, () => {
      assert.match(block, /severity: (page|ticket)$/m)
      const [, chapter = "none"] = /runbook: "([^"]+)"/.exec(block) ?? []
      assert.isTrue(existsSync(join(root, chapter)), chapter)
      const [, panel] = /viewPanel=(\d+)/.exec(block) ?? []
      assert.isTrue(dashboard.panels.some(({ id }) => id === Number(panel)), `panel ${panel}`)
      const tests = readFileSync(join(folder, "rules.test.yml"), "utf8")
      assert.include(tests, `"${name} fires"`)
      assert.include(tests, `"${name} stays quiet"`)
    })
  }
})

describe.skipIf(whyNoPrometheus !== undefined)(`promtool ${whyNoPrometheus ?? ""}`, () => {
  it("finds the rules sound, and their tests hold", () => {
    const checked = promtool(folder, "check", "rules", "recording.yml", "alerts.yml")
    assert.strictEqual(checked.status, 0, checked.stderr)
    const config = promtool(folder, "check", "config", "prometheus.yml")
    assert.strictEqual(config.status, 0, config.stderr)
    const tested = promtool(folder, "test", "rules", "rules.test.yml")
    assert.strictEqual(tested.status, 0, tested.stdout + tested.stderr)
  }, 120_000)

  it("the tests do test: with a bound moved they fail", () => {
    const copy = mkdtempSync(join(tmpdir(), "perigee-rules-"))
    try {
      cpSync(folder, copy, { recursive: true })
      writeFileSync(join(copy, "alerts.yml"), alerts.replace("max > 30", "max > 3000"))
      assert.notStrictEqual(promtool(copy, "test", "rules", "rules.test.yml").status, 0)
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }, 120_000)
})
