/** Runs the main job for 20 s of its scenario, in an empty data folder, and checks the summary it ends with. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkSummary } from "./checkSummary.ts"

const dataDirectory = mkdtempSync(join(tmpdir(), "perigee-smoke-"))
const args = ["--silent", "start", "--", "--for", "20s", "--seed", "7", "--json", "--data-dir", dataDirectory]
console.log(`npm ${args.join(" ")}`)
const run = spawnSync("npm", args, {
  env: { ...process.env, PERIGEE_HTTP_PORT: "0" },
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
  maxBuffer: 64 * 1024 * 1024,
  // Against a hang only: a run that makes progress is far from it.
  timeout: 300_000
})
rmSync(dataDirectory, { recursive: true, force: true })

const wrong = run.status === 0 ? checkSummary(run.stdout) : [`ended with ${run.status ?? run.signal}`]
if (wrong.length > 0) {
  console.error(run.stdout)
  for (const line of wrong) console.error(`smoke: ${line}`)
  process.exit(1)
}
console.log("smoke: ok")
