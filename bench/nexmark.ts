/**
 * The NEXMark queries on the operators, with all of a stage's instruments on and 1 % of the events traced, against hand-written loops (one pass
 * over events that never lie in memory, and loops by stage on arrays of the operators' size) and against Flink at parallelism 1, in one session.
 *
 *     node -C perigee-source bench/nexmark.ts [--query all|q5] [--n 5000000] [--pairs-n 5000000] [--pairs 20] [--array-size 4096] [--runs 3] [--no-flink]
 *
 * Against the loops: for each query and kind of loop a process in which loop and operators take turns over `--pairs-n` events. Against Flink: by turns a process of each,
 * which measures as the yardstick says, over `--n` events: three warm-ups, the median of `--runs`. CPU time of all threads, the ratio with its 95 %
 * interval over the pairs. Every answer is held to the loop's and, where it is published, to the yardstick's; one that differs ends with exit code 1.
 */
import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { publishedAnswers } from "../test/support/sharedNexmark.ts"
import { runFlink, whyNoFlink } from "./nexmark/flink.ts"
import { type Loop, loops } from "./nexmark/loops/index.ts"
import { onArrays } from "./nexmark/loops/onArrays.ts"
import { pipelineWork } from "./nexmark/queries/index.ts"
import { defaultArraySize } from "./nexmark/queries/pipeline.ts"
import { nexmarkQueries, type NexmarkQuery, type NexmarkRun } from "./nexmark/queries/types.ts"
import { cpuTimed, enoughPairs, type PairsResult, runPairs } from "./support/pairs.ts"

const { values: flags } = parseArgs({
  options: {
    query: { type: "string", default: "all" },
    n: { type: "string", default: "5000000" },
    "pairs-n": { type: "string", default: "5000000" },
    pairs: { type: "string", default: "20" },
    "array-size": { type: "string", default: String(defaultArraySize) },
    runs: { type: "string", default: "3" },
    "only-pairs": { type: "string" },
    "no-flink": { type: "boolean", default: false }
  }
})
const seed = 42
const disorder = 2000
const events = Number(flags.n)
const arraySize = Number(flags["array-size"])
const queries = nexmarkQueries.filter((query) => flags.query === "all" || flags.query === query)

/** Loop and operators by turns, in this process. */
const pairsOf = async (query: NexmarkQuery, loop: Loop): Promise<PairsResult> => {
  const run = { query, n: Number(flags["pairs-n"]), disorder, seed }
  const operators = pipelineWork({ arraySize })
  const a = await operators(run)
  const b = loop(run)
  if (a.hash !== b.hash || a.count !== b.count) throw new Error(`${query}: ${JSON.stringify([a, b])}`)
  return runPairs(() => cpuTimed(() => loop(run)), () => cpuTimed(() => operators(run)), {
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
const Ratio = Schema.Struct({ ratio: Schema.Finite, low: Schema.Finite, high: Schema.Finite })
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

const measured = (
  system: "operators" | "loops",
  run: NexmarkRun,
  runs = Number(flags.runs)
): typeof Result.Type => {
  const numbers = [run.n, run.disorder, run.seed, arraySize, 0.01, runs].map(String)
  return decodeResult(
    inProcess(resolve(import.meta.dirname, "nexmark/measureQuery.ts"), system, run.query, ...numbers)
  )
}

/** Processes of operators and Flink by turns. The ratio is of their rates: above 1 the operators are ahead. */
const againstFlink = async (run: NexmarkRun, expected: Answer): Promise<PairsResult> => {
  const take = (what: string, result: Answer & { readonly eventsPerCpuSecond: number }): number => {
    hold(`${run.query} by ${what}`, result, expected)
    return result.eventsPerCpuSecond / 1e6
  }
  return runPairs(
    () => take("Flink", runFlink(run, { runs: Number(flags.runs) })),
    () => take("operators", measured("operators", run)),
    { pairs: Number(flags.pairs), warmUp: 0 }
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

const interval = ({ high, low, ratio }: Pick<PairsResult, "high" | "low" | "ratio">): string =>
  `${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`

const costOver = (loop: "loop" | "arrays", query: NexmarkQuery): string => {
  const args = ["--only-pairs", loop, "--query", query, "--pairs-n", flags["pairs-n"], "--pairs", flags.pairs]
  return interval(decodeRatio(inProcess(import.meta.filename, ...args, "--array-size", flags["array-size"])))
}

const compare = async (query: NexmarkQuery, flink: boolean): Promise<ReadonlyArray<string>> => {
  const cost = costOver("loop", query)
  const costOnArrays = costOver("arrays", query)
  const run = { query, n: events, disorder, seed }
  const loop = measured("loops", run)
  const operators = measured("operators", run)
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
  const peer = flink ? await againstFlink(run, loop) : undefined
  const row = [
    query,
    millions(loop.eventsPerCpuSecond),
    peer === undefined ? millions(operators.eventsPerCpuSecond) : peer.medianB.toFixed(2),
    cost,
    costOnArrays,
    peer === undefined ? "-" : peer.medianA.toFixed(2),
    peer === undefined ? "-" : interval(peer),
    [run, ordered].some((each) => published(each) !== undefined) ? `${known.length} of 2` : "none for so many"
  ]
  console.log(row.join("  "))
  return row
}

const only = flags["only-pairs"]
if (only !== undefined) {
  for (const query of queries) {
    console.log(JSON.stringify(await pairsOf(query, only === "arrays" ? onArrays(query, arraySize) : loops[query])))
  }
} else {
  const missing = flags["no-flink"] ? "not asked for" : whyNoFlink()
  if (missing !== undefined) console.error(`without Flink: ${missing}`)
  const head = [
    "query",
    "loop",
    "operators",
    "cost / loop",
    "cost / loops on arrays",
    "Flink",
    "operators / Flink",
    "published answers"
  ]
  const rows: Array<ReadonlyArray<string>> = [head]
  for (const query of queries) rows.push(await compare(query, missing === undefined))
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  console.log(
    `\nM events by second of CPU, ${events} events, disorder ${disorder} ms, arrays of ${arraySize}, Node ${process.versions.node};`
      + ` ratios with their 95 % interval, ${enoughPairs(Number(flags.pairs))} pairs\n`
  )
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
}
