/** A real OpenSearch, one node on a free port of loopback, its data in a temporary folder. */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openSearchDistribution, whyNoOpenSearch } from "../../scripts/openSearch/distribution.ts"
import { asUser, giveTo } from "./asUser.ts"
import { freePort, type ServerProcess, startProcess, stopProcess, untilReady } from "./process.ts"
import { unlessRequired } from "./required.ts"

export const whyNoOpenSearchTests: string | undefined = unlessRequired("OpenSearch", whyNoOpenSearch())

/** The distribution brings no Java of its own. */
const javaHome = (): string | undefined =>
  /java\.home = (.*)/.exec(spawnSync("java", ["-XshowSettings:properties", "-version"], { encoding: "utf8" }).stderr)
    ?.[1]

export interface OpenSearchServer {
  readonly url: string
  readonly kill: () => Promise<void>
  /** Starts it again, on the same port with the same data. */
  readonly start: () => Promise<void>
  readonly remove: () => Promise<void>
}

export const startOpenSearch = async (): Promise<OpenSearchServer> => {
  const home = openSearchDistribution()
  const directory = mkdtempSync(join(tmpdir(), "perigee-opensearch-"))
  const [port, transport] = [await freePort(), await freePort()]
  const config = join(directory, "config")
  cpSync(join(home, "config"), config, { recursive: true })
  writeFileSync(
    join(config, "opensearch.yml"),
    Object.entries({
      "discovery.type": "single-node",
      "network.host": "127.0.0.1",
      "http.port": port,
      "transport.port": transport,
      "path.data": join(directory, "data"),
      "path.logs": join(directory, "logs"),
      "cluster.routing.allocation.disk.threshold_enabled": false
    }).map(([name, value]) => `${name}: ${value}\n`).join("")
  )
  // Its options write logs beside the programs, where this user may not.
  const options = join(config, "jvm.options")
  writeFileSync(options, readFileSync(options, "utf8").split("\n").filter((line) => !line.includes("logs/")).join("\n"))
  mkdirSync(join(directory, "tmp"))
  giveTo("nobody", directory)
  const url = `http://127.0.0.1:${port}`
  const ready = async () => {
    try {
      const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`)
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      return false
    }
  }
  let server: ServerProcess
  const start = async () => {
    const [command, args] = asUser("nobody", join(home, "bin", "opensearch"), [])
    server = startProcess(command, args, {
      cwd: directory,
      logFile: join(tmpdir(), `perigee-opensearch-${port}.log`),
      env: {
        ...process.env,
        OPENSEARCH_JAVA_HOME: javaHome(),
        OPENSEARCH_PATH_CONF: config,
        OPENSEARCH_TMPDIR: join(directory, "tmp"),
        OPENSEARCH_JAVA_OPTS: "-Xms256m -Xmx256m"
      }
    })
    await untilReady(server, ready, 120_000)
  }
  await start()
  return {
    url,
    start,
    kill: () => stopProcess(server.pid, "SIGKILL"),
    remove: async () => {
      await stopProcess(server.pid, "SIGKILL")
      rmSync(directory, { recursive: true, force: true })
      rmSync(server.logFile, { force: true })
    }
  }
}
