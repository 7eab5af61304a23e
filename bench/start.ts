/**
 * How soon a deployment is known to be good: from the start of `perigee run` until its first canary has come through to the alert sink.
 *
 *     node bench/start.ts [pairs]
 *
 * On the simulator, with its own catalogue of some hundreds of objects and with every active satellite, if the shared data is there; wall time of
 * fresh processes with empty data directories, by turns. Without the large catalogue, the small one alone is timed.
 */
import { Schema } from "effect"
import { spawn } from "node:child_process"
import { createServer } from "node:net"
import { join, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"
import { CanaryStatus } from "../src/domain/api/canary.ts"
import { sharedData } from "../test/support/sharedData.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { formatRatio, runPairs } from "./support/pairs.ts"

const pairs = Number(process.argv[2] ?? 20)
const directory = benchDirectory()
const program = resolve(import.meta.dirname, "../bin/perigee.js")
const decodeStatus = Schema.decodeUnknownSync(CanaryStatus)
/** Longer than this, and something is broken. */
const patienceMillis = 60_000

const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => found(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** Whether a canary has arrived; who does not answer is still starting. */
const hasArrived = async (port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${port}/canary`).catch(() => undefined)
  return answer?.ok === true && decodeStatus(await answer.json()).firstArrival !== null
}

let serial = 0

/** Milliseconds from the start of the process to its first canary's arrival. */
const firstArrival = (...flags: ReadonlyArray<string>) => async (): Promise<number> => {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [program, "run", "--data-dir", join(directory, `${serial++}`), ...flags], {
    env: { ...process.env, PERIGEE_HTTP_PORT: String(port) },
    stdio: "ignore"
  })
  try {
    while (!(await hasArrived(port))) {
      if (performance.now() - began > patienceMillis) throw new Error(`no canary within ${patienceMillis} ms`)
      await setTimeout(20)
    }
    return performance.now() - began
  } finally {
    child.kill("SIGKILL")
  }
}

const small = firstArrival()
const file = sharedData("catalogue/celestrak_active_2025-04-24.3le")
const large = file === undefined ? small : firstArrival("--catalogue", file)
const result = await runPairs(small, large, { pairs, warmUp: 1 })
const name = file === undefined ? "once more" : "all active satellites"
console.log(
  `start to first canary: ${formatRatio("simulator's catalogue", name, result)}; medians ${
    (result.medianA / 1000).toFixed(2)
  } and ${(result.medianB / 1000).toFixed(2)} s`
)
