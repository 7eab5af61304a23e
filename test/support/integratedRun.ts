/** What the network that ships sees of integrated orbits, in spells with gaps between them, so that element sets come to be wrong. */
import { Result } from "effect"
import type { Observation } from "../../src/domain/observation/Observation.ts"
import type { MeanElements } from "../../src/domain/orbit/catalogue/MeanElements.ts"
import { makeScenario } from "../../src/domain/simulation/scenario.ts"
import { observationOf } from "../../src/layers/simulator/writeScenario.ts"
import { registry, scenarioOptions, type TestScenario } from "./scenario.ts"

/** `minutes`: when spells begin, after the start. All are of one truth, which has the element sets' states at the start. */
export const observedIntegrated = (
  { minutes, ...scenario }: TestScenario & { readonly minutes: ReadonlyArray<number> }
): { readonly observations: ReadonlyArray<Observation>; readonly catalogue: ReadonlyMap<string, MeanElements> } => {
  const options = scenarioOptions(scenario)
  const spell = (minute: number) =>
    Array.from(
      makeScenario({
        ...options,
        start: options.start + minute * 60_000,
        anchor: options.start,
        truthModel: "numeric"
      }).emissions,
      (emission) => Result.getOrThrow(observationOf(emission, registry))
    )
  return {
    observations: minutes.flatMap(spell),
    catalogue: new Map(Array.from(options.catalogue, (elements) => [elements.objectId, elements]))
  }
}
