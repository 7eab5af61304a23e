/** A running instance, scraped by Debian's Prometheus. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll } from "vitest"
import { parseOpenMetrics } from "../support/openMetrics.ts"
import { type Running, startPerigee } from "../support/perigee.ts"
import { freePort, stopProcess } from "../support/process.ts"
import { type Prometheus, promtoolCheck, startPrometheus, whyNoPrometheus } from "../support/prometheus.ts"

const minutes = 60_000

/** Tries again until `check` no longer throws. */
const eventually = async <A>(check: () => Promise<A>, patienceMillis = minutes): Promise<A> => {
  for (let waited = 0;; waited += 250) {
    try {
      return await check()
    } catch (error) {
      if (waited >= patienceMillis) throw error
      await sleep(250)
    }
  }
}

describe.skipIf(whyNoPrometheus !== undefined)(`Prometheus ${whyNoPrometheus ?? ""}`, () => {
  let cwd = ""
  let port = 0
  let running: Running
  let prometheus: Prometheus | undefined
  const metrics = async (accept: string) =>
    await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })).text()
  const api = async (path: string, query: Record<string, string>) => {
    const response = await fetch(`${prometheus?.url}/api/v1/${path}?${new URLSearchParams(query)}`)
    assert.strictEqual(response.status, 200, path)
    const body: unknown = await response.json()
    return body
  }

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-metrics-"))
    port = await freePort()
    // Telescopes are given 30 s to speak before there is a watermark.
    running = startPerigee(["run", "--speed", "8", "--faults", "wrong-units,duplicates"], cwd, {
      PERIGEE_HTTP_PORT: String(port),
      PERIGEE_TRACE_RATIO: "0.5",
      PERIGEE_TAIL_POLICY: `{"type":"always_sample"}`
    })
    await running.says(`http: http://127.0.0.1:${port}`)
    prometheus = await startPrometheus(cwd, `127.0.0.1:${port}`)
    await eventually(async () => assert.include(await metrics(""), "alert_latency_seconds_count"))
  }, 2 * minutes)

  afterAll(async () => {
    running.signal("SIGTERM")
    if (prometheus !== undefined) await stopProcess(prometheus.pid)
    await running.done
    rmSync(cwd, { recursive: true, force: true })
  }, minutes)

  it("promtool has nothing to say of the plain text", async () => {
    assert.strictEqual(promtoolCheck(await metrics("text/plain")), "")
    assert.notStrictEqual(promtoolCheck("# TYPE Wrong counter\nWrong 1\n"), "", "the check does not check")
  })

  it("OpenMetrics is sound, and holds what the specification lists", async () => {
    const expected = [
      "operator_events",
      "operator_latency_seconds",
      "operator_errors",
      "operator_busy_ratio",
      "operator_idle_ratio",
      "operator_backpressured_ratio",
      "operator_state_evictions",
      "channel_occupancy",
      "source_lag_seconds",
      "pipeline_lag_seconds",
      "commit_lag",
      "source_last_seen_seconds",
      "source_gap",
      "source_kernel_drops",
      "source_watermark_seconds",
      "pipeline_watermark_seconds",
      "pending_windows",
      "late_events_dropped",
      "retractions_emitted",
      "dlq_entries",
      "circuit_breaker_state",
      "retry_attempts",
      "catalogue_age_seconds",
      "slo_compliance_ratio",
      "error_budget_remaining_ratio",
      "alert_latency_seconds",
      "canary_emitted",
      "canary_arrived",
      "canary_late",
      "canary_missed",
      "canary_arrival_latency_seconds",
      "trace_load_guard_halvings",
      "tail_sampling_traces",
      "tail_sampling_open_traces",
      "lineage_records_written",
      "lineage_nodes_evicted",
      "nodejs_eventloop_utilization_ratio",
      "nodejs_eventloop_delay_seconds",
      "nodejs_heap_used_bytes",
      "nodejs_gc_duration_seconds",
      "process_resident_memory_bytes",
      "process_open_fds",
      "perigee_build"
    ]
    const families = await eventually(async () => {
      const found = parseOpenMetrics(await metrics("application/openmetrics-text; version=1.0.0"))
      assert.deepStrictEqual(expected.filter((name) => !found.has(name)), [])
      return found
    })
    const described = readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8")
    const undocumented = Array.from(families.keys()).filter((name) => !described.includes(`\`${name}`))
    assert.deepStrictEqual(undocumented, [])
  }, 2 * minutes)

  it("Prometheus takes it without a warning", async () => {
    await eventually(async () => {
      assert.include(JSON.stringify(await api("targets", { state: "active" })), "\"health\":\"up\"")
    })
    await eventually(async () => {
      const result = JSON.stringify(await api("query", { query: "operator_events_total{stage=\"decode\"}" }))
      assert.include(result, "\"stage\":\"decode\"")
    })
    const log = readFileSync(prometheus?.logFile ?? "", "utf8").split("\n")
    assert.deepStrictEqual(log.filter((line) => /level=(warn|error)|msg="(Error|Append failed)/.test(line)), [])
  }, 2 * minutes)

  it("exemplars come back, and lead to traces", async () => {
    for (const query of ["operator_latency_seconds_bucket", "operator_events_total", "dlq_entries_total"]) {
      await eventually(async () => {
        const now = Date.now() / 1000
        const found = JSON.stringify(
          await api("query_exemplars", { query, start: String(now - 3600), end: String(now + 3600) })
        )
        assert.match(found, /"trace_id":"[0-9a-f]{32}"/, query)
      })
    }
  }, 2 * minutes)
})
