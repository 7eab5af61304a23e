/**
 * What observing the fusion pipeline costs while it runs: in one run, by turns, {@link block} observations observed as `perigee run` does and as
 * many not observed.
 *
 *     node bench/observingBlocks.ts [pairs]
 *
 * Two runs of one program differ by what the compiler made of it, blocks of one run do not; and the blocks of one run differ by what is in them, which
 * the second run of a pair takes out: in it the same observations are observed that in the first were not. CPU time of the thread that does the work,
 * which bounds throughput, and of all threads; ratio with its 95 % interval over the pairs. What it costs that observing is possible at all it does not
 * show: for that see `bench/observability.ts`.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { benchDirectory } from "./support/benchDirectory.ts"
import { fusionRun, writeScenarioFile } from "./support/fusionRun.ts"
import { layerPaced } from "./support/pacedLog.ts"
import { formatRatio, pairsResult } from "./support/pairs.ts"
import { layerSwitched } from "./support/seeing.ts"
import { type Usage, usage, usedSince } from "./support/usage.ts"

const [warmUp, block, blocks] = [40_000, 1000, 80]

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
      const { all, thread } = usedSince(before)
      const observations = read - before.read
      taken.push({ thread: thread / observations, all: all / observations })
    }
    before = { ...usage(), read }
    if (taken.length === blocks) process.send?.(taken, () => process.exit())
  }
  return fusionRun(path, layerPaced(seen), layerSwitched(() => before !== undefined && isObserved(taken.length, side)))
}

const runApart = async (side: number, path: string): Promise<ReadonlyArray<Usage>> => {
  const [taken]: ReadonlyArray<ReadonlyArray<Usage>> = await once(
    fork(import.meta.filename, [first, String(side), path]),
    "message"
  )
  if (taken?.length !== blocks) throw new Error(`run ${side}: no answer`)
  return taken
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, each) => sum + each, 0) / values.length

/** Geometric means over the blocks: not observed and, of the same observations in the other run, observed, each run as fast as the two are. */
const costsOf = (runs: ReadonlyArray<ReadonlyArray<Usage>>, which: keyof Usage): readonly [number, number] => {
  const logs: Record<"off" | "on", Array<number>> = { off: [], on: [] }
  runs.forEach((taken, side) => {
    taken.forEach((used, place) => logs[isObserved(place, side) ? "on" : "off"].push(Math.log(used[which])))
  })
  return [Math.exp(mean(logs.off)), Math.exp(mean(logs.on))]
}

if (file !== undefined) await runHere(Number(side), file)
else {
  const path = join(benchDirectory(), "observations.jsonl")
  // More than is taken: what ends a file is not counted.
  await writeScenarioFile(path, warmUp + blocks * block + 5000)
  const pairs = Math.max(20, Number(first))
  console.log(`CPU of the fusion pipeline, ${blocks} blocks of ${block} observations; Node ${process.versions.node}`)
  const costs: Record<keyof Usage, { readonly off: Array<number>; readonly on: Array<number> }> = {
    thread: { off: [], on: [] },
    all: { off: [], on: [] }
  }
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? [0, 1] : [1, 0]
    const runs: Array<ReadonlyArray<Usage>> = []
    for (const side of order) runs[side] = await runApart(side, path)
    for (const which of ["thread", "all"] as const) {
      const [off, on] = costsOf(runs, which)
      costs[which].off.push(off)
      costs[which].on.push(on)
    }
  }
  for (const [what, which] of [["its thread", "thread"], ["all threads", "all"]] as const) {
    const result = pairsResult(costs[which].off, costs[which].on)
    const micros = [result.medianA, result.medianB].map((millis) => (millis * 1000).toFixed(1))
    console.log(`${what}: ${formatRatio("off", "everything", result)}; an observation ${micros.join(" and ")} us`)
  }
}
