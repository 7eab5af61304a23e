/**
 * One system on one query, in this process alone, as the yardstick wants it: a line of JSON.
 *
 *     node -C perigee-source bench/nexmark/measureQuery.ts <operators|loops> <query> <events> <disorder> <seed> [arraySize] [ratio] [runs]
 */
import { loops } from "./loops/index.ts"
import { pipelineWork } from "./queries/index.ts"
import { measure, measureDefaults } from "./queries/measure.ts"
import { defaultArraySize } from "./queries/pipeline.ts"
import { nexmarkQueries } from "./queries/types.ts"

const [system, wanted, n, disorder, seed, ...options] = process.argv.slice(2)
const [arraySize = String(defaultArraySize), ratio = "0.01", runs = String(measureDefaults.runs)] = options

const query = nexmarkQueries.find((name) => name === wanted)
if (query === undefined || (system !== "operators" && system !== "loops")) {
  console.error(`no system ${system} or no query ${wanted}`)
  process.exitCode = 2
} else {
  const run = { query, n: Number(n), disorder: Number(disorder), seed: Number(seed) }
  const work = system === "loops"
    ? loops[query]
    : pipelineWork({ arraySize: Number(arraySize), ratio: Number(ratio) })
  console.log(JSON.stringify(await measure(run, work, { runs: Number(runs) })))
}
