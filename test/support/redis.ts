/** A real Redis on a free port of loopback that keeps nothing on disk. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { accepts, freePort, type ServerProcess, startProcess, stopProcess, untilReady } from "./process.ts"
import { unlessRequired } from "./required.ts"

export const whyNoRedis: string | undefined = unlessRequired(
  "Redis",
  spawnSync("redis-server", ["--version"]).status === 0
    ? undefined
    : "it is not installed: Debian's package redis-server"
)

export interface RedisServer {
  readonly port: number
  readonly url: string
  readonly kill: () => Promise<void>
  /** Starts it again, empty, on the same port. */
  readonly start: () => Promise<void>
  /** Freezes it: connections stay, nothing is answered. */
  readonly pause: () => void
  readonly goOn: () => void
  readonly remove: () => Promise<void>
}

export const startRedis = async (): Promise<RedisServer> => {
  const directory = mkdtempSync(join(tmpdir(), "perigee-redis-"))
  const port = await freePort()
  let server: ServerProcess
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "no"]
    server = startProcess("redis-server", args, { cwd: directory, logFile: join(directory, "redis.log") })
    await untilReady(server, () => accepts(port))
  }
  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start,
    kill: () => stopProcess(server.pid, "SIGKILL"),
    pause: () => process.kill(server.pid, "SIGSTOP"),
    goOn: () => process.kill(server.pid, "SIGCONT"),
    remove: async () => {
      await stopProcess(server.pid, "SIGKILL")
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
