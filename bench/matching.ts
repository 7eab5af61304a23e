/**
 * What matching an observation without a hint costs, against looking at every object.
 *
 *     node bench/matching.ts [observations] [catalogue]
 *
 * Observations of objects drawn from the whole catalogue, by the radars, telescopes and links that ship, over two minutes, so that both have skies to make.
 * Answers are compared first; then CPU time in interleaved pairs.
 */
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../src/domain/orbit/catalogue/Catalogue.ts"
import { makePropagator } from "../src/domain/orbit/propagation/Propagator.ts"
import { type Candidates, makeCandidates } from "../src/domain/orbit/tracking/candidates.ts"
import { catalogueObservations } from "../test/support/catalogueObservations.ts"
import { linearMatch } from "./support/linearMatch.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"

const [wanted = "1000", file = "../shared/data/catalogue/celestrak_active_2025-04-24.3le"] = process.argv.slice(2)
const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(file, "utf8"), file))
const propagators = [...catalogue.values()].flatMap((elements) =>
  Result.match(makePropagator(elements), { onSuccess: (made) => [made], onFailure: () => [] })
)
const seen = catalogueObservations(propagators, {
  count: Number(wanted),
  from: Date.parse("2025-04-25T06:00:00Z"),
  seconds: 120
})
const candidates = makeCandidates(catalogue)
const linear = linearMatch(candidates, [...catalogue.keys()])

let matched = 0
for (const { observation, sensor, time, truth } of seen) {
  const answer = candidates.match(observation, sensor, time)
  if (answer.includes(truth)) matched++
  if (answer.join() !== linear(observation, sensor, time).join()) throw new Error(`answers differ for ${truth}`)
}
console.log(
  `${catalogue.size} objects, ${seen.length} observations, ${matched} of them matched to their object, Node ${process.versions.node}`
)

let sink = 0
for (const kind of ["all", "radar", "optical", "isl"] as const) {
  const some = kind === "all" ? seen : seen.filter(({ observation }) => observation.sourceKind === kind)
  const run = (match: Candidates["match"]) => () => {
    for (const { observation, sensor, time } of some) sink += match(observation, sensor, time).length
  }
  const result = await runPairs(() => cpuTimed(run(linear)), () => cpuTimed(run(candidates.match)), {
    pairs: 20,
    warmUp: 2
  })
  const each = (millis: number) => (1000 * millis / some.length).toFixed(1)
  console.log(
    `${kind}: ${formatRatio("every object", "by place", result)}; an observation ${each(result.medianA)} and ${
      each(result.medianB)
    } us`
  )
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`)
if (Number.isNaN(sink)) throw new Error("a result is not a number")
