/** A running instance asked by `perigee status`, and over HTTP by the names that it promises. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll } from "vitest"
import { HistoryAnswer } from "../../src/domain/api/history.ts"
import { SourcesAnswer } from "../../src/domain/api/sources.ts"
import { StatusAnswer } from "../../src/domain/api/status.ts"
import { perigee, type Running, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

const minutes = 60_000

const decode = <S extends Schema.Decoder<unknown>>(schema: S, text: string): S["Type"] => {
  const result = Schema.decodeResult(Schema.fromJsonString(schema))(text)
  if (Result.isFailure(result)) throw new Error(`${result.failure.message}: ${text.slice(0, 300)}`)
  return result.success
}

describe("perigee status", () => {
  let cwd = ""
  let url = ""
  let running: Running
  const ask = (...args: ReadonlyArray<string>) => perigee(["status", "--url", url, ...args], cwd)

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-status-"))
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    running = startPerigee(["run", "--speed", "4", "--faults", "wrong-units=radar-syowa"], cwd, {
      PERIGEE_HTTP_PORT: String(port)
    })
    await running.says(`http: ${url}`)
  }, 2 * minutes)

  afterAll(async () => {
    running.signal("SIGTERM")
    await running.done
    rmSync(cwd, { recursive: true, force: true })
  }, minutes)

  it("names the radar that sends kilometres, as text and as one document of the promised shape", async () => {
    let status: StatusAnswer | undefined
    for (let waited = 0; waited < 120 && !(status?.sensors.suspects.length ?? 0); waited++) {
      const { code, stderr, stdout } = await ask("--json")
      if (code === 0) status = decode(StatusAnswer, stdout)
      else assert.include(stderr, url)
      await sleep(500)
    }
    const suspects = status?.sensors.suspects.filter(({ sourceId }) => sourceId === "radar-syowa")
    assert.deepStrictEqual(suspects?.map(({ cause }) => cause), ["kilometres"])
    assert.isAbove(status?.rates.observations ?? 0, 0)
    assert.isTrue(status?.rates.stages.some(({ in: into, stage }) => stage === "match" && into > 0))

    const text = await ask()
    assert.strictEqual(text.code, 0, text.stderr)
    assert.match(text.stdout, /^! radar-syowa: kilometres since \S+: .*a thousand times larger/m)
    const sensors = await ask("--sensors")
    assert.match(sensors.stdout, /^radar-syowa +SUSPECT /m)
    assert.strictEqual(
      sensors.stdout.match(/^(radar|optical|isl)-\S+ +(ok|idle|waiting|SILENT|SUSPECT) /gm)?.length,
      16
    )
  }, 4 * minutes)

  it("the history tells since when, of the metrics asked for", async () => {
    const answer = async (query: string) => await (await fetch(`${url}/v1/history?${query}`)).text()
    const history = decode(HistoryAnswer, await answer("series=operator_events_total,source_*&step=1s"))
    assert.isNotEmpty(history.times)
    assert.isTrue(history.series.every(({ name }) => name === "operator_events_total" || name.startsWith("source_")))
    assert.isTrue(history.series.every(({ values }) => values.length === history.times.length))
    const decoded = history.series.find(({ labels }) => labels.stage === "decode" && labels.outcome === "processed")
    assert.isAbove(Math.max(...(decoded?.values ?? []).map((value) => value ?? 0)), 0)
    assert.isAtMost(history.memoryBytes, 6e6)
    assert.strictEqual((await fetch(`${url}/v1/history?since=yesterday`)).status, 400)
  }, minutes)

  it("the sources are those of the registry, with the feeds that they come over", async () => {
    const { feeds, sensors } = decode(SourcesAnswer, await (await fetch(`${url}/v1/sources`)).text())
    assert.strictEqual(sensors.length, 16)
    assert.includeMembers(feeds.map(({ feed }) => feed), ["radar", "isl", "optical"])
  }, minutes)

  it("of an instance that is not there: exit code 1, and which", async () => {
    const { code, stderr } = await perigee(["status", "--url", "http://127.0.0.1:1"], cwd)
    assert.strictEqual(code, 1)
    assert.include(stderr, "http://127.0.0.1:1")
  }, minutes)
})
