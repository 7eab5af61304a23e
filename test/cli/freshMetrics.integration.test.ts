/** A fresh start shows every counter that docs/metrics.md names, before anything has happened that it counts. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { ErrorKind } from "../../src/domain/deadletter/DeadLetter.ts"
import { parseOpenMetrics } from "../support/openMetrics.ts"
import { startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

/** With why: their labels are known only when it happens, or nothing of the run counts them. */
const unknowable: ReadonlyMap<string, string> = new Map([
  ["cache_requests_total", "the fusion pipeline has no lookup"],
  ["source_kernel_drops_total", "the kernel is asked once a second, and does not say everywhere"],
  ["tail_sampling_decisions_total", "the reasons come with the decisions"],
  ["tail_sampling_kept_traces_total", "the policies are the user's"]
])

const documented = Array.from(
  readFileSync(resolve(import.meta.dirname, "../../docs/metrics.md"), "utf8").matchAll(/^\| `(\w+)` /gm),
  ([, name = ""]) => name
)
const counters = documented.filter((name) => name.endsWith("_total"))
const histograms = ["alert_latency_seconds", "canary_arrival_latency_seconds", "nodejs_gc_duration_seconds"]

describe("the metrics of a fresh start", () => {
  it("has every counter and histogram of the documentation at 0", async () => {
    assert.includeMembers(documented, histograms)
    assert.isAbove(counters.length, 30)
    const cwd = mkdtempSync(join(tmpdir(), "perigee-fresh-"))
    const port = await freePort()
    const running = startPerigee(["run"], cwd, {
      PERIGEE_HTTP_PORT: String(port),
      PERIGEE_TAIL_POLICY: `{"type":"always_sample"}`
    })
    try {
      await running.says(`http: http://127.0.0.1:${port}`)
      const ask = async () => {
        const headers = { accept: "application/openmetrics-text" }
        return parseOpenMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text())
      }
      let families = await ask()
      for (let i = 0; i < 120 && !families.has("operator_busy_seconds"); i++) {
        await sleep(250)
        families = await ask()
      }
      const samples = new Map(
        Array.from(families.values()).flatMap(({ samples }) => samples).map(({ labels, name, value }) =>
          [JSON.stringify([name, labels]), value] as const
        )
      )
      const names = new Set(Array.from(families.values()).flatMap(({ samples }) => samples.map(({ name }) => name)))
      const expected = [...counters, ...histograms.map((name) => `${name}_count`)]
      assert.deepStrictEqual(expected.filter((name) => !names.has(name) && !unknowable.has(name)), [])

      const stages = families.get("operator_events")?.samples.map(({ labels }) => labels.stage) ?? []
      assert.isNotEmpty(stages)
      for (const stage of new Set(stages)) {
        for (const kind of ErrorKind.literals) {
          const letters = samples.get(
            JSON.stringify(["dlq_entries_total", { operator: stage, error_kind: kind, source: "unknown" }])
          )
          assert.strictEqual(letters, 0, `${stage} ${kind}`)
        }
      }
      for (const source of ["radar", "optical", "isl"]) {
        assert.isTrue(samples.has(JSON.stringify(["canary_missed_total", { source }])), source)
      }
    } finally {
      running.signal("SIGKILL")
      await running.done
      rmSync(cwd, { recursive: true, force: true })
    }
  }, 120_000)
})
