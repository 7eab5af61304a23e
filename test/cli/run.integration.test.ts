import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll } from "vitest"
import { checkSummary } from "../../scripts/ci/checkSummary.ts"
import { type Outcome, perigee, startPerigee } from "../support/perigee.ts"

const minutes = 60_000

let cwd = ""
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "perigee-cli-"))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const json = ({ code, stderr, stdout }: Outcome) => {
  assert.strictEqual(code, 0, stderr)
  return JSON.parse(stdout)
}

const alertsOf = (summary: { readonly alerts: ReadonlyArray<Record<string, unknown>> }) =>
  summary.alerts.map(({ sequence: _, ...alert }) => alert)

interface StageRow {
  readonly stage: string
  readonly late: number
  readonly dead: number
  readonly filteredReasons: Record<string, number>
}

const stage = (summary: { readonly stages: ReadonlyArray<StageRow> }, name: string): StageRow => {
  const found = summary.stages.find((row) => row.stage === name)
  assert.isDefined(found)
  return found
}

describe("perigee run with the simulator", () => {
  it("gives the same frames and the same alerts for one seed, and every event is accounted for", async () => {
    const args = ["run", "--for", "20s", "--seed", "7", "--speed", "4", "--json"]
    const first = await perigee(args, cwd)
    const second = await perigee(args, cwd)
    assert.deepStrictEqual(checkSummary(first.stdout), [])
    assert.deepStrictEqual(checkSummary(second.stdout), [])
    const [a, b] = [json(first), json(second)]
    assert.deepStrictEqual(a.observations, b.observations)
    assert.deepStrictEqual(alertsOf(a), alertsOf(b))
    assert.isAtLeast(a.alerts.length, 1)
    // The pair on a conjunction course that every scenario holds.
    assert.isTrue(
      alertsOf(a).some(({ level, objects }) =>
        level === "action" && JSON.stringify(objects) === "[\"98001\",\"98002\"]"
      )
    )
  }, 2 * minutes)

  it("shows each feed fault in its counts and goes on", async () => {
    const faults = "duplicates,reordering,cross-tag,wrong-units,clock-bias,silent-sensor"
    const summary = json(
      await perigee(["run", "--for", "40s", "--seed", "3", "--speed", "4", "--faults", faults, "--json"], cwd)
    )
    assert.isAbove(stage(summary, "dedupe").filteredReasons["duplicate"] ?? 0, 0)
    assert.isAbove(stage(summary, "validate").dead, 0)
    assert.isAbove(stage(summary, "uncorrelated").filteredReasons["outside-gate"] ?? 0, 0)
    assert.strictEqual(summary.deadLetters.total, summary.deadLetters.byErrorKind.ValidationFailed)
    // Nothing was valid of the sensor in the wrong unit.
    const newest = Object.values<{ newest: string | null }>(summary.observations.bySensor).flatMap((sensor) =>
      sensor.newest === null ? [] : [Date.parse(sensor.newest)]
    )
    const end = Math.max(...newest)
    // The silent sensor was heard early and then no more; the windows went on closing without it.
    assert.isTrue(newest.some((time) => end - time > 15_000))
    assert.isTrue(alertsOf(summary).some(({ final, level }) => final === true && level === "action"))
  }, 2 * minutes)

  it("stops on a signal: drains, exit 0", async () => {
    const running = startPerigee(["run", "--data-dir", join(cwd, "signal")], cwd)
    await running.says("98001 / 98002").catch(() => running.says("observations"))
    running.signal("SIGTERM")
    const { code, stderr, stdout } = await running.done
    assert.strictEqual(code, 0, stderr)
    assert.include(stderr, "asked to stop")
    assert.include(stdout, "observations")
  }, minutes)
})

describe("perigee run --input", () => {
  it(
    "a file of which nothing can be used ends with exit 2 and one line, after the summary; a swap before anything",
    async () => {
      const data = join(cwd, "data", "rubbish")
      mkdirSync(data, { recursive: true })
      const catalogue = join(data, "one.3le")
      writeFileSync(
        catalogue,
        "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775\n"
          + "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336\n"
      )
      const stranger = {
        sourceKind: "radar",
        sensorTimestamp: "2026-03-20T00:00:00Z",
        target: { _tag: "RangeRate", range: 1e6 }
      }
      const rubbish = join(data, "rubbish.jsonl.gz")
      const line = JSON.stringify({ ...stranger, sourceId: "nobody", uncertainty: {} })
      writeFileSync(rubbish, gzipSync(`${line}\nnonsense\n`))
      const ran = await perigee(
        ["run", "--input", rubbish, "--catalogue", catalogue, "--data-dir", data, "--json"],
        cwd
      )
      assert.strictEqual(ran.code, 2, ran.stderr)
      assert.strictEqual(JSON.parse(ran.stdout).deadLetters.total, 2)
      assert.include(ran.stderr, `${rubbish}: nothing in it can be used: 2 records, all of them dead letters`)
      const swapped = await perigee(
        ["run", "--input", catalogue, "--catalogue", rubbish, "--data-dir", data, "--json"],
        cwd
      )
      assert.deepStrictEqual([swapped.code, swapped.stdout], [2, ""])
      assert.lengthOf(swapped.stderr.trimEnd().split("\n"), 1)
      assert.include(swapped.stderr, "are --input and --catalogue swapped?")
    },
    minutes
  )

  it("processes a bounded file to its end and dead-letters malformed lines with file, line and bytes", async () => {
    const observations = join(cwd, "observations.jsonl")
    const catalogue = join(cwd, "catalogue.3le")
    const simulated = json(
      await perigee(
        ["simulate", "--for", "30s", "--seed", "5", "--out", observations, "--write-catalogue", catalogue, "--json"],
        cwd
      )
    )
    const lines = readFileSync(observations, "utf8").trimEnd().split("\n")
    const hourAhead = JSON.stringify({
      ...JSON.parse(lines[9] ?? ""),
      observationId: "00000000-0000-5000-8000-00000000aaaa",
      sensorTimestamp: "2026-03-20T01:00:00Z"
    })
    const stranger = JSON.stringify({
      ...JSON.parse(lines[9] ?? ""),
      observationId: "00000000-0000-5000-8000-00000000bbbb",
      sourceId: "nobody"
    })
    const file = join(cwd, "with-errors.jsonl")
    writeFileSync(file, [...lines.slice(0, 5), "{\"half\": ", ...lines.slice(5), hourAhead, stranger].join("\n"))
    const data = join(cwd, "data")
    const outcome = await perigee(["run", "--input", file, "--catalogue", catalogue, "--data-dir", data, "--json"], cwd)
    assert.deepStrictEqual(checkSummary(outcome.stdout.replace("\"seed\":null", "\"seed\":0")), [])
    const summary = json(outcome)
    assert.strictEqual(summary.observations.total, simulated.observations.total + 1)
    assert.deepStrictEqual(summary.deadLetters, { total: 3, byErrorKind: { Deserialization: 1, ValidationFailed: 2 } })
    assert.isAtLeast(summary.alerts.length, 1)
  }, 2 * minutes)

  it("names an unreadable catalogue or input and exits 2", async () => {
    const catalogue = join(cwd, "bad.3le")
    writeFileSync(
      catalogue,
      [
        "IRIDIUM 33",
        "1 24946U 97051C   09040.78448243 +.00000153 +00000-0 +47668-4 0  9999",
        "2 24946 086.3994 121.7028 0002288 085.1644 274.9812 14.34219863597336"
      ].join("\n")
    )
    const input = join(cwd, "empty.jsonl")
    writeFileSync(input, "")
    const bad = await perigee(["run", "--input", input, "--catalogue", catalogue, "--json"], cwd)
    assert.strictEqual(bad.code, 2)
    assert.match(bad.stderr, /bad\.3le:2: .*checksum/)
    assert.strictEqual(bad.stdout, "")
    const missing = await perigee(["run", "--input", join(cwd, "none.jsonl"), "--catalogue", catalogue, "--json"], cwd)
    assert.strictEqual(missing.code, 2)
    const usage = await perigee(["run", "--no-such-flag"], cwd)
    assert.strictEqual(usage.code, 2)
  }, minutes)

  it("leaves nothing outside its data directory", () => {
    const known = new Set([
      "observations.jsonl",
      "catalogue.3le",
      "with-errors.jsonl",
      "bad.3le",
      "empty.jsonl",
      "data",
      "signal",
      ".perigee"
    ])
    assert.deepStrictEqual(readdirSync(cwd).filter((name) => !known.has(name)), [])
  })
})
