import { describe, expect, it } from "@effect/vitest"
import { makeForceModel } from "../../../../src/domain/orbit/forces/ForceModel.ts"
import type { Derivative } from "../../../../src/domain/orbit/integration/Derivative.ts"
import { dop853Step } from "../../../../src/domain/orbit/integration/dop853.ts"
import { quinticHermite } from "../../../../src/domain/orbit/integration/hermite.ts"
import { integrate, type Step } from "../../../../src/domain/orbit/integration/integrate.ts"
import { nystromStep } from "../../../../src/domain/orbit/integration/nystrom.ts"
import {
  extend,
  inverseTransition,
  makeTransition,
  resetTransition
} from "../../../../src/domain/orbit/integration/transition.ts"

const mu = 3.986004415e14
const twoBody: Derivative = (_, y, out, offset) => {
  const [x = 0, u = 0, z = 0, vx = 0, vy = 0, vz = 0] = y
  const g = -mu / Math.hypot(x, u, z) ** 3
  out.set([vx, vy, vz, g * x, g * u, g * z], offset)
}

/** A Kepler orbit in its own plane, by Newton's method on Kepler's equation. */
const kepler = (a: number, e: number, mean: number): Float64Array => {
  let anomaly = mean
  for (let i = 0; i < 50; i++) anomaly -= (anomaly - e * Math.sin(anomaly) - mean) / (1 - e * Math.cos(anomaly))
  const [c, s] = [Math.cos(anomaly), Math.sin(anomaly)]
  const root = Math.sqrt(1 - e * e)
  const rate = Math.sqrt(mu / a ** 3) / (1 - e * c)
  return Float64Array.of(a * (c - e), a * root * s, 0, -a * s * rate, a * root * c * rate, 0)
}

const off = (a: Float64Array, b: Float64Array): number =>
  Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0), (a[2] ?? 0) - (b[2] ?? 0))

const start = Date.UTC(2026, 2, 20)
const low = Float64Array.of(7100e3, 100e3, 200e3, -20, 1000, 7400)
const model = makeForceModel()

describe("the steps on a Kepler orbit", () => {
  const a = 7e6
  const e = 0.01
  const rate = Math.sqrt(mu / a ** 3)
  const error = (step: (y: Float64Array, h: number) => void, h: number, count: number): number => {
    const y = kepler(a, e, 0.3)
    for (let i = 0; i < count; i++) step(y, h)
    return off(y, kepler(a, e, 0.3 + rate * h * count))
  }
  const eighth = (y: Float64Array, h: number) => dop853Step(twoBody, 0, h, y)
  const first = new Float64Array(6)
  const fourth = (y: Float64Array, h: number) => {
    twoBody(0, y, first, 0)
    nystromStep(twoBody, 0, h, y, first)
  }

  it("order 8: a day of 60 s steps is right to rounding, and halving a step of 480 s gains 2^8", () => {
    expect(error(eighth, 60, 1440)).toBeLessThan(1e-5)
    const gain = error(eighth, 480, 30) / error(eighth, 240, 60)
    expect(Math.log2(gain)).toBeGreaterThan(7.2)
    expect(Math.log2(gain)).toBeLessThan(9.8)
  })

  it("order 4 in three evaluations: halving a step gains 2^4", () => {
    const gain = error(fourth, 80, 45) / error(fourth, 40, 90)
    expect(Math.log2(gain)).toBeGreaterThan(3.5)
    expect(Math.log2(gain)).toBeLessThan(5.2)
  })

  it("a quintic between nodes of 240 s is off by centimetres, of 60 s by micrometres", () => {
    for (const [h, limit] of [[240, 0.1], [60, 2e-5]] as const) {
      const nodes = new Float64Array(18)
      for (const at of [0, 1]) {
        const y = kepler(a, e, 0.3 + rate * h * at)
        nodes.set(y, 9 * at)
        twoBody(0, y, first, 0)
        nodes.set(first.subarray(3), 9 * at + 6)
      }
      const out = new Float64Array(6)
      quinticHermite(nodes, 0, 9, h, 0.37, out)
      expect(off(out, kepler(a, e, 0.3 + rate * h * 0.37))).toBeLessThan(limit)
    }
  })
})

describe("integrate", () => {
  it("comes back over a day to where it began", () => {
    const y = Float64Array.from(low)
    expect(integrate(model, y, 0.02, start, start + 86_400_000)).toBe(true)
    expect(off(y, low)).toBeGreaterThan(1e5)
    expect(integrate(model, y, 0.02, start + 86_400_000, start)).toBe(true)
    expect(off(y, low)).toBeLessThan(1)
  })

  it("the same orbit in steps of a minute, of observations, and at once", () => {
    const run = (seconds: number): Float64Array => {
      const y = Float64Array.from(low)
      for (let t = 0; t < 21_600; t += seconds) {
        integrate(model, y, 0.02, start + 1000 * t, start + 1000 * (t + seconds))
      }
      return y
    }
    expect(off(run(60), run(21_600))).toBeLessThan(0.3)
    expect(off(run(10), run(60))).toBeLessThan(0.3)
  })

  it("follows an eccentric orbit through its perigee", () => {
    const y = Float64Array.of(42e6, 0, 0, 0, 1500, 800)
    const there = Float64Array.from(y)
    expect(integrate(model, there, 0.01, start, start + 12 * 3_600_000)).toBe(true)
    const fine = Float64Array.from(y)
    for (let t = 0; t < 12 * 3600; t += 30) {
      integrate(model, fine, 0.01, start + 1000 * t, start + 1000 * (t + 30))
    }
    expect(off(there, fine)).toBeLessThan(5)
  })

  it("says so when the object comes down", () => {
    const y = Float64Array.of(7000e3, 0, 0, 0, 500, 0)
    expect(integrate(model, y, 0.02, start, start + 7_200_000)).toBe(false)
  })
})

describe("the transition matrix", () => {
  const quiet = (_: Float64Array, __: Float64Array, out: Float64Array) => out.fill(0)
  const transition = (seconds: number) => {
    const made = makeTransition()
    resetTransition(made)
    integrate(
      model,
      Float64Array.from(low),
      0.02,
      start,
      start + 1000 * seconds,
      (step: Step) => extend(made, step, quiet)
    )
    return made.phi
  }

  it.each([[10, 1e-4], [600, 2e-4], [10_800, 5e-3]] as const)(
    "is what differences of orbits give over %d s",
    (seconds, limit) => {
      const phi = transition(seconds)
      for (let j = 0; j < 6; j++) {
        const moved = (by: number): Float64Array => {
          const y = Float64Array.from(low)
          y[j] = (y[j] ?? 0) + by
          integrate(model, y, 0.02, start, start + 1000 * seconds)
          return y
        }
        const by = j < 3 ? 10 : 0.01
        const [plus, minus] = [moved(by), moved(-by)]
        const column = [0, 1, 2].map((i) => ((plus[i] ?? 0) - (minus[i] ?? 0)) / (2 * by))
        const error = Math.hypot(...column.map((value, i) => value - (phi[7 * i + j] ?? 0)))
        expect(error / Math.hypot(...column)).toBeLessThan(limit)
      }
    }
  )

  it("its inverse undoes it", () => {
    const phi = transition(7200)
    const back = inverseTransition(phi)
    for (let i = 0; i < 7; i++) {
      for (let j = 0; j < 7; j++) {
        let sum = 0
        for (let k = 0; k < 7; k++) sum += (back[7 * i + k] ?? 0) * (phi[7 * k + j] ?? 0)
        const scale = (i < 3 ? 1e3 : 1) * (j === 6 ? 1e4 : 1)
        expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(2e-3 * scale)
      }
    }
  })
})
