/** A numeric filter over the network that ships, and a track run through it. */
import { makeForceModel } from "../../src/domain/orbit/forces/ForceModel.ts"
import type { Innovation } from "../../src/domain/orbit/tracking/Innovation.ts"
import type { NumericEstimate } from "../../src/domain/orbit/tracking/numeric/NumericEstimate.ts"
import { makeNumericFilter, numericEstimateOf } from "../../src/domain/orbit/tracking/numeric/numericFilter.ts"
import { makeOrbitDynamics } from "../../src/domain/orbit/tracking/numeric/OrbitDynamics.ts"
import { registry } from "./scenario.ts"
import { catalogued, type SimulatedObservation } from "./trackSimulation.ts"
import type { TrackedObject } from "./truth/trackedObject.ts"

export const dynamics = makeOrbitDynamics(makeForceModel())
export const filter = makeNumericFilter(dynamics, (id) => registry.bySourceId.get(id))

export const begun = ({ elements }: Pick<TrackedObject, "elements">): NumericEstimate =>
  numericEstimateOf(catalogued(elements))

export const filteredNumeric = (
  start: NumericEstimate,
  observations: ReadonlyArray<SimulatedObservation>
): { readonly estimate: NumericEstimate; readonly innovations: ReadonlyArray<Innovation> } => {
  let estimate = start
  const innovations: Array<Innovation> = []
  for (const { observation, sensor, time } of observations) {
    const result = filter(estimate, observation, sensor, time)
    if (result === undefined) throw new Error("no update")
    estimate = result.estimate
    innovations.push(result.innovation)
  }
  return { estimate, innovations }
}
