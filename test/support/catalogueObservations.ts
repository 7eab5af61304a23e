/** Observations of a catalogue's objects by the sensors that ship, each object where its elements put it. */
import type { Observation } from "../../src/domain/observation/Observation.ts"
import { defaultRegistry } from "../../src/domain/observation/sensors/defaultSensors.ts"
import type { Sensor } from "../../src/domain/observation/sensors/Sensor.ts"
import type { Propagator } from "../../src/domain/orbit/propagation/Propagator.ts"
import { observing } from "../../src/domain/simulation/observe.ts"
import { stream } from "../../src/domain/simulation/random.ts"
import { observationOf } from "./trackSimulation.ts"

export interface CatalogueObservation {
  readonly observation: Observation
  readonly sensor: Sensor
  readonly time: number
  readonly truth: string
}

/** So many observations within `seconds` of a time, of objects drawn at random, by every sensor in turn, without hints. In order of time. */
export const catalogueObservations = (
  objects: ReadonlyArray<Propagator>,
  options: { readonly count: number; readonly from: number; readonly seconds: number; readonly seed?: number }
): ReadonlyArray<CatalogueObservation> => {
  const { count, from, seconds, seed = 1 } = options
  const random = stream(seed, "catalogueObservations")
  const sensors = [...defaultRegistry().bySourceId.values()]
  const observers = sensors.map((sensor) => ({ sensor, observe: observing(seed, sensor) }))
  const made: Array<CatalogueObservation> = []
  for (let tries = 0; made.length < count; tries++) {
    if (tries > 100_000 * count) throw new Error("nothing is seen")
    const observer = observers[made.length % observers.length]
    const object = objects[random.integer(0, objects.length - 1)]
    const time = from + random.between(0, seconds) * 1000
    const state = object?.stateAt(time)
    if (observer === undefined || object === undefined || state === undefined) continue
    const { observe, sensor } = observer
    const above = sensor.observer?.at(time)
    if (above !== undefined) {
      const line = [0, 1, 2].map((k) => (state.position[k] ?? 0) - (above.position[k] ?? 0))
      if (line.reduce((sum, each, k) => sum + each * (above.up[k] ?? 0), 0) < 0.3 * Math.hypot(...line)) continue
    }
    const target = observe(state, time)
    if (target === undefined) continue
    made.push({
      observation: observationOf(made.length, sensor, target, time),
      sensor,
      time,
      truth: object.elements.objectId
    })
  }
  return made.toSorted((a, b) => a.time - b.time)
}
