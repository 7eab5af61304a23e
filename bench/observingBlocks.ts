/**
 * What observing the fusion pipeline costs while it runs: in one run, by turns, {@link block} observations observed as `perigee run` does and as
 * many not observed.
 *
 *     node bench/observingBlocks.ts [pairs]
 *
 * Two runs of one program differ by what the compiler made of it, blocks of one run do not; and the blocks of one run differ by what is in them, which
 * the second run of a pair takes out: in it the same observations are observed that in the first were not. CPU time of the thread that does the work,
 * which bounds throughput, and of all threads; ratio with its 95 % interval over the pairs. The observations before are observed too, and many: one in a
 * hundred is traced, so it takes some hundred thousand until the compiler has done with the code that traces them, as in a process that has run for
 * seconds. What it costs that observing is possible at all it does not show: for that see `bench/observability.ts`.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { join } from "node:path"
import { answerFrom, tellCosts } from "./support/apart.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { fusionRun, writeScenarioFile } from "./support/fusionRun.ts"
import { layerPaced } from "./support/pacedLog.ts"
import { enoughPairs } from "./support/pairs.ts"
import { layerSwitched } from "./support/seeing.ts"
import { type Usage, usage, usedSince } from "./support/usage.ts"

const [warmUp, block, blocks] = [120_000, 1000, 80]

const [first = "20", side = "", file] = process.argv.slice(2)

/** Whether a block is observed: by turns, as on, off, off, on. `side`: of the two runs of a pair. */
const isObserved = (place: number, side: number): boolean => (((place + 1) >> 1) + side) % 2 === 0

/** One run in this process; tells whoever started it what an observation of each block took, ms, and ends. */
const runHere = (side: number, path: string): Promise<unknown> => {
  const taken: Array<Usage> = []
  let before: (Usage & { readonly read: number }) | undefined
  const seen = (read: number): void => {
    if (read < warmUp + taken.length * block + (before === undefined ? 0 : block)) return
    if (before !== undefined) {
      taken.push(usedSince(before, read - before.read))
    }
    before = { ...usage(), read }
    if (taken.length === blocks) process.send?.(taken, () => process.exit())
  }
  return fusionRun(path, layerPaced(seen), layerSwitched(() => before === undefined || isObserved(taken.length, side)))
}

const geometricMean = (values: ReadonlyArray<number>): number =>
  Math.exp(values.reduce((sum, each) => sum + Math.log(each), 0) / values.length)

/** What the blocks of a pair of runs took that were observed, or were not: every block is once among each. */
const costOf = (runs: ReadonlyArray<ReadonlyArray<Usage>>, observed: boolean): Usage => {
  const used = runs.flatMap((taken, side) => taken.filter((_, place) => isObserved(place, side) === observed))
  return { thread: geometricMean(used.map(({ thread }) => thread)), all: geometricMean(used.map(({ all }) => all)) }
}

if (file !== undefined) await runHere(Number(side), file)
else {
  const path = join(benchDirectory(), "observations.jsonl")
  // More than is taken: what ends a file is not counted.
  await writeScenarioFile(path, warmUp + blocks * block + 5000)
  console.log(`CPU of the fusion pipeline, ${blocks} blocks of ${block} observations; Node ${process.versions.node}`)
  const costs: Readonly<Record<"off" | "on", Array<Usage>>> = { off: [], on: [] }
  for (let pair = 0; pair < enoughPairs(Number(first)); pair++) {
    const runs: Array<ReadonlyArray<Usage>> = []
    for (const side of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      runs[side] = await answerFrom<ReadonlyArray<Usage>>(import.meta.filename, first, String(side), path)
    }
    costs.off.push(costOf(runs, false))
    costs.on.push(costOf(runs, true))
  }
  tellCosts("off", "everything", costs.off, costs.on)
}
