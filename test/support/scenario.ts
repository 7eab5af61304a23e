/** Scenarios for tests: the network that ships over the synthetic catalogue. */
import { Result } from "effect"
import { defaultRegistry } from "../../src/domain/observation/sensors/defaultSensors.ts"
import { parseFaults } from "../../src/domain/simulation/faults.ts"
import { makeScenario, type Scenario, type ScenarioOptions, seededStart } from "../../src/domain/simulation/scenario.ts"
import { type SyntheticCatalogue, syntheticCatalogue } from "../../src/domain/simulation/syntheticCatalogue.ts"
import type { UtcTime } from "../../src/domain/time/UtcTime.ts"

export const registry = defaultRegistry()
export const sensors = [...registry.bySourceId.values()]

export const synthetic = (seed: number, start: UtcTime = seededStart, count = 300): SyntheticCatalogue =>
  Result.getOrThrow(syntheticCatalogue({ seed, start, sensors, count }))

export interface TestScenario {
  readonly seed?: number
  readonly start?: UtcTime
  readonly seconds?: number
  readonly faults?: string
  readonly count?: number
}

/** Options of a scenario of the synthetic catalogue, 20 s long unless said otherwise. */
export const scenarioOptions = (
  { count = 300, faults = "", seconds = 20, seed = 7, start = seededStart }: TestScenario = {}
): ScenarioOptions => {
  const { elements, planned } = synthetic(seed, start, count)
  return {
    seed,
    start,
    durationMillis: seconds * 1000,
    catalogue: elements,
    sensors,
    faults: Result.getOrThrow(parseFaults(faults, new Set(registry.bySourceId.keys()))),
    planned
  }
}

export const scenario = (options: TestScenario = {}): Scenario => makeScenario(scenarioOptions(options))
