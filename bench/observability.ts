/**
 * What observing the fusion pipeline costs: processes that work off the same file by turns, one that is observed as `perigee run` is, one that
 * is not.
 *
 *     node bench/observability.ts [pairs] [comparison]
 *
 * A process of its own for every run, as two runs of the same program differ by what the compiler made of it. Counted is what the observations
 * after the first {@link warmUp} cost: what a start costs (compiling, screening) is over by then, so this is the cost of a run that goes on. CPU time of
 * the thread that does the work, which bounds throughput, and of all threads, the garbage collector's and the compiler's among them; ratio with its
 * 95 % interval. Comparisons: `everything` against `off` by default, or any of those listed by `all`.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { join } from "node:path"
import { answerFrom, tellCosts } from "./support/apart.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { fusionRun, writeScenarioFile } from "./support/fusionRun.ts"
import { layerPaced } from "./support/pacedLog.ts"
import { runPairs } from "./support/pairs.ts"
import { everything, layerSeeing, type Seeing, unobserved } from "./support/seeing.ts"
import { type Usage, usage, usedSince } from "./support/usage.ts"

const sights: Readonly<Record<string, Seeing>> = {
  off: unobserved,
  "1 %": { ratio: 0.01 },
  "1 % and flight recorder": { ratio: 0.01, recorder: true },
  "1 % and metrics": { ratio: 0.01, metrics: true },
  "1 % and lineage": { ratio: 0.01, lineage: 0.01 },
  everything,
  "100 %": { ratio: 1 }
}

/** Observations before those that count, and how many count. */
const [warmUp, counted] = [40_000, 80_000]
const [first = "20", chosen = "everything", file] = process.argv.slice(2)

/** One run in this process; tells whoever started it what each observation that counts took, ms, and ends. */
const runHere = (seeing: Seeing, path: string): Promise<unknown> => {
  let before: Usage | undefined
  const seen = (read: number): void => {
    if (read < warmUp) return
    before ??= usage()
    if (read < warmUp + counted) return
    process.send?.(usedSince(before, counted), () => process.exit())
  }
  return fusionRun(path, layerPaced(seen), layerSeeing(seeing))
}

const compare = async (nameA: string, nameB: string, path: string): Promise<void> => {
  const costs: Readonly<Record<"a" | "b", Array<Usage>>> = { a: [], b: [] }
  const side = (name: string, all: Array<Usage>) => async () => {
    const used = await answerFrom<Usage>(import.meta.filename, first, name, path)
    all.push(used)
    return used.thread
  }
  await runPairs(side(nameA, costs.a), side(nameB, costs.b), { pairs: Number(first), warmUp: 0 })
  tellCosts(nameA, nameB, costs.a, costs.b)
}

const seeing = sights[chosen]
if (file !== undefined && seeing !== undefined) await runHere(seeing, file)
else if (chosen === "all" || seeing !== undefined) {
  const path = join(benchDirectory(), "observations.jsonl")
  // More than is taken: what ends a file is not counted.
  await writeScenarioFile(path, warmUp + counted + 5000)
  console.log(`CPU of the fusion pipeline over ${counted} observations; Node ${process.versions.node}`)
  for (const name of chosen === "all" ? Object.keys(sights).slice(1) : [chosen]) await compare("off", name, path)
} else {
  console.error(`no comparison ${chosen}: all, ${Object.keys(sights).slice(1).join(", ")}`)
  process.exitCode = 2
}
