/**
 * What a probability of collision costs by each method, on published conjunctions.
 *
 *     node bench/risk.ts
 *
 * NASA CARA's 53 conjunctions (test/domain/orbit/encounter/data): the 2-D Pc, the bound that tells where it holds, Nc in two and in three dimensions,
 * and `assessConjunction`, which takes what is needed. Each is compared with the 2-D Pc in interleaved pairs; a method's figure is CPU time over
 * all 53, so that the dear ones weigh as they do in the set.
 */
import { positionBlock } from "../src/domain/orbit/algebra/covariance.ts"
import { subtract } from "../src/domain/orbit/algebra/vector3.ts"
import { assessConjunction } from "../src/domain/orbit/encounter/assessConjunction.ts"
import { collisionProbability } from "../src/domain/orbit/encounter/collisionProbability.ts"
import { curvedProbability } from "../src/domain/orbit/encounter/curvedProbability.ts"
import { straightness } from "../src/domain/orbit/encounter/straightness.ts"
import { caraConjunctions } from "../test/support/publishedConjunctions.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"

const conjunctions = caraConjunctions().map(({ hardBodyRadius, objects }) => {
  const [primary, secondary] = objects
  const [first, second] = [positionBlock(primary.covariance), positionBlock(secondary.covariance)]
  return {
    objects,
    hardBodyRadius,
    pair: { primary, secondary },
    placed: [{ state: primary.state, covariance: first }, { state: secondary.state, covariance: second }] as const,
    geometry: {
      relativePosition: subtract(secondary.state.position, primary.state.position),
      relativeVelocity: subtract(secondary.state.velocity, primary.state.velocity),
      covariance: first.map((value, i) => value + (second[i] ?? 0)),
      hardBodyRadius,
      hardBodyShape: "circle"
    } as const
  }
})

let sink = 0
type Conjunction = (typeof conjunctions)[number]
const methods: Readonly<Record<string, readonly [rounds: number, work: (each: Conjunction) => number | undefined]>> = {
  "2-D": [20, ({ geometry }) => collisionProbability(geometry)?.pc],
  "bound on the bend": [20, ({ placed }) => straightness(placed[0], placed[1]).bend],
  "Nc, two dimensions": [2, ({ hardBodyRadius, pair }) => curvedProbability(pair, hardBodyRadius, "circle", false)?.pc],
  "Nc, three dimensions": [
    1,
    ({ hardBodyRadius, pair }) => curvedProbability(pair, hardBodyRadius, "circle", true)?.pc
  ],
  "assessConjunction": [
    2,
    ({ hardBodyRadius, objects }) =>
      assessConjunction(objects, 0, { radius: hardBodyRadius, shape: "circle", source: "" }, 0).pc
  ]
}

/** Milliseconds of CPU a conjunction. */
const cost = (name: string) => async (): Promise<number> => {
  const [rounds = 1, work] = methods[name] ?? []
  const millis = await cpuTimed(() => {
    for (let i = 0; i < rounds; i++) for (const each of conjunctions) sink += work?.(each) ?? 0
  })
  return millis / (rounds * conjunctions.length)
}

const rate = (millis: number): string => `${(1000 / millis).toPrecision(3)} a CPU-second`

console.log(`${conjunctions.length} conjunctions, Node ${process.versions.node}`)
for (const name of Object.keys(methods).slice(1)) {
  const result = await runPairs(cost("2-D"), cost(name), { pairs: 20, warmUp: 2 })
  console.log(`${formatRatio("2-D", name, result)}: 2-D ${rate(result.medianA)}, ${name} ${rate(result.medianB)}`)
}
if (Number.isNaN(sink)) throw new Error("a result is not a number")
