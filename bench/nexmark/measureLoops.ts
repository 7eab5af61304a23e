/**
 * The plain loops alone, in millions of events by second of CPU.
 *
 *     node bench/nexmark/measureLoops.ts [query|all] [events] [disorder] [seed]
 *
 * Every query runs in a process of its own, one after the other; a line of JSON for each.
 */
import { spawnSync } from "node:child_process"
import { loops } from "./loops/index.ts"
import { measure } from "./queries/measure.ts"
import { nexmarkQueries } from "./queries/types.ts"

const [wanted = "all", n = "5000000", disorder = "2000", seed = "42"] = process.argv.slice(2)

const query = nexmarkQueries.find((name) => name === wanted)
if (query !== undefined) {
  const run = { query, n: Number(n), disorder: Number(disorder), seed: Number(seed) }
  console.log(JSON.stringify(await measure(run, loops[query])))
} else if (wanted === "all") {
  for (const each of nexmarkQueries) {
    spawnSync(process.execPath, [import.meta.filename, each, n, disorder, seed], { stdio: "inherit" })
  }
} else {
  console.error(`no query ${wanted}: all, ${nexmarkQueries.join(", ")}`)
  process.exitCode = 1
}
