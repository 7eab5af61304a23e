/**
 * What the track filter and the risk of a conjunction cost, in plain SGP4 propagations.
 *
 *     node bench/track.ts [observations]
 *
 * One low orbit seen by the radars that ship, four times a second: `updateTrack` of every observation, and `riskOf` after every
 * one for a conjunction with an orbit that crosses it. Each is compared with one SGP4 propagation an observation, in interleaved pairs.
 */
import { defaultRegistry } from "../src/domain/observation/sensors/defaultSensors.ts"
import { radiansPerDegree } from "../src/domain/orbit/catalogue/MeanElements.ts"
import { closestApproach } from "../src/domain/orbit/encounter/encounter.ts"
import { sgp4Dynamics } from "../src/domain/orbit/tracking/Dynamics.ts"
import { type TrackEstimate, updateTrack } from "../src/domain/orbit/tracking/TrackEstimate.ts"
import { isFlown } from "../src/domain/simulation/Emission.ts"
import { observing } from "../src/domain/simulation/observe.ts"
import { riskOf } from "../src/operators/fusion/conjunctions/assess.ts"
import { catalogued, observationOf, polarElements, type SimulatedObservation } from "../test/support/trackSimulation.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"

const wanted = Number(process.argv[2] ?? 5000)

const start = polarElements.epoch
const first = catalogued(polarElements)
const second = catalogued({ ...polarElements, objectId: "99902", inclination: 40 * radiansPerDegree })
const { reference } = first.linearisation

const sensors = [...defaultRegistry().bySourceId.values()].filter(isFlown).filter(({ kind }) => kind === "radar")
const observers = sensors.map((sensor) => ({ sensor, observe: observing(1, sensor) }))
const observations: Array<SimulatedObservation> = []
for (let time = start; observations.length < wanted; time += 250) {
  const state = reference.stateAt(time)
  if (state === undefined) throw new Error("no state")
  for (const { observe, sensor } of observers) {
    const target = observe(state, time)
    if (target === undefined) continue
    observations.push({ observation: observationOf(observations.length, sensor, target, time), sensor, time })
  }
}

/** After the observations, the first closest approach of the orbits. */
const nominal = Array.from({ length: 20 }, (_, i) => (observations.at(-1)?.time ?? start) + (i + 1) * 300_000)
  .map((guess) => closestApproach(reference.stateAt, second.linearisation.reference.stateAt, guess))
  .find((found) => found !== undefined)
if (nominal === undefined) throw new Error("no closest approach")
const conjunction = {
  alertId: "bench",
  pair: ["99901", "99902"] as const,
  nominalTca: nominal.tca,
  nominalMissDistance: nominal.missDistance,
  reachMillis: 1_500_000
}

/** A fresh linearisation each time, so that nothing is remembered from the round before. */
const estimates = (): ReadonlyArray<TrackEstimate> => {
  let estimate = catalogued(polarElements)
  return observations.map(({ observation, sensor, time }) => {
    estimate = updateTrack(estimate, observation, sensor, time)?.estimate ?? estimate
    return estimate
  })
}
const known = estimates()

let sink = 0
const sgp4 = () => {
  for (const { time } of observations) sink += reference.stateAt(time)?.position[0] ?? 0
}
const update = () => {
  sink += estimates().at(-1)?.accepted ?? 0
}
const risk = () => {
  for (const estimate of known) {
    const { nominalTca, reachMillis } = conjunction
    const found = sgp4Dynamics.encounterOf(estimate, second, nominalTca, reachMillis)
    if (found === undefined) continue
    sink += riskOf({ estimates: [estimate, second], kind: "speculative", observedUntil: estimate.time }, found)?.tca ??
      0
  }
}

console.log(`${observations.length} observations, Node ${process.versions.node}`)
for (const [name, work] of [["updateTrack", update], ["riskOf", risk]] as const) {
  const result = await runPairs(() => cpuTimed(sgp4), () => cpuTimed(work), { pairs: 30 })
  const each = (millis: number) => (1000 * millis / observations.length).toFixed(2)
  console.log(`${name}: ${formatRatio("SGP4", name, result)}`)
  console.log(`  ${each(result.medianB)} us against ${each(result.medianA)} us of one propagation`)
}
if (Number.isNaN(sink)) throw new Error("a result is not a number")
