/**
 * Spans per CPU-second of a collector process, all its threads, durable embedded log in front, as the generator measures it from outside.
 *
 *     node bench/collector.ts <otlpgen> [traces] [rounds]
 *
 * `otlpgen` is the load generator of the project's shared tools, built with `go build`. Spans are 632 B, 10 attributes, 8 a trace. The transports and sizes
 * take turns, so that what else the machine does hits all of them; the median of the rounds is printed, and the bytes of the log per span.
 */
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { benchDirectory } from "./support/benchDirectory.ts"

const [generator, traces = "100000", rounds = "3"] = process.argv.slice(2)
if (generator === undefined) {
  console.error("usage: node bench/collector.ts <otlpgen> [traces] [rounds]")
  process.exit(2)
}

const root = benchDirectory()

interface Run {
  readonly TargetSpansPerCPUSec: number
  readonly SpansPerSec: number
  readonly AcceptedSpans: number
  readonly P50ms: number
  readonly P99ms: number
  readonly TargetRSSPeak: number
}

/** For comparison: what Node takes to receive the same. */
const dropping = "HTTP, received and dropped, 800 spans a request"

const cases: ReadonlyArray<readonly [name: string, floor: number | undefined, args: ReadonlyArray<string>]> = [
  [dropping, undefined, ["-batch", "100"]],
  ["HTTP, 800 spans a request", 350_000, ["-batch", "100"]],
  ["HTTP, 96 spans a request", 220_000, ["-batch", "12"]],
  ["HTTP, 8 spans a request", undefined, ["-batch", "1"]],
  ["HTTP gzip, 800 spans a request", undefined, ["-batch", "100", "-gzip"]],
  ["gRPC, 800 spans a request", undefined, ["-batch", "100", "-proto", "grpc"]]
]

const run = async (name: string, args: ReadonlyArray<string>) => {
  const directory = mkdtempSync(join(root, "log-"))
  const program = name === dropping ? "dropProcess.ts" : "collectorProcess.ts"
  const child = spawn(process.execPath, [join(import.meta.dirname, "support", program), directory], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const out = join(directory, "result.json")
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith("{")) continue
    const { grpc, http } = JSON.parse(line)
    const endpoint = args.includes("grpc") ? grpc : `${http}/v1/traces`
    const load = (count: string, first: string) =>
      execFileSync(generator, [
        "load",
        "-endpoint",
        endpoint,
        "-traces",
        count,
        "-first",
        first,
        "-pid",
        String(child.pid),
        "-interval",
        "0",
        "-json",
        out,
        ...args
      ])
    // Compiled by now, and its buffers there.
    load("10000", "0")
    load(traces, "10000")
    break
  }
  child.stdin.end()
  await new Promise((resolve) => child.on("exit", resolve))
  const result: Run = JSON.parse(readFileSync(out, "utf8"))
  const log = statSync(join(directory, "log.sqlite"), { throwIfNoEntry: false })
  const bytes = (log?.size ?? 0) / (result.AcceptedSpans + 80_000)
  rmSync(directory, { recursive: true })
  return { ...result, bytes }
}

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const results = cases.map((): Array<Awaited<ReturnType<typeof run>>> => [])
for (let round = 0; round < Number(rounds); round++) {
  for (const [i, [name, , args]] of cases.entries()) results[i]?.push(await run(name, args))
}
console.log(`${traces} traces of 8 spans, ${rounds} rounds`)
for (const [i, [name, floor]] of cases.entries()) {
  const of = (key: keyof Run | "bytes") => median((results[i] ?? []).map((each) => each[key]))
  console.log(
    `${name}: ${Math.round(of("TargetSpansPerCPUSec"))} spans/CPU-s${floor === undefined ? "" : ` (floor ${floor})`}, `
      + `${Math.round(of("SpansPerSec"))} spans/s, p50 ${of("P50ms").toFixed(1)} ms, p99 ${of("P99ms").toFixed(1)} ms, `
      + `${of("bytes").toFixed(0)} B/span in the log, peak ${Math.round(of("TargetRSSPeak") / 2 ** 20)} MiB`
  )
}
