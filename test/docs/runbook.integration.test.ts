/** Every command of the runbook, as it stands there, against a running instance. */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { type Running, startPerigee } from "../support/perigee.ts"
import { freePort } from "../support/process.ts"
import { whyNoPrometheus } from "../support/prometheus.ts"

const minutes = 60_000
const root = join(import.meta.dirname, "../..")
const folder = join(root, "docs/runbook")

const commandsOf = (chapter: string): ReadonlyArray<string> =>
  Array.from(readFileSync(join(folder, chapter), "utf8").matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)).flatMap((
    [, block = ""]
  ) => block.split("\n").map((line) => line.trim()).filter((line) => line !== ""))

const chapters = readdirSync(folder).filter((name) => name.endsWith(".md"))

describe("the runbook", () => {
  let cwd = ""
  let running: Running
  let env: NodeJS.ProcessEnv

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "perigee-runbook-"))
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const own = { PERIGEE_CHAOS: "on", PERIGEE_DATA_DIR: join(cwd, "data") }
    running = startPerigee(["run", "--faults", "wrong-units"], cwd, { PERIGEE_HTTP_PORT: String(port), ...own })
    writeFileSync(
      join(cwd, "perigee"),
      `#!/bin/sh\nexec "${process.execPath}" "${join(root, "bin/perigee.js")}" "$@"\n`
    )
    chmodSync(join(cwd, "perigee"), 0o755)
    symlinkSync(join(root, "ops"), join(cwd, "ops"))
    env = { ...process.env, NO_COLOR: "1", ...own, PERIGEE_URL: url, PATH: `${cwd}:${process.env.PATH}` }
    await running.says("dead letters of")
  }, 3 * minutes)

  afterAll(async () => {
    running.signal("SIGKILL")
    await running.done
    rmSync(cwd, { recursive: true, force: true })
  }, minutes)

  const sh = (command: string) =>
    new Promise<{ readonly code: number | null; readonly output: string }>((resume) => {
      const child = spawn("bash", ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
      let output = ""
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()))
      child.on("close", (code) => resume({ code, output }))
    })

  for (const chapter of chapters) {
    const commands = commandsOf(chapter).filter((command) =>
      !command.startsWith("promtool") || whyNoPrometheus === undefined
    )
    it.skipIf(commands.length === 0)(`${chapter}: its commands run, and say something`, async () => {
      for (const command of commands) {
        const { code, output } = await sh(command)
        assert.strictEqual(code, 0, `${command}: ${output}`)
        assert.notStrictEqual(output.trim(), "", command)
        assert.notInclude(output, "\"code\":\"not_found\"", command)
      }
    }, 4 * minutes)
  }

  it("each chapter of the table is there, and each is in the table", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8")
    for (const chapter of chapters) if (chapter !== "README.md") assert.include(readme, chapter)
  })
})
