/** What a run knows survives its end, however it ends. PERIGEE_KILLS: how many runs are ended on the way (default 20 under CI, else 6). */
import { assert, describe, it } from "@effect/vitest"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { type Input, lastVersions, repeated, runToEnd, runUntil, simulated, versionsIn } from "../support/killedRuns.ts"

const minutes = 60_000
const kills = Number(process.env.PERIGEE_KILLS ?? (process.env.CI === "true" ? 20 : 6))
/** One directory is ended so often before it may go on to its end. */
const killsEach = 4

let cwd = ""
let input: Input = { observations: "", catalogue: "" }
let whole: ReadonlyArray<string> = []
let wholeMillis = 0
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "perigee-recovery-"))
  input = await simulated(cwd, "40s")
  const before = process.hrtime.bigint()
  const { code, stderr } = await runToEnd(input, "whole", cwd)
  wholeMillis = Number((process.hrtime.bigint() - before) / 1_000_000n)
  assert.strictEqual(code, 0, stderr)
  whole = lastVersions(await versionsIn(join(cwd, "whole")))
  assert.isAtLeast(whole.length, 2)
}, 5 * minutes)
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const endsAlike = async (data: string) => {
  const { code, stderr } = await runToEnd(input, data, cwd)
  assert.strictEqual(code, 0, stderr)
  const versions = await versionsIn(join(cwd, data))
  assert.deepStrictEqual(repeated(versions), [])
  assert.deepStrictEqual(lastVersions(versions), whole)
}

describe("a run of a file", () => {
  it.each(["SIGKILL", "SIGTERM"] as const)(
    "ended by %s at random times and started again ends with the alerts of one that was not, each version once",
    async (signal) => {
      for (let done = 0; done < kills;) {
        const data = `${signal}-${done}`
        for (let each = 0; each < killsEach && done < kills; each++, done++) {
          const after = Math.random() * wholeMillis
          const { code, stderr } = await runUntil(input, data, cwd, signal, after)
          // One that was through before the signal is no failure.
          if (code !== null) assert.include([0, 130, 143], code, `after ${after} ms: ${stderr}`)
        }
        await endsAlike(data)
      }
    },
    60 * minutes
  )

  it("that is read in two halves, the second time grown, ends with the alerts of the whole", async () => {
    const lines = readFileSync(input.observations, "utf8").split("\n").filter((line) => line !== "")
    const half = Math.floor(lines.length / 2)
    const growing = { ...input, observations: join(cwd, "growing.jsonl") }
    writeFileSync(growing.observations, lines.slice(0, half).map((line) => `${line}\n`).join(""))
    const first = await runToEnd(growing, "halves", cwd)
    assert.strictEqual(first.code, 0, first.stderr)
    const again = await runToEnd(growing, "halves", cwd)
    assert.strictEqual(again.code, 0, again.stderr)
    assert.include(again.stderr, "nothing is new in it")
    assert.strictEqual(JSON.parse(again.stdout).observations.total, 0)
    const before = await versionsIn(join(cwd, "halves"))
    appendFileSync(growing.observations, lines.slice(half).map((line) => `${line}\n`).join(""))
    const second = await runToEnd(growing, "halves", cwd)
    assert.strictEqual(second.code, 0, second.stderr)
    assert.strictEqual(JSON.parse(second.stdout).observations.total, lines.length - half)
    const versions = await versionsIn(join(cwd, "halves"))
    assert.deepStrictEqual(versions.slice(0, before.length), before)
    assert.deepStrictEqual(repeated(versions), [])
    assert.deepStrictEqual(lastVersions(versions), whole)
  }, 10 * minutes)
})
