/** File descriptors are short and a crowd is at the door of the inter-satellite links: health stays reachable, and the log tells why. */
import { assert, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const program = resolve(import.meta.dirname, "../../bin/perigee.js")

const catalogue = [
  "IRIDIUM 33",
  "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775",
  "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336"
].join("\n")

const crowd = (port: number): Promise<Socket> =>
  new Promise((opened) => {
    const socket = connect(port, "127.0.0.1", () => opened(socket))
    socket.on("error", () => opened(socket))
    socket.resume()
  })

/** Over a connection of its own. */
const health = (url: string): Promise<number> =>
  fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2000), headers: { connection: "close" } }).then(
    ({ status }) => status,
    () => 0
  )

it("health answers although 75 descriptors meet 300 connections", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "perigee-descriptors-"))
  writeFileSync(join(cwd, "catalogue.3le"), catalogue)
  const child = spawn("sh", ["-c", `ulimit -n 75; exec "$0" "$@"`, process.execPath, program, "run"], {
    cwd,
    env: {
      ...process.env,
      PERIGEE_SIMULATOR: "off",
      PERIGEE_CATALOGUE: "catalogue.3le",
      PERIGEE_HTTP_PORT: "0",
      PERIGEE_RADAR_PORT: "0",
      PERIGEE_ISL_PORT: "0"
    },
    stdio: ["ignore", "ignore", "pipe"]
  })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk))
  const ended = new Promise<void>((resume) => child.on("close", () => resume()))
  const find = async (pattern: RegExp): Promise<string> => {
    for (let waited = 0; waited < 300; waited++) {
      const found = pattern.exec(said)?.[1]
      if (found !== undefined) return found
      await sleep(50)
    }
    throw new Error(`it never said ${pattern}: ${said}`)
  }
  const clients: Array<Socket> = []
  try {
    const url = await find(/(http:\/\/127\.0\.0\.1:\d+)\/health/)
    const port = Number(await find(/ISL beacons on 127\.0\.0\.1:(\d+)/))
    for (let i = 0; i < 300; i++) clients.push(await crowd(port))
    const statuses: Array<number> = []
    for (let i = 0; i < 20; i++) {
      // Whoever was cut off comes again, so that nothing that became free stays so.
      for (let more = 0; more < 3; more++) clients.push(await crowd(port))
      statuses.push(await health(url))
      await sleep(50)
    }
    assert.deepStrictEqual(statuses, Array.from(statuses, () => 200))
    await find(/(isl: connections refused, as \d+ are open)/)
  } finally {
    for (const client of clients) client.destroy()
    child.kill("SIGTERM")
    await ended
    rmSync(cwd, { recursive: true, force: true })
  }
}, 60_000)
