/** `perigee diagnose` of a real run in which one radar sends kilometres, and of what that run leaves behind. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll } from "vitest"
import { Diagnosis } from "../../src/domain/diagnosis/Diagnosis.ts"
import { perigee, type Running, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

const minutes = 60_000

const decoded = (text: string): Diagnosis => {
  const result = Schema.decodeResult(Schema.fromJsonString(Diagnosis))(text)
  if (Result.isFailure(result)) throw new Error(`${result.failure.message}: ${text.slice(0, 300)}`)
  return result.success
}

describe("perigee diagnose", () => {
  let cwd = ""
  let url = ""
  let running: Running
  const ask = (...args: ReadonlyArray<string>) => perigee(["diagnose", ...args], cwd)

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-diagnose-"))
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    running = startPerigee(["run", "--speed", "4", "--faults", "wrong-units=radar-syowa"], cwd, {
      PERIGEE_HTTP_PORT: String(port),
      PERIGEE_DATA_DIR: join(cwd, "data")
    })
    await running.says(`http: ${url}`)
  }, 2 * minutes)

  afterAll(async () => {
    running.signal("SIGTERM")
    await running.done
    rmSync(cwd, { recursive: true, force: true })
  }, minutes)

  it("names the radar of a running instance, in the promised shape and order, and writes to its operator", async () => {
    let diagnosis: Diagnosis | undefined
    for (let waited = 0; waited < 60 && diagnosis?.conclusion.cause !== "wrong-units"; waited++) {
      const { code, stdout } = await ask("auto", "--json", "--url", url)
      if (code === 0) diagnosis = decoded(stdout)
      await sleep(500)
    }
    assert.deepInclude(diagnosis?.conclusion, { verdict: "cause", cause: "wrong-units", where: "radar-syowa" })
    assert.deepStrictEqual(
      [...new Set(diagnosis?.steps.map(({ kind }) => kind))],
      ["metrics", "lineage", "traces", "letters", "health"]
    )
    assert.include(diagnosis?.partnerMessage ?? "", "radar-syowa")

    const text = await ask("dlq", "--url", url)
    assert.strictEqual(text.code, 0, text.stderr)
    assert.match(text.stdout, /^! radar-syowa: /)
    assert.include(text.stdout, "message to the partner:")
  }, 4 * minutes)

  it("an alert is asked about by its id: usage without, whoever answers", async () => {
    assert.strictEqual((await ask("wrong-alert", "--url", url)).code, 2)
    assert.strictEqual((await ask("auto", "--url", url, "--data-dir", "data")).code, 2)
    const nobody = await ask("auto", "--url", `http://127.0.0.1:${await freePort()}`)
    assert.strictEqual(nobody.code, 1)
    assert.strictEqual(nobody.stdout, "")
  }, minutes)

  it("of a run that is over it reads the dead letters, and does not call it healthy", async () => {
    running.signal("SIGTERM")
    await running.done
    const { code, stderr, stdout } = await ask("dlq", "--json", "--data-dir", "data")
    assert.strictEqual(code, 0, stderr)
    const { conclusion, steps } = decoded(stdout)
    assert.deepInclude(conclusion, { verdict: "cause", cause: "partner-rubbish", where: "radar-syowa" })
    assert.match(steps.find(({ kind }) => kind === "letters")?.saw ?? "", /radar-syowa .*range/)
  }, 2 * minutes)
})
