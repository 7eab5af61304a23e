import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { join } from "node:path"

const entry = join(import.meta.dirname, "../bin/perigee.js")

describe("bin/perigee.js", () => {
  it.each(["18.20.4", "20.20.2", "24.11.1"])("says what to do on Node %s and ends with 2", (version) => {
    const pretend = `Object.defineProperty(process, "versions", { value: { node: "${version}" } })`
    const run = spawnSync(process.execPath, ["--import", `data:text/javascript,${pretend}`, entry, "run"], {
      encoding: "utf8"
    })
    assert.strictEqual(run.status, 2)
    assert.strictEqual(run.stdout, "")
    assert.include(run.stderr, `needs Node 24.12 or newer, this is ${version}`)
    assert.include(run.stderr, "npm rebuild node")
  })
})
