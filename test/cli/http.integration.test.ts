/** The HTTP server beside a run: it never stops it and changes nothing of what the run does. */
import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { perigee, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"

const minutes = 60_000

let cwd = ""
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "perigee-http-"))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const seeded = ["run", "--for", "8s", "--seed", "7", "--json"]

/** Without what differs from run to run: when a version was emitted shows in its sequence. */
const alertsOf = (stdout: string): unknown => {
  const summary: { readonly alerts: ReadonlyArray<Record<string, unknown>> } = JSON.parse(stdout)
  return summary.alerts.map(({ sequence: _, ...alert }) => alert)
}

describe("HTTP beside a run", () => {
  it("the alerts are the same with metrics off, and with somebody who never stops asking", async () => {
    const off = await perigee(seeded, cwd, { PERIGEE_METRICS: "off" })
    assert.strictEqual(off.code, 0, off.stderr)
    const port = await freePort()
    const asked = startPerigee(seeded, cwd, { PERIGEE_HTTP_PORT: String(port) })
    await asked.says(`http://127.0.0.1:${port}/metrics`)
    const statuses = new Map<number, number>()
    const asking = new AbortController()
    void asked.done.then(() => asking.abort())
    while (!asking.signal.aborted) {
      const status = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        async (response) => (await response.text(), response.status),
        () => 0
      )
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    const { code, stderr, stdout } = await asked.done
    assert.strictEqual(code, 0, stderr)
    assert.isAbove(statuses.get(200) ?? 0, 10)
    assert.deepStrictEqual([...statuses.keys()].filter((status) => status !== 200 && status !== 0), [])
    assert.isNotEmpty(alertsOf(stdout))
    assert.deepStrictEqual(alertsOf(stdout), alertsOf(off.stdout))
  }, 2 * minutes)

  it("a port that is taken is a warning that names the one used instead", async () => {
    const port = await freePort()
    const other = createServer().listen(port, "127.0.0.1")
    const { code, stderr } = await perigee(["run", "--for", "1s", "--seed", "7"], cwd, {
      PERIGEE_HTTP_PORT: String(port)
    })
    other.close()
    assert.strictEqual(code, 0, stderr)
    assert.match(stderr, new RegExp(`level=WARN .*port ${port} is in use.*http://127\\.0\\.0\\.1:\\d+ instead`))
  }, minutes)

  it("health follows the run: ready while it works, and not after it was asked to stop", async () => {
    const port = await freePort()
    const run = startPerigee(["run", "--data-dir", join(cwd, "stopped")], cwd, { PERIGEE_HTTP_PORT: String(port) })
    const status = () => fetch(`http://127.0.0.1:${port}/health/ready`).then((response) => response.status, () => 0)
    let ready = 0
    for (let i = 0; i < 600 && ready !== 200; i++) {
      ready = await status()
      await new Promise((resume) => setTimeout(resume, 50))
    }
    assert.strictEqual(ready, 200)
    run.signal("SIGTERM")
    await run.says("asked to stop")
    assert.notStrictEqual(await status(), 200)
    assert.strictEqual((await run.done).code, 0)
  }, minutes)

  it("a run of a file opens no port unless it was asked to", async () => {
    await perigee(["simulate", "--for", "5s", "--seed", "7", "--out", "o.jsonl", "--write-catalogue", "c.3le"], cwd)
    const args = ["run", "--input", "o.jsonl", "--catalogue", "c.3le", "--json"]
    const silent = await perigee(args, cwd, { PERIGEE_HTTP_PORT: "" })
    assert.strictEqual(silent.code, 0, silent.stderr)
    assert.notInclude(silent.stderr, "http:")
    const asked = await perigee(args, cwd, { PERIGEE_HTTP_PORT: "0" })
    assert.match(asked.stderr, /http: http:\/\/127\.0\.0\.1:\d+\/health/)
    assert.deepStrictEqual(alertsOf(asked.stdout), alertsOf(silent.stdout))
  }, 2 * minutes)
})
