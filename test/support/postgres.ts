/** A real PostgreSQL on a free port of loopback, its data in a temporary folder. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { asUser, giveTo } from "./asUser.ts"
import { freePort, type ServerProcess, startProcess, stopProcess, untilReady } from "./process.ts"
import { unlessRequired } from "./required.ts"

const installations = "/usr/lib/postgresql"

/** Debian keeps the programs of each version in a folder of its own. */
const programs = (): string | undefined => {
  const versions = existsSync(installations) ? readdirSync(installations) : []
  return versions.map((version) => join(installations, version, "bin")).find((bin) => existsSync(join(bin, "initdb")))
}

export const whyNoPostgres: string | undefined = unlessRequired(
  "PostgreSQL",
  programs() === undefined ? "it is not installed: Debian's package postgresql-15" : undefined
)

export interface Postgres {
  readonly port: number
  readonly url: string
  /** Kills the server as a crash does. */
  readonly kill: () => Promise<void>
  /** Starts it again, on the same port with the same data. */
  readonly start: () => Promise<void>
  readonly pause: () => void
  readonly goOn: () => void
  /** Ends it and deletes its data. */
  readonly remove: () => Promise<void>
}

export const startPostgres = async (): Promise<Postgres> => {
  const bin = programs() ?? ""
  const directory = mkdtempSync(join(tmpdir(), "perigee-postgres-"))
  giveTo("postgres", directory)
  const data = join(directory, "data")
  const run = (program: string, args: ReadonlyArray<string>) => asUser("postgres", join(bin, program), args)
  const [initdb, initArgs] = run("initdb", [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync"
  ])
  const made = spawnSync(initdb, initArgs, { encoding: "utf8", cwd: directory })
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`)
  const port = await freePort()
  const ready = async () =>
    spawnSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]).status === 0
  let server: ServerProcess
  const start = async () => {
    const [postgres, args] = run("postgres", [
      "-D",
      data,
      "-p",
      String(port),
      "-k",
      directory,
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "fsync=off"
    ])
    server = startProcess(postgres, args, { cwd: directory, logFile: join(tmpdir(), `perigee-postgres-${port}.log`) })
    await untilReady(server, ready)
  }
  await start()
  return {
    port,
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    start,
    kill: () => stopProcess(server.pid, "SIGQUIT"),
    pause: () => process.kill(server.pid, "SIGSTOP"),
    goOn: () => process.kill(server.pid, "SIGCONT"),
    remove: async () => {
      await stopProcess(server.pid, "SIGINT")
      rmSync(directory, { recursive: true, force: true })
      rmSync(server.logFile, { force: true })
    }
  }
}
