import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Target } from "../../../../src/domain/observation/Observation.ts"
import type { Sensor } from "../../../../src/domain/observation/sensors/Sensor.ts"
import { noEarthOrientation } from "../../../../src/domain/orbit/frames/EarthOrientation.ts"
import { convert } from "../../../../src/domain/orbit/frames/frames.ts"
import { rightAscensionDeclination, topocentric } from "../../../../src/domain/orbit/frames/topocentric.ts"
import {
  componentsOf,
  covarianceOf,
  dimension,
  measured,
  measurementTime,
  predict,
  residual,
  wrap
} from "../../../../src/domain/orbit/measurement/measurement.ts"
import { makeObserver } from "../../../../src/domain/orbit/measurement/Observer.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"

const site = { latitude: 1.36, longitude: 0.27, height: 450 }
const observer = makeObserver(site)
const time = Date.UTC(2009, 1, 10, 12)

const sensor: Sensor = {
  sourceId: "S",
  kind: "radar",
  site,
  observer,
  mask: { minimumElevation: 0.05 },
  biases: {},
  sigmas: { range: 25, rangeRate: 0.05, azimuth: 2e-4, elevation: 3e-4, position: 10, velocity: 0.1 },
  angleFrame: "EME2000",
  corrections: { lightTime: false, aberration: true },
  clockOffset: 0,
  earthOrientation: () => noEarthOrientation
}
const { observer: _, site: __, ...satellite } = sensor
const state: State = { position: [-1_200_000, 2_500_000, 6_600_000], velocity: [5000, -4500, 2700] }
const seen = topocentric(observer, state, time)

describe("predict", () => {
  it("gives the components that the target has, in the fixed order", () => {
    const full: Target = { _tag: "RangeRate", range: 1, rangeRate: 2, azimuth: 3, elevation: 4 }
    expect(predict(sensor, full, state, time)).toEqual(
      [seen.range, seen.rangeRate, seen.azimuth, seen.elevation]
    )
    expect(measured(full)).toEqual([1, 2, 3, 4])
    const part: Target = { _tag: "RangeRate", rangeRate: 2, elevation: 4 }
    expect(predict(sensor, part, state, time)).toEqual([seen.rangeRate, seen.elevation])
    expect(measured(part)).toEqual([2, 4])
    expect(componentsOf(part)).toEqual(["rangeRate", "elevation"])
    expect(dimension(part)).toBe(2)
    const angles: Target = { _tag: "AzimuthElevation", azimuth: 3, elevation: 4 }
    expect(predict(sensor, angles, state, time)).toEqual([seen.azimuth, seen.elevation])
  })

  it("right ascension in the frame of the target, with what the sensor has not corrected", () => {
    const target: Target = { _tag: "Angular", rightAscension: 1, declination: 0, frame: "EME2000" }
    const expected = rightAscensionDeclination(observer, state, time, "EME2000", sensor.corrections)
    expect(predict(sensor, target, state, time)).toEqual(
      [expected.rightAscension, expected.declination]
    )
    expect(predict(sensor, { ...target, frame: "ITRF" }, state, time)).toBeUndefined()
  })

  it("a state in the frame of the target", () => {
    const there = convert(state, "TEME", "ITRF", time)
    const target: Target = { _tag: "StateVector", ...there, frame: "ITRF" }
    expect(predict(satellite, target, state, time)).toEqual([...there.position, ...there.velocity])
    const positionOnly: Target = { _tag: "StateVector", position: there.position, frame: "ITRF" }
    expect(predict(satellite, positionOnly, state, time)).toEqual([...there.position])
  })

  it("adds the known biases", () => {
    const target: Target = { _tag: "RangeRate", range: 0, azimuth: 0 }
    const biased = predict({ ...sensor, biases: { range: 40, azimuth: 0.001 } }, target, state, time)
    expect(biased).toEqual([seen.range + 40, seen.azimuth + 0.001])
  })

  it("is undefined for a ground measurement of a sensor without a site", () => {
    expect(predict(satellite, { _tag: "RangeRate", range: 0 }, state, time)).toBeUndefined()
    expect(predict(satellite, { _tag: "AzimuthElevation", azimuth: 0, elevation: 0 }, state, time)).toBeUndefined()
  })
})

describe("residual", () => {
  it("wraps azimuth and right ascension across north, and nothing else", () => {
    const target: Target = { _tag: "RangeRate", range: 1000, azimuth: 0.01, elevation: 0.2 }
    const difference = residual(target, [990, 2 * Math.PI - 0.01, 0.1])
    expect(difference[0]).toBe(10)
    expect(difference[1]).toBeCloseTo(0.02, 12)
    expect(difference[2]).toBeCloseTo(0.1, 12)
    const angular: Target = { _tag: "Angular", rightAscension: 6.28, declination: 0.5, frame: "TEME" }
    expect(residual(angular, [0, 0.5])[0]).toBeCloseTo(6.28 - 2 * Math.PI, 12)
    const position: Target = { _tag: "StateVector", position: [10, 0, 0], frame: "TEME" }
    expect(residual(position, [0, 0, 0])[0]).toBe(10)
  })

  it.prop("wrap gives an equal angle in half a turn", [Schema.Finite], ([number]) => {
    const angle = number % 1e6
    expect(Math.abs(wrap(angle))).toBeLessThanOrEqual(Math.PI + 1e-9)
    expect(Math.cos(wrap(angle))).toBeCloseTo(Math.cos(angle), 6)
    expect(Math.sin(wrap(angle))).toBeCloseTo(Math.sin(angle), 6)
  })
})

describe("covarianceOf", () => {
  const target: Target = { _tag: "RangeRate", range: 1000, elevation: 0.2 }

  it("takes each sigma from the observation, else from the sensor", () => {
    expect(covarianceOf({ target, uncertainty: { range: 10 } }, sensor)).toEqual(
      [100, 0, 0, 3e-4 ** 2]
    )
  })

  it("takes a full covariance as it is, and only of the right size", () => {
    const covariance = [[4, 1], [1, 9]]
    expect(covarianceOf({ target, uncertainty: { covariance } }, sensor)).toEqual([4, 1, 1, 9])
    expect(covarianceOf({ target, uncertainty: { covariance: [[4]] } }, sensor)).toBeUndefined()
  })

  it("is undefined when a sigma is known to nobody or is not positive", () => {
    expect(covarianceOf({ target, uncertainty: {} }, { sigmas: { range: 1 } })).toBeUndefined()
    expect(covarianceOf({ target, uncertainty: { range: 0 } }, sensor)).toBeUndefined()
  })

  it("has one sigma for each axis of a state", () => {
    const at: Target = { _tag: "StateVector", position: [1, 2, 3], velocity: [4, 5, 6], frame: "TEME" }
    const matrix = covarianceOf({ target: at, uncertainty: { velocity: 0.2 } }, sensor)
    expect(matrix?.length).toBe(36)
    expect(matrix?.[14]).toBe(100)
    expect(matrix?.[35]).toBeCloseTo(0.04, 12)
  })
})

it("a known clock offset is taken off the time stamp", () => {
  expect(measurementTime({ clockOffset: 0.25 }, time)).toBe(time - 250)
})
