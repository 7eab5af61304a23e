/** `npm run check`: format, lint, types with Effect diagnostics, import direction. Runs all of them, then fails if one did. */
import { execFileSync, spawnSync } from "node:child_process"

const tsc = execFileSync("effect-tsgo", ["get-exe-path"], { encoding: "utf8" }).trim()

const steps: ReadonlyArray<readonly [name: string, command: string, ...args: ReadonlyArray<string>]> = [
  ["format", "dprint", "check"],
  ["lint", "oxlint", "--deny-warnings"],
  ["types and Effect diagnostics", tsc, "-p", "tsconfig.json"],
  ["types of the pages", tsc, "-p", "dashboard/tsconfig.json"],
  ["import direction", "node", "scripts/importDirection.ts"]
]

const failed = steps.filter(([name, command, ...args]) => {
  console.log(`== ${name}`)
  return spawnSync(command, args, { stdio: "inherit" }).status !== 0
})
console.log(failed.length === 0 ? "check: ok" : `check: failed: ${failed.map(([name]) => name).join(", ")}`)
process.exit(failed.length === 0 ? 0 : 1)
