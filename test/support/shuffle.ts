/** Arrival orders that a feed could have had. */
import type { Observation } from "../../src/domain/observation/Observation.ts"
import { stream } from "../../src/domain/simulation/random.ts"

/** By kind of sensor, ms; of one that is absent: none. */
export type Delays = Readonly<Partial<Record<Observation["sourceKind"], number>>>

/** The lateness of each kind, ms. */
export const lateness: Delays = { radar: 100, optical: 30_000, isl: 10_000 }

/** In the order of arrival when each observation takes a time of its own, from nothing to just under its kind's delay. */
export const shuffled = (
  observations: ReadonlyArray<Observation>,
  seed: number,
  delays: Delays = lateness
): ReadonlyArray<Observation> => {
  const random = stream(seed, "arrival")
  return observations
    .map((observation) => {
      const delay = random.uniform() * 0.999 * (delays[observation.sourceKind] ?? 0)
      return { observation, at: observation.sensorTimestamp + delay }
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ observation }) => observation)
}
