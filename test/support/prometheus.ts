/** Debian's Prometheus, where it is installed: `promtool`, and a server that scrapes one target every second. */
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { accepts, freePort, type ServerProcess, startProcess, untilReady } from "./process.ts"

const installed = (program: string): boolean => spawnSync(program, ["--version"]).status === 0

/** Why tests with Prometheus cannot run here; `undefined` when they can. Under CI=true they run, and fail, all the same. */
export const whyNoPrometheus: string | undefined =
  process.env.CI === "true" || ["prometheus", "promtool"].every(installed)
    ? undefined
    : "skipped: prometheus and promtool (Debian's package prometheus) are not installed"

/** What `promtool check metrics` says of a text; nothing when it is content. */
export const promtoolCheck = (text: string): string => {
  const { status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" })
  return status === 0 ? `${stdout}${stderr}` : `status ${status}: ${stdout}${stderr}`
}

export interface Prometheus extends ServerProcess {
  readonly url: string
}

export const startPrometheus = async (directory: string, target: string): Promise<Prometheus> => {
  const port = await freePort()
  const data = join(directory, "prometheus")
  mkdirSync(data)
  const config = join(directory, "prometheus.yml")
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      storage: { exemplars: { max_exemplars: 10_000 } },
      scrape_configs: [{ job_name: "perigee", static_configs: [{ targets: [target] }] }]
    })
  )
  const server = startProcess("prometheus", [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--enable-feature=exemplar-storage",
    "--log.level=debug"
  ], { cwd: directory, logFile: join(directory, "prometheus.log") })
  await untilReady(server, () => accepts(port))
  return { ...server, url: `http://127.0.0.1:${port}` }
}
