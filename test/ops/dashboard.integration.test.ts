/** Every query of the Grafana dashboard, asked of a real Prometheus that scrapes a running instance. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll } from "vitest"
import { type Running, startPerigee } from "../support/perigee.ts"
import { freePort, stopProcess } from "../support/process.ts"
import { type Prometheus, startPrometheus, whyNoPrometheus } from "../support/prometheus.ts"

const minutes = 60_000
const dashboard: {
  readonly panels: ReadonlyArray<{ readonly title: string; readonly targets: ReadonlyArray<{ readonly expr: string }> }>
} = JSON.parse(readFileSync(join(import.meta.dirname, "../../ops/grafana/perigee.json"), "utf8"))

const queries = dashboard.panels.flatMap(({ targets, title }) => targets.map(({ expr }) => ({ title, expr })))

describe.skipIf(whyNoPrometheus !== undefined)(`the dashboard ${whyNoPrometheus ?? ""}`, () => {
  let cwd = ""
  let running: Running
  let prometheus: Prometheus | undefined

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-dashboard-"))
    const port = await freePort()
    running = startPerigee(["run", "--speed", "4", "--faults", "wrong-units"], cwd, { PERIGEE_HTTP_PORT: String(port) })
    await running.says(`http: http://127.0.0.1:${port}`)
    prometheus = await startPrometheus(cwd, `127.0.0.1:${port}`)
  }, 2 * minutes)

  afterAll(async () => {
    running.signal("SIGKILL")
    if (prometheus !== undefined) await stopProcess(prometheus.pid)
    await running.done
    rmSync(cwd, { recursive: true, force: true })
  }, minutes)

  it("has data for each of its queries", async () => {
    const empty = new Set(queries.map(({ expr, title }) => `${title}: ${expr}`))
    for (let waited = 0; waited < 240 && empty.size > 0; waited++) {
      for (const { expr, title } of queries.filter(({ expr, title }) => empty.has(`${title}: ${expr}`))) {
        const response = await fetch(`${prometheus?.url}/api/v1/query?${new URLSearchParams({ query: expr })}`)
        const body: { readonly data?: { readonly result: ReadonlyArray<unknown> }; readonly error?: string } = JSON
          .parse(
            await response.text()
          )
        assert.strictEqual(response.status, 200, `${title}: ${expr}: ${body.error}`)
        if ((body.data?.result.length ?? 0) > 0) empty.delete(`${title}: ${expr}`)
      }
      await sleep(500)
    }
    assert.deepStrictEqual([...empty], [])
  }, 4 * minutes)
})
