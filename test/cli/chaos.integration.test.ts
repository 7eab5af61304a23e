/**
 * Every row of the failure table on a running instance: injected, seen to work by what the instance itself measures, rolled back; also when the
 * controller is killed in the middle.
 */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll } from "vitest"
import { ChaosAnswer, ChaosReport } from "../../src/domain/api/chaos.ts"
import { type Outcome, perigee, type Running, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

const minutes = 60_000

const Experiments = Schema.fromJsonString(Schema.Struct({ experiments: Schema.Array(ChaosReport) }))
const decodeExperiments = Schema.decodeResult(Experiments)
const decodeAnswer = Schema.decodeResult(Schema.fromJsonString(ChaosAnswer))

const reportOf = ({ code, stderr, stdout }: Outcome) => {
  const decoded = decodeExperiments(stdout)
  if (Result.isFailure(decoded)) throw new Error(`exit ${code}: ${stderr} ${stdout}`)
  const [report] = decoded.success.experiments
  if (report === undefined) throw new Error("no report")
  return report
}

describe("perigee chaos", () => {
  let cwd = ""
  let url = ""
  let running: Running
  const token = "a-token-for-tests"
  const chaos = (...args: ReadonlyArray<string>) =>
    perigee(["chaos", ...args, "--url", url], cwd, { PERIGEE_HTTP_ADMIN_TOKEN: token })
  const asking = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const inject = async (...args: ReadonlyArray<string>) => reportOf(await chaos("run", ...args, "--json"))
  const state = async () => {
    const decoded = decodeAnswer(await (await asking("/v1/chaos")).text())
    if (Result.isFailure(decoded)) throw new Error(decoded.failure.message)
    return decoded.success
  }
  const metric = async (pattern: RegExp) => {
    const text = await (await asking("/metrics")).text()
    return Math.max(...Array.from(text.matchAll(pattern), (match) => Number(match[1])))
  }

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-chaos-"))
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    running = startPerigee(["run", "--data-dir", join(cwd, "data")], cwd, {
      PERIGEE_HTTP_PORT: String(port),
      PERIGEE_CHAOS: "on",
      PERIGEE_HTTP_ADMIN_TOKEN: token
    })
    await running.says(`http: ${url}`)
    for (let waited = 0; waited < 240; waited++) {
      if (
        (await asking("/v1/status")).status === 200 &&
        (await metric(/operator_events_total\{.*?stage="assess".*?\} (\d+)/g)) > 0
      ) break
      await sleep(500)
    }
  }, 3 * minutes)

  afterAll(async () => {
    running.signal("SIGKILL")
    await running.done
    rmSync(cwd, { recursive: true, force: true })
  }, minutes)

  const rows: ReadonlyArray<readonly [name: string, args: ReadonlyArray<string>]> = [
    ["a slow stage", ["latency", "--stage", "assess", "--millis", "50"]],
    ["a stage that stands still", ["stall", "--stage", "match"]],
    ["a stage that loses a third of one sensor's events", ["loss", "--stage", "decode", "--share", "0.33"]],
    ["a stage that eats the processor", ["cpu", "--stage", "decode", "--busy", "0.5", "--share", "0.2"]],
    ["a slow log", ["latency", "--dependency", "log", "--millis", "20"]],
    ["a log that is cut off", ["stall", "--dependency", "log"]],
    ["a log that fails now and then", ["failure", "--dependency", "log", "--share", "0.1"]],
    ["a slow disk", ["disk-slow", "--millis", "50"]],
    ["a full disk", ["disk-full", "--share", "0.5"]],
    ["slow calls", ["latency", "--dependency", "http", "--millis", "200"]],
    ["calls that are cut off", ["stall", "--dependency", "http"]],
    ["calls that are lost", ["loss", "--dependency", "http", "--share", "0.5"]],
    ["no name service", ["dns"]],
    ["an expired certificate", ["certificate"]],
    ["a clock that is off", ["clock-skew", "--millis", "1500"]],
    ["a busy processor", ["cpu", "--busy", "0.5"]],
    ["memory taken", ["memory", "--megabytes", "100"]]
  ]
  for (const [name, args] of rows) {
    it(`${name}: struck, and nothing is left afterwards`, async () => {
      const report = await inject(...args, "--for", "3s", "--expect", "operator_busy_seconds_total<=100@60s")
      assert.strictEqual(report.end, "completed")
      assert.isAbove(report.struck, 0, "it struck nothing")
      assert.deepStrictEqual((await state()).active, [])
      assert.isNotNull(report.recoveredAt)
    }, 2 * minutes)
  }

  it("what the instance measures tells that a fault works: memory, lag of a skewed clock", async () => {
    // More than what the faults before may have left to the collector.
    const external = await metric(/^nodejs_external_memory_bytes (\S+)/gm)
    const holding = inject(
      "memory",
      "--megabytes",
      "700",
      "--for",
      "15s",
      "--expect",
      "operator_busy_seconds_total<=100@60s"
    )
    let held = 0
    for (let waited = 0; waited < 30 && held <= external + 250e6; waited++) {
      held = Math.max(held, await metric(/^nodejs_external_memory_bytes (\S+)/gm))
      await sleep(500)
    }
    assert.isAbove(held, external + 250e6)
    assert.strictEqual((await holding).end, "completed")
    const skewed = inject(
      "clock-skew",
      "--millis",
      "20000",
      "--for",
      "15s",
      "--expect",
      "operator_busy_seconds_total<=100@60s"
    )
    let lag = 0
    for (let waited = 0; waited < 30 && lag <= 15; waited++) {
      lag = Math.max(lag, await metric(/^source_lag_seconds\{.*?\} (\S+)/gm))
      await sleep(500)
    }
    assert.isAbove(lag, 15)
    await skewed
  }, 3 * minutes)

  it("a steady state that breaks rolls back, and the exit code tells", async () => {
    const outcome = await chaos(
      "run",
      "stall",
      "--stage",
      "validate",
      "--for",
      "60s",
      "--json",
      "--expect",
      "operator_events_total{stage=validate}>=1@3s"
    )
    const report = reportOf(outcome)
    assert.strictEqual(outcome.code, 1)
    assert.strictEqual(report.end, "breached")
    assert.isTrue(report.before.every(({ holds }) => holds))
    assert.isTrue(report.during.some(({ holds }) => !holds))
    assert.deepStrictEqual((await state()).active, [])
  }, 2 * minutes)

  it("a controller that is killed in the middle: rolled back within its lease", async () => {
    const controller = startPerigee(
      ["chaos", "run", "stall", "--stage", "validate", "--for", "300s", "--url", url],
      cwd,
      {
        PERIGEE_HTTP_ADMIN_TOKEN: token
      }
    )
    await controller.says("is injected")
    controller.signal("SIGKILL")
    await controller.done
    assert.strictEqual((await state()).active.length, 1)
    for (let waited = 0; waited < 60 && (await state()).active.length > 0; waited++) await sleep(250)
    const { active, past: [last] } = await state()
    assert.deepStrictEqual(active, [])
    assert.strictEqual(last?.end, "controller-lost")
  }, 2 * minutes)

  it(
    "is refused where it cannot be meant, to whom has no token, and where the steady state does not hold",
    async () => {
      const noStage = await chaos("run", "latency", "--stage", "nowhere")
      assert.strictEqual(noStage.code, 1)
      assert.include(noStage.stderr, "there is no stage \"nowhere\"")
      const unsteady = await chaos("run", "latency", "--expect", "operator_busy_seconds_total>=50")
      assert.include(unsteady.stderr, "does not hold before")
      const stranger = await perigee(["chaos", "run", "latency", "--url", url], cwd, {})
      assert.strictEqual(stranger.code, 1)
      assert.include(stranger.stderr, "wants a token")
      assert.strictEqual((await fetch(`${url}/v1/chaos/latency-1`, { method: "DELETE" })).status, 401)
      const bad = await chaos("run", "latency", "--expect", "what?")
      assert.strictEqual(bad.code, 2)
      assert.include((await chaos("list")).stdout, "controller-lost")
    },
    2 * minutes
  )

  it("a zone: every instance named is killed, and that nobody brings them back is told", async () => {
    const zone = await Promise.all([0, 1].map(async (n) => {
      const at = `http://127.0.0.1:${await freePort()}`
      const instance = startPerigee(["run", "--data-dir", join(cwd, `zone${n}`)], cwd, {
        PERIGEE_HTTP_PORT: at.split(":")[2] ?? "",
        PERIGEE_CHAOS: "on",
        PERIGEE_HTTP_ADMIN_TOKEN: token
      })
      await instance.says(`http: ${at}`)
      return { at, instance }
    }))
    const killing = startPerigee(
      [
        "chaos",
        "run",
        "kill",
        "--expect",
        "health<=degraded",
        "--url",
        zone.map(({ at }) => at).join(",")
      ],
      cwd,
      {
        PERIGEE_HTTP_ADMIN_TOKEN: token
      }
    )
    // Only a process that works already can be told to die: until then the steady state does not hold.
    const { stderr } = await Promise.race([killing.done, sleep(minutes / 2, { stderr: "" })])
    if (!stderr.includes("does not hold before")) {
      for (const { instance } of zone) await instance.done
    } else for (const { instance } of zone) instance.signal("SIGKILL")
    killing.signal("SIGKILL")
    assert.notInclude(stderr, "does not hold before")
  }, 2 * minutes)
})
