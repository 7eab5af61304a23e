/**
 * The NEXMark queries on the operators, with all of a stage's instruments on and 1 % of the events traced, against hand-written loops and
 * against Flink at parallelism 1, in one session.
 *
 *     node -C perigee-source bench/nexmark.ts [--query all|q5] [--n 5000000] [--pairs-n 5000000] [--pairs 20] [--no-flink]
 *
 * First the pairs: for each query a process in which loop and operators take turns over `--pairs-n` events; CPU time, the ratio with its
 * 95 % interval. Then the yardstick's own measure over `--n` events: a process for each system and query, three warm-ups, the median of three
 * runs. Every answer is held to the loop's and, where it is published, to the yardstick's; one that differs ends with exit code 1.
 */
import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { publishedAnswers } from "../test/support/sharedNexmark.ts"
import { runFlink, whyNoFlink } from "./nexmark/flink.ts"
import { loops } from "./nexmark/loops/index.ts"
import { pipelineWork } from "./nexmark/queries/index.ts"
import { nexmarkQueries, type NexmarkQuery, type NexmarkRun } from "./nexmark/queries/types.ts"
import { cpuTimed, type PairsResult, runPairs } from "./support/pairs.ts"

const { values: flags } = parseArgs({
  options: {
    query: { type: "string", default: "all" },
    n: { type: "string", default: "5000000" },
    "pairs-n": { type: "string", default: "5000000" },
    pairs: { type: "string", default: "20" },
    "only-pairs": { type: "boolean", default: false },
    "no-flink": { type: "boolean", default: false }
  }
})
const seed = 42
const disorder = 2000
const events = Number(flags.n)
const queries = nexmarkQueries.filter((query) => flags.query === "all" || flags.query === query)

/** Loop and operators by turns, in this process. */
const pairsOf = async (query: NexmarkQuery): Promise<PairsResult> => {
  const run = { query, n: Number(flags["pairs-n"]), disorder, seed }
  const operators = pipelineWork()
  const a = await operators(run)
  const b = loops[query](run)
  if (a.hash !== b.hash || a.count !== b.count) throw new Error(`${query}: ${JSON.stringify([a, b])}`)
  return runPairs(() => cpuTimed(() => loops[query](run)), () => cpuTimed(() => operators(run)), {
    pairs: Number(flags.pairs),
    warmUp: 3
  })
}

const Result = Schema.Struct({
  query: Schema.Literals(nexmarkQueries),
  count: Schema.Int,
  hash: Schema.String,
  lateDropped: Schema.Int,
  eventsPerCpuSecond: Schema.Int
})
const Ratio = Schema.Struct({ ratio: Schema.Finite, low: Schema.Finite, high: Schema.Finite, pairs: Schema.Int })
const decodeResult = Schema.decodeUnknownSync(Schema.fromJsonString(Result))
const decodeRatio = Schema.decodeUnknownSync(Schema.fromJsonString(Ratio))

const inProcess = (file: string, ...args: ReadonlyArray<string>): string => {
  const { status, stdout } = spawnSync(process.execPath, ["-C", "perigee-source", file, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"]
  })
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}`)
  return stdout
}

const measured = (system: "operators" | "loops", run: NexmarkRun, runs = 3): typeof Result.Type => {
  const numbers = [run.n, run.disorder, run.seed, 1024, 0.01, runs].map(String)
  return decodeResult(
    inProcess(resolve(import.meta.dirname, "nexmark/measureQuery.ts"), system, run.query, ...numbers)
  )
}

const published = (run: NexmarkRun) =>
  publishedAnswers()?.find((each) => each.n === run.n && each.disorderMs === run.disorder && each.seed === run.seed)
    ?.queries[run.query]

interface Answer {
  readonly count: number
  readonly hash: string
}

/** Holds an answer to another; says so and remembers when they differ. */
const hold = (what: string, answer: Answer, expected: Answer | undefined): boolean => {
  if (expected === undefined) return false
  const agrees = answer.count === expected.count && answer.hash === expected.hash
  if (!agrees) {
    console.error(`${what}: ${answer.count} ${answer.hash}, expected ${expected.count} ${expected.hash}`)
    process.exitCode = 1
  }
  return agrees
}

const millions = (perSecond: number): string => (perSecond / 1e6).toFixed(2)

const compare = (query: NexmarkQuery, flink: boolean): ReadonlyArray<string> => {
  const args = ["--only-pairs", "--query", query, "--pairs-n", flags["pairs-n"], "--pairs", flags.pairs]
  const { high, low, pairs, ratio } = decodeRatio(inProcess(import.meta.filename, ...args))
  const interval = `${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
  console.log(`${query}: operators cost ${interval} times the loop, 95 %, ${pairs} pairs of ${flags["pairs-n"]} events`)
  const run = { query, n: events, disorder, seed }
  const loop = measured("loops", run)
  const operators = measured("operators", run)
  const peer = flink ? runFlink(run) : undefined
  const ordered = { ...run, disorder: 0 }
  const known = [run, ordered].filter((each) => {
    const answer = each === run ? operators : measured("operators", each, 1)
    if (answer.lateDropped > 0) {
      console.error(`${query}: ${answer.lateDropped} events were late`)
      process.exitCode = 1
    }
    hold(`${query} by operators, against the loop`, answer, each === run ? loop : loops[query](each))
    return hold(`${query} by operators, against the published answer`, answer, published(each))
  })
  if (peer !== undefined) hold(`${query} by Flink`, peer, loop)
  const ahead = Math.max(operators.eventsPerCpuSecond, peer?.eventsPerCpuSecond ?? 0)
  const row = [
    query,
    millions(loop.eventsPerCpuSecond),
    millions(operators.eventsPerCpuSecond),
    (loop.eventsPerCpuSecond / operators.eventsPerCpuSecond).toFixed(2),
    interval,
    peer === undefined ? "-" : millions(peer.eventsPerCpuSecond),
    peer === undefined ? "-" : ahead === operators.eventsPerCpuSecond ? "operators" : "Flink",
    [run, ordered].some((each) => published(each) !== undefined) ? `${known.length} of 2` : "none for so many"
  ]
  console.log(row.join("  "))
  return row
}

if (flags["only-pairs"]) {
  for (const query of queries) console.log(JSON.stringify(await pairsOf(query)))
} else {
  const missing = flags["no-flink"] ? "not asked for" : whyNoFlink()
  if (missing !== undefined) console.error(`without Flink: ${missing}`)
  const head = ["query", "loop", "operators", "cost", "in pairs (95 %)", "Flink", "ahead", "published answers"]
  const rows = [head, ...queries.map((query) => compare(query, missing === undefined))]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  console.log(`\nM events by second of CPU, ${events} events, disorder ${disorder} ms, Node ${process.versions.node}\n`)
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
}
