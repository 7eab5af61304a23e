import { describe, expect, it } from "@effect/vitest"
import type { Observation, Target } from "../../../../src/domain/observation/Observation.ts"
import type { Sensor } from "../../../../src/domain/observation/sensors/Sensor.ts"
import { cholesky, multiply, solveCholesky } from "../../../../src/domain/orbit/algebra/matrix.ts"
import { covarianceOf, predict, residual } from "../../../../src/domain/orbit/measurement/measurement.ts"
import { biasVariance } from "../../../../src/domain/orbit/measurement/sensorBias.ts"
import { perturbed } from "../../../../src/domain/orbit/propagation/equinoctial.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import { priorOffsetCovariance } from "../../../../src/domain/orbit/tracking/priorCovariance.ts"
import {
  covarianceAt,
  gate,
  stateOf,
  type TrackEstimate,
  updateTrack
} from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { sensors } from "../../../support/scenario.ts"
import {
  catalogued,
  filtered,
  mahalanobisSquared,
  observationOf,
  polarElements,
  type SimulatedObservation,
  simulateTrack
} from "../../../support/trackSimulation.ts"

const hour = 3_600_000
const start = polarElements.epoch
const radars = sensors.filter(({ kind }) => kind === "radar")

/** Three radars that look up to the object, and a telescope and a link beside them, at one instant. */
const instant = (seed: number, offset: ReadonlyArray<number>) => {
  const time = start + 10 * 60_000
  const truth = stateOf({ ...catalogued(polarElements), offset: Array.from(offset) }, time)?.state
  if (truth === undefined) throw new Error("no state")
  const random = stream(seed, "noise")
  const [model] = radars
  if (model === undefined) throw new Error("no radar")
  return [...sensors].flatMap((sensor): ReadonlyArray<SimulatedObservation> => {
    const target: Target = sensor.kind === "radar"
      ? { _tag: "RangeRate", range: 0, rangeRate: 0, azimuth: 0, elevation: 0 }
      : sensor.kind === "optical"
      ? { _tag: "Angular", rightAscension: 0, declination: 0, frame: "EME2000" }
      : { _tag: "StateVector", position: [0, 0, 0], velocity: [0, 0, 0], frame: "ITRF" }
    // The geometry through the Earth is as good as any other for the mathematics.
    const exact = predict(sensor, target, truth, time)
    const sigmas = covarianceOf({ target, uncertainty: {} }, sensor)
    if (exact === undefined || sigmas === undefined) return []
    const n = exact.length
    const at = (i: number): number => (exact[i] ?? 0) + Math.sqrt(sigmas[i * (n + 1)] ?? 0) * random.normal()
    const measured: Target = target._tag === "RangeRate"
      ? { ...target, range: at(0), rangeRate: at(1), azimuth: at(2), elevation: at(3) }
      : target._tag === "Angular"
      ? { ...target, rightAscension: at(0), declination: at(1) }
      : { _tag: "StateVector", position: [at(0), at(1), at(2)], velocity: [at(3), at(4), at(5)], frame: "ITRF" }
    return [{ observation: observationOf(0, sensor, measured, time), sensor, time }]
  })
}

/** Weighted least squares with the prior as an observation: Gauss-Newton, SGP4 anew for each difference; nothing of the filter's. */
const batch = (observations: ReadonlyArray<SimulatedObservation>) => {
  const [first] = observations
  if (first === undefined) throw new Error("nothing to fit")
  const { linearisation } = catalogued(polarElements)
  const prior = priorOffsetCovariance(linearisation, first.time)
  const at = (x: Float64Array, { observation, sensor, time }: SimulatedObservation): ReadonlyArray<number> => {
    const propagator = makePropagator(perturbed(polarElements, x))
    const state = propagator._tag === "Success" ? propagator.success.stateAt(time) : undefined
    const predicted = state && predict(sensor, observation.target, state, time)
    if (predicted === undefined) throw new Error("no prediction")
    return residual(observation.target, predicted)
  }
  const x = new Float64Array(6)
  const normal = new Float64Array(36)
  for (let iteration = 0; iteration < 5; iteration++) {
    normal.fill(0)
    const right = new Float64Array(6)
    for (let i = 0; i < 6; i++) {
      normal[7 * i] = 1 / (prior[7 * i] ?? 1)
      right[i] = -(x[i] ?? 0) / (prior[7 * i] ?? 1)
    }
    for (const one of observations) {
      const nu = at(x, one)
      const r = covarianceOf(one.observation, one.sensor) ?? new Float64Array(0)
      const slopes = Array.from({ length: 6 }, (_, j) => {
        const moved = (by: number) => at(x.with(j, (x[j] ?? 0) + by), one)
        const [plus, minus] = [moved(5), moved(-5)]
        return nu.map((_, i) => -((plus[i] ?? 0) - (minus[i] ?? 0)) / 10)
      })
      for (let i = 0; i < nu.length; i++) {
        const weight = 1 / ((r[i * (nu.length + 1)] ?? 0) * (1 + biasVariance))
        for (let j = 0; j < 6; j++) {
          right[j] = (right[j] ?? 0) + weight * (slopes[j]?.[i] ?? 0) * (nu[i] ?? 0)
          for (let k = 0; k < 6; k++) {
            normal[6 * j + k] = (normal[6 * j + k] ?? 0) + weight * (slopes[j]?.[i] ?? 0) * (slopes[k]?.[i] ?? 0)
          }
        }
      }
    }
    const factor = cholesky(normal, 6) ?? new Float64Array(0)
    solveCholesky(factor, right, 6, 1).forEach((step, i) => {
      x[i] = (x[i] ?? 0) + step
    })
  }
  return { offset: x, normal }
}

const truthOffset = [4, 60, -80, 40, -50, 150]
const bits = ({ covariance, offset }: TrackEstimate): ReadonlyArray<number> => [...offset, ...covariance]

describe("updateTrack", () => {
  it.each([1, 2, 3])("agrees with a batch least squares over the same observations (seed %s)", (seed) => {
    const observations = instant(seed, truthOffset)
    const { estimate, innovations } = filtered(catalogued(polarElements), observations)
    expect(innovations.every(({ accepted }) => accepted)).toBe(true)
    const { normal, offset } = batch(observations)
    // Covariance times normal matrix is the unit matrix; the offsets agree to a small part of a sigma.
    const unit = multiply(estimate.covariance, normal, 6, 6, 6)
    for (let i = 0; i < 36; i++) expect(Math.abs((unit[i] ?? 0) - (i % 7 === 0 ? 1 : 0))).toBeLessThan(0.02)
    const difference = estimate.offset.map((value, i) => value - (offset[i] ?? 0))
    expect(Math.sqrt(mahalanobisSquared(difference, estimate.covariance))).toBeLessThan(0.1)
    expect(Math.hypot(...difference)).toBeLessThan(2)
    expect(Math.hypot(...estimate.offset)).toBeGreaterThan(100)
  })

  it("keeps the covariance symmetric to the bit and positive definite over thousands of updates", () => {
    const { observations } = simulateTrack({
      seed: 3,
      elements: polarElements,
      sensors: radars,
      start,
      durationMillis: 6 * hour,
      spacingMillis: 2000
    })
    expect(observations.length).toBeGreaterThan(3000)
    let estimate = catalogued(polarElements)
    for (const { observation, sensor, time } of observations) {
      estimate = updateTrack(estimate, observation, sensor, time)?.estimate ?? estimate
      const { covariance } = estimate
      expect(cholesky(covariance, 6)).toBeDefined()
      for (let i = 0; i < 6; i++) {
        for (let j = 0; j < i; j++) if (covariance[6 * i + j] !== covariance[6 * j + i]) expect.fail("not symmetric")
      }
    }
    expect(estimate.accepted).toBeGreaterThan(3000)
  })

  it("is pure: the same bits for the same input, and the input as it was", () => {
    const observations = instant(5, truthOffset)
    const first = catalogued(polarElements)
    const before = structuredClone(bits(first))
    const once = filtered(first, observations).estimate
    const other = filtered(catalogued(perturbed(polarElements, [0, 900, 0, 0, 0, 0])), observations).estimate
    const twice = filtered(first, observations).estimate
    expect(bits(twice)).toEqual(bits(once))
    expect(bits(other)).not.toEqual(bits(once))
    expect(bits(first)).toEqual(before)
    expect(first.heard).toEqual([])
  })

  it("gives undefined for a target that the sensor cannot measure, and for an unknown sigma", () => {
    const [one] = instant(1, truthOffset)
    if (one === undefined) throw new Error("no observation")
    const { observer: _, ...blind } = one.sensor
    const unknown: Sensor = { ...one.sensor, sigmas: { range: 25 } }
    expect(updateTrack(catalogued(polarElements), one.observation, blind, one.time)).toBeUndefined()
    expect(updateTrack(catalogued(polarElements), one.observation, unknown, one.time)).toBeUndefined()
  })

  it("moves the reference where the offset is large, and predicts the same state", () => {
    const far = [0, 0, 0, 0, 0, 3000]
    const { estimate } = filtered(
      { ...catalogued(polarElements), accepted: 1, covariance: Array.from({ length: 36 }, (_, i) => i % 7 ? 0 : 1e8) },
      instant(1, far)
    )
    expect(estimate.linearisation.reference.elements.meanAnomaly).not.toBe(polarElements.meanAnomaly)
    expect(Math.hypot(...estimate.offset)).toBeLessThan(2000)
    const at = start + 10 * 60_000
    const truth = stateOf({ ...catalogued(polarElements), offset: far }, at)?.state
    const state = stateOf(estimate, at)?.state
    for (let i = 0; i < 3; i++) expect(Math.abs((state?.position[i] ?? 0) - (truth?.position[i] ?? 0))).toBeLessThan(30)
  })
})

describe("the gate", () => {
  const settled = filtered(
    catalogued(polarElements),
    simulateTrack({
      seed: 4,
      elements: polarElements,
      sensors: radars,
      start,
      durationMillis: 3 * hour,
      spacingMillis: 5000,
      walk: 0
    }).observations
  ).estimate

  const measured = (wrong: (target: Extract<Target, { _tag: "RangeRate" }>) => Partial<typeof target>): Observation => {
    const [radar] = radars
    const state = stateOf(settled, settled.time)?.state
    const target: Target = { _tag: "RangeRate", range: 0, rangeRate: 0, azimuth: 0, elevation: 0 }
    if (radar === undefined || state === undefined) throw new Error("nothing to measure")
    const [range = 0, rangeRate = 0, azimuth = 0, elevation = 0] = predict(radar, target, state, settled.time) ?? []
    const exact = { _tag: "RangeRate", range, rangeRate, azimuth, elevation } as const
    return observationOf(0, radar, { ...exact, ...wrong(exact) }, settled.time)
  }
  const updated = (estimate: TrackEstimate, observation: Observation) => {
    const [radar] = radars
    const result = radar && updateTrack(estimate, observation, radar, settled.time)
    if (result === undefined) throw new Error("no update")
    return result
  }

  it("is the 0.999 quantile of chi-square for two, three and four components", () => {
    expect([2, 3, 4].map(gate)).toEqual([13.816, 16.266, 18.467])
  })

  it("lets an exact measurement in", () => {
    const { estimate, innovation } = updated(settled, measured(() => ({})))
    expect(innovation).toMatchObject({ accepted: true, components: 4 })
    expect(innovation.nis).toBeLessThan(1e-6)
    expect(estimate.accepted).toBe(settled.accepted + 1)
  })

  it.each(
    [
      ["a kilometre in range", () => ({ range: 3e6 })],
      ["half a degree in azimuth", ({ azimuth = 0 }) => ({ azimuth: azimuth + 0.01 })],
      ["the range in kilometres", ({ range = 0 }) => ({ range: range / 1000 })],
      ["a range rate of another object", ({ rangeRate = 0 }) => ({ rangeRate: rangeRate + 50 })]
    ] satisfies ReadonlyArray<readonly [string, Parameters<typeof measured>[0]]>
  )("refuses %s and keeps its state", (_, wrong) => {
    const { estimate, innovation } = updated(settled, measured(wrong))
    expect(innovation.accepted).toBe(false)
    expect(innovation.nis).toBeGreaterThan(gate(4))
    expect(bits(estimate)).toEqual(bits(settled))
    expect(estimate).toMatchObject({ accepted: settled.accepted, time: settled.time, refusedInRow: 1 })
    expect(estimate.manoeuvreSuspected).toBe(false)
  })

  it("suspects a manoeuvre at the fifth refusal in a row, and no longer once one fits again", () => {
    const wrong = measured(({ range = 0 }) => ({ range: range + 5000 }))
    const right = measured(() => ({}))
    let estimate = settled
    const flags: Array<boolean> = []
    for (let i = 0; i < 6; i++) {
      estimate = updated(estimate, wrong).estimate
      flags.push(estimate.manoeuvreSuspected)
    }
    expect(flags).toEqual([false, false, false, false, true, true])
    expect(bits(estimate)).toEqual(bits(settled))
    const again = updated(estimate, right).estimate
    expect(again).toMatchObject({ manoeuvreSuspected: false, refusedInRow: 0 })
    let interrupted = updated(updated(settled, wrong).estimate, right).estimate
    for (let i = 0; i < 4; i++) interrupted = updated(interrupted, wrong).estimate
    expect(interrupted.manoeuvreSuspected).toBe(false)
  })

  it("an object nobody has observed does not manoeuvre: its elements are old", () => {
    let estimate = catalogued(polarElements)
    for (let i = 0; i < 10; i++) {
      estimate = updated(estimate, measured(({ range = 0 }) => ({ range: range + 500_000 }))).estimate
    }
    expect(estimate).toMatchObject({ refusedInRow: 10, manoeuvreSuspected: false, accepted: 0 })
  })
})

describe("covarianceAt", () => {
  it("grows with the time since the last observation and never shrinks before it", () => {
    const { estimate } = filtered(catalogued(polarElements), instant(1, truthOffset))
    const at = (hours: number) => covarianceAt(estimate, estimate.time + hours * hour)
    for (let i = 0; i < 6; i++) {
      expect(at(24)[7 * i]).toBeGreaterThan(at(1)[7 * i] ?? 0)
      expect(at(1)[7 * i]).toBeGreaterThan(at(0)[7 * i] ?? 0)
    }
    expect(at(-5)).toEqual(at(0))
    expect(at(0)).toEqual(estimate.covariance)
  })

  it("of an object nobody has observed is the prior of that time", () => {
    const estimate = catalogued(polarElements)
    const time = start + 30 * hour
    expect(covarianceAt(estimate, time)).toEqual(priorOffsetCovariance(estimate.linearisation, time))
  })
})
