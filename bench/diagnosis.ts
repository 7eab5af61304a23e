/**
 * How often `perigee diagnose auto` names what was done to a run: `node bench/diagnosis.ts [--seeds 31,32] [--rows a,b] [--speed 4] [--seconds 25]`.
 *
 * Each row is a real `perigee run` with the simulator and one fault (or none), asked once over HTTP after so many seconds of the machine's time. Right: the
 * cause and, where the row has one, the place. Wrong: another cause, or "healthy" on a fault. Abstained: "unsure". A control is wrong where a cause is claimed.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"

interface Row {
  readonly name: string
  /** Undefined: a control. */
  readonly cause?: string
  readonly where?: string
  readonly args?: ReadonlyArray<string>
  /** Asked so many seconds after the process was stopped for that long and went on. */
  readonly stopSeconds?: number
  /** Arguments of `perigee chaos run`, injected so long before the question. */
  readonly chaos?: ReadonlyArray<string>
}

const fault = (cause: string, name: string, where?: string): Row => ({
  name: `${name}${where === undefined ? "" : `=${where}`}`,
  cause,
  ...(where === undefined || where.startsWith("all") ? {} : { where }),
  args: ["--faults", where === undefined ? name : `${name}=${where}@10`]
})

export const rows: ReadonlyArray<Row> = [
  { name: "control" },
  fault("wrong-units", "wrong-units", "radar-syowa"),
  fault("sensor-clock", "clock-bias", "radar-poker-flat"),
  fault("silent-sensor", "silent-sensor", "radar-svalbard"),
  fault("cross-tagged", "cross-tag", "radar-svalbard"),
  fault("duplicates", "duplicates"),
  fault("reordering", "reordering"),
  { name: "stopped for 15 s", cause: "paused-process", where: "process", stopSeconds: 15 },
  {
    name: "chaos latency=assess",
    cause: "slow-stage",
    where: "assess",
    chaos: ["latency", "--stage", "assess", "--millis", "300"]
  },
  {
    name: "chaos latency=track",
    cause: "slow-stage",
    where: "track",
    chaos: ["latency", "--stage", "track", "--millis", "300"]
  },
  { name: "chaos disk-slow", cause: "slow-disk", where: "log", chaos: ["disk-slow", "--millis", "400"] },
  // Health tells that the log cannot be written, not why.
  { name: "chaos disk-full", cause: "log-unwritable", where: "log", chaos: ["disk-full"] },
  { name: "chaos cpu", cause: "busy-process", chaos: ["cpu", "--busy", "0.97"] },
  { name: "chaos clock", cause: "own-clock", chaos: ["clock-skew", "--millis", "30000"] }
]

const main = resolve(import.meta.dirname, "../src/main.ts")

const freePort = () =>
  new Promise<number>((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => found(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const perigee = (...args: ReadonlyArray<string>) =>
  new Promise<string>((done) => {
    const child = spawn(process.execPath, [main, ...args], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let text = ""
    child.stdout.on("data", (part) => (text += String(part)))
    child.on("close", () => done(text))
  })

export type Mark = "right" | "wrong" | "abstained"

export interface Outcome {
  readonly mark: Mark
  readonly said: string
}

export const markOf = (
  row: Row,
  { cause, verdict, where }: { readonly verdict: string; readonly cause: string | null; readonly where: string | null }
): Mark =>
  row.cause === undefined
    ? verdict === "healthy" ? "right" : verdict === "cause" ? "wrong" : "abstained"
    : verdict === "unsure"
    ? "abstained"
    : cause === row.cause && (row.where === undefined || row.where === where)
    ? "right"
    : "wrong"

export const measure = async (row: Row, seed: number, speed: number, seconds: number): Promise<Outcome> => {
  const directory = mkdtempSync(join(tmpdir(), "perigee-diagnosis-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = ["run", "--seed", String(seed), "--speed", String(speed), ...(row.args ?? [])]
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    stdio: "ignore",
    env: {
      ...process.env,
      PERIGEE_HTTP_PORT: String(port),
      PERIGEE_CHAOS: row.chaos === undefined ? "off" : "on",
      PERIGEE_OTLP_HTTP_PORT: "0",
      PERIGEE_OTLP_GRPC_PORT: "0"
    }
  })
  const ended = new Promise((done) => child.on("close", done))
  try {
    await sleep(seconds * 1000)
    if (row.stopSeconds !== undefined) {
      child.kill("SIGSTOP")
      await sleep(row.stopSeconds * 1000)
      child.kill("SIGCONT")
      await sleep(4000)
    }
    if (row.chaos !== undefined) {
      // No steady state worth the name: it is to stay in until the question.
      const expect = "pipeline_unread_records<=1000000000@10s"
      void perigee("chaos", "run", ...row.chaos, "--for", "10m", "--expect", expect, "--url", url)
      await sleep(seconds * 1000)
    }
    const text = await perigee("diagnose", "auto", "--json", "--url", url)
    if (text === "") return { mark: "abstained", said: "cannot ask" }
    const { conclusion } = JSON.parse(text)
    return {
      mark: markOf(row, conclusion),
      said: `${conclusion.verdict} ${conclusion.cause ?? ""} ${conclusion.where ?? ""}: ${
        String(conclusion.because).slice(0, 110)
      }`
    }
  } finally {
    child.kill("SIGKILL")
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "31,32" },
      rows: { type: "string" },
      speed: { type: "string", default: "4" },
      seconds: { type: "string", default: "25" }
    }
  })
  const chosen = rows.filter(({ name }) =>
    values.rows === undefined || values.rows.split(",").some((part) => name.startsWith(part))
  )
  const marks = { right: 0, wrong: 0, abstained: 0 }
  for (const row of chosen) {
    for (const seed of values.seeds.split(",").map(Number)) {
      const { mark, said } = await measure(row, seed, Number(values.speed), Number(values.seconds))
      marks[mark]++
      console.log(`${row.name.padEnd(32)} seed ${seed}  ${mark.padEnd(9)}  ${said}`)
    }
  }
  console.log(`right ${marks.right}, wrong ${marks.wrong}, abstained ${marks.abstained}`)
}
