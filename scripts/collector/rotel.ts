/**
 * A real OpenTelemetry collector for tests: Rotel's agent from PyPI, fetched by pip into `.cache/rotel/<version>`, once.
 */
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, globSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"

const version = "0.0.1a15"
const folder = join(import.meta.dirname, "..", "..", ".cache", "rotel", version)
const agent = join(folder, "rotel", "rotel-agent")

const run = (command: string, args: ReadonlyArray<string>) => spawnSync(command, [...args], { encoding: "utf8" })

/** The agent's path, after fetching it if need be (29 MB), or why there is none. */
export const rotelAgent = (): { readonly path: string } | { readonly missing: string } => {
  if (!existsSync(agent)) {
    const partial = `${folder}.${process.pid}`
    mkdirSync(partial, { recursive: true })
    const pip = run("python3", ["-m", "pip", "download", "-q", "--no-deps", "-d", partial, `rotel==${version}`])
    const [wheel] = globSync(join(partial, "*.whl"))
    if (pip.status !== 0 || wheel === undefined) {
      rmSync(partial, { recursive: true, force: true })
      return { missing: `pip could not fetch rotel ${version}: ${pip.error?.message ?? pip.stderr.trim()}` }
    }
    run("python3", ["-m", "zipfile", "-e", wheel, partial])
    rmSync(wheel)
    if (existsSync(folder)) rmSync(partial, { recursive: true, force: true })
    else renameSync(partial, folder)
    chmodSync(agent, 0o755)
  }
  const tried = run(agent, ["version"])
  return tried.status === 0
    ? { path: agent }
    : { missing: `rotel does not run here (it needs libpython3.11): ${tried.error?.message ?? tried.stderr.trim()}` }
}
