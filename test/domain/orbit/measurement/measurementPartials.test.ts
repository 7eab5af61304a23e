import { describe, expect, it } from "@effect/vitest"
import type { Target } from "../../../../src/domain/observation/Observation.ts"
import { componentsOf, predict, wrap } from "../../../../src/domain/orbit/measurement/measurement.ts"
import { predictWithPartials } from "../../../../src/domain/orbit/measurement/measurementPartials.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"
import { registry } from "../../../support/scenario.ts"

const time = Date.UTC(2026, 2, 20, 7, 11)
const sensorOf = (id: string) => {
  const sensor = registry.bySourceId.get(id)
  if (sensor === undefined) throw new Error(id)
  return sensor
}
const radar = sensorOf("radar-svalbard")
const telescope = sensorOf("optical-tenerife")
const satellite = sensorOf("isl-98001")
const state: State = { position: [-1_200_000, 2_500_000, 6_900_000], velocity: [5000, -4500, 2700] }
const north: State = { position: [1_060_000, 900_000, 7_000_000], velocity: [-100, 7000, 800] }

const vector = [0, 0, 0] as const
const cases: ReadonlyArray<readonly [string, typeof radar, Target]> = [
  ["a radar", radar, { _tag: "RangeRate", range: 0, rangeRate: 0, azimuth: 0, elevation: 0 }],
  ["a radar without range and elevation", radar, { _tag: "RangeRate", rangeRate: 0, azimuth: 0 }],
  ["azimuth and elevation", radar, { _tag: "AzimuthElevation", azimuth: 0, elevation: 0 }],
  ["a telescope in EME2000", telescope, { _tag: "Angular", rightAscension: 0, declination: 0, frame: "EME2000" }],
  ["a telescope in TEME", telescope, { _tag: "Angular", rightAscension: 0, declination: 0, frame: "TEME" }],
  ...(["TEME", "ITRF", "EME2000", "GCRF"] as const).map((frame) =>
    [`a state in ${frame}`, satellite, { _tag: "StateVector", position: vector, velocity: vector, frame }] as const
  ),
  ["a position", satellite, { _tag: "StateVector", position: vector, frame: "ITRF" }]
]

const moved = ({ position, velocity }: State, j: number, by: number): State => {
  const at = (axis: number, value: number): number => axis === j ? value + by : value
  return {
    position: [at(0, position[0]), at(1, position[1]), at(2, position[2])],
    velocity: [at(3, velocity[0]), at(4, velocity[1]), at(5, velocity[2])]
  }
}

describe("predictWithPartials", () => {
  it.each(cases)("gives the prediction of %s, and derivatives that agree with differences", (_, sensor, target) => {
    for (const from of [state, north]) {
      // What was there before must not shine through.
      const partials = new Float64Array(36).fill(99)
      const predicted = predictWithPartials(sensor, target, from, time, partials)
      expect(predicted).toEqual(predict(sensor, target, from, time))
      const names = componentsOf(target)
      for (const [i, name] of names.entries()) {
        const expected = [0, 1, 2, 3, 4, 5].map((j) => {
          const step = j < 3 ? 10 : 0.01
          const plus = predict(sensor, target, moved(from, j, step), time)?.[i] ?? 0
          const minus = predict(sensor, target, moved(from, j, -step), time)?.[i] ?? 0
          const difference = plus - minus
          return (name === "azimuth" || name === "rightAscension" ? wrap(difference) : difference) / (2 * step)
        })
        // Positions and velocities have their own scale. A telescope's angles hang on the velocity by light time alone, which is left out.
        for (const part of [[0, 1, 2], [3, 4, 5]]) {
          const size = Math.max(...part.map((j) => Math.abs(expected[j] ?? 0)))
          if (target._tag === "Angular" && part[0] === 3) continue
          for (const j of part) {
            expect(Math.abs((partials[6 * i + j] ?? 0) - (expected[j] ?? 0))).toBeLessThan(3e-4 * size + 1e-12)
          }
        }
      }
    }
  })

  it("is undefined where there is no prediction", () => {
    const partials = new Float64Array(36)
    const target: Target = { _tag: "AzimuthElevation", azimuth: 0, elevation: 0 }
    expect(predictWithPartials(satellite, target, state, time, partials)).toBeUndefined()
    const fixed: Target = { _tag: "Angular", rightAscension: 0, declination: 0, frame: "ITRF" }
    expect(predictWithPartials(telescope, fixed, state, time, partials)).toBeUndefined()
  })
})
