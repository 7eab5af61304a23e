/**
 * The same queries on Flink, parallelism 1: the peer that lies beside the repository, built in a temporary folder and run in a process
 * of its own.
 *
 *     node bench/nexmark/flink.ts [query|all] [events] [disorder] [seed] [runs]
 *
 * Prints a line of JSON for each query and fails when count or digest differ from the plain loop's. Needs Java 17, Maven and, the first
 * time, its jars (some 100 MB, which Maven keeps). The build is reused as long as the peer's files stay the same.
 */
import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join, resolve } from "node:path"
import { loops } from "./loops/index.ts"
import { measureDefaults, type MeasureOptions } from "./queries/measure.ts"
import { nexmarkQueries, type NexmarkResult, type NexmarkRun } from "./queries/types.ts"

const repository = resolve(import.meta.dirname, "../..")
const sources = "src/main/java/h"

/** The peer's folder, or `undefined` when it is absent. */
const peerFolder = (): string | undefined =>
  ["../shared/nexmark/peers/flink", "../../shared/nexmark/peers/flink"]
    .map((path) => resolve(repository, path))
    .find((path) => existsSync(path))

const runs = (command: string, argument: string): boolean =>
  spawnSync(command, [argument], { stdio: "ignore" }).status === 0

/** Why Flink cannot be measured here, or `undefined` if it can. */
export const whyNoFlink = (): string | undefined => {
  if (peerFolder() === undefined) return "the peer's source, shared/nexmark/peers/flink, is not beside the repository"
  if (!runs("java", "-version") || !runs("javac", "-version")) return "java and javac (17 or later) are not installed"
  return runs("mvn", "-v") ? undefined : "mvn (Maven) is not installed"
}

const must = (cwd: string, command: string, args: ReadonlyArray<string>): void => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} failed in ${cwd}: ${error?.message ?? stdout + stderr}`)
}

/**
 * Gives the folder with `classes` and `lib`, after building it if it is not there. A folder is complete or absent: it is built beside
 * its place and renamed.
 */
export const buildFlink = (): string => {
  const missing = whyNoFlink()
  const peer = peerFolder()
  if (missing !== undefined || peer === undefined) throw new Error(`no Flink to measure: ${missing}`)
  const hash = createHash("sha256").update(readFileSync(join(peer, "pom.xml")))
  const files = readdirSync(join(peer, sources)).toSorted()
  for (const file of files) hash.update(file).update(readFileSync(join(peer, sources, file)))
  const folder = join(tmpdir(), `nexmark-flink-${hash.digest("hex").slice(0, 12)}`)
  if (existsSync(folder)) return folder
  const partial = mkdtempSync(`${folder}.`)
  try {
    cpSync(peer, partial, { recursive: true })
    mkdirSync(join(partial, "classes"))
    must(partial, "mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"])
    must(partial, "javac", ["-cp", "lib/*", "-d", "classes", ...files.map((file) => join(sources, file))])
    // Another process may have been faster: its folder is as good.
    if (!existsSync(folder)) renameSync(partial, folder)
    return folder
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

const Line = Schema.Struct({
  query: Schema.Literals(nexmarkQueries),
  n: Schema.Int,
  cpu: Schema.Finite,
  count: Schema.Int,
  hash: Schema.String
})
const decodeLine = Schema.decodeUnknownSync(Schema.fromJsonString(Line))

/** What Flink tells: not how many events it dropped as late. */
export type FlinkResult = Omit<NexmarkResult, "lateDropped">

/** The run with the median of CPU time among the lines that the peer printed. Runs that disagree are an error. */
export const flinkResult = (output: string): FlinkResult => {
  const lines = output.split("\n").filter((line) => line.startsWith("{")).map((line) => decodeLine(line))
  const median = lines.toSorted((a, b) => a.cpu - b.cpu)[lines.length >> 1]
  if (median === undefined) throw new Error("Flink printed no result")
  const { count, cpu, hash, n, query } = median
  if (lines.some((line) => line.count !== count || line.hash !== hash)) {
    throw new Error(`Flink's runs disagree:\n${output}`)
  }
  return { query, count, hash, eventsPerCpuSecond: Math.round(n / cpu) }
}

const opens = ["lang", "util", "time"].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`)

/** Warms up and measures one query in a Java process of its own. The interval is from the first event to the last row folded. */
export const runFlink = (run: NexmarkRun, options: MeasureOptions = {}): FlinkResult => {
  const folder = buildFlink()
  const { runs, warmUpEvents, warmUps } = { ...measureDefaults, ...options }
  const numbers = [1, run.n, warmUps, warmUpEvents, runs, run.disorder, run.seed, 0].map(String)
  const { error, status, stderr, stdout } = spawnSync(
    "java",
    [...opens, "-Xms4g", "-Xmx4g", "-cp", `classes${delimiter}lib/*`, "h.Nexmark", run.query, ...numbers],
    { cwd: folder, encoding: "utf8" }
  )
  if (status !== 0) throw new Error(`Flink failed on ${run.query}: ${error?.message ?? stderr}`)
  return flinkResult(stdout)
}

if (import.meta.main) {
  const [wanted = "all", n = "5000000", disorder = "2000", seed = "42", repeats = "3"] = process.argv.slice(2)
  const missing = whyNoFlink()
  const queries = nexmarkQueries.filter((query) => wanted === "all" || wanted === query)
  if (missing !== undefined || queries.length === 0) {
    console.error(missing ?? `no query ${wanted}: all, ${nexmarkQueries.join(", ")}`)
    process.exitCode = 1
  } else {
    for (const query of queries) {
      const run = { query, n: Number(n), disorder: Number(disorder), seed: Number(seed) }
      const result = runFlink(run, { runs: Number(repeats) })
      const { count, hash } = loops[query](run)
      const agrees = count === result.count && hash === result.hash
      if (!agrees) process.exitCode = 1
      console.log(JSON.stringify({ ...result, agrees }))
    }
  }
}
