/**
 * The process noise of a numerically propagated orbit: what its force model leaves out, as white noise on the velocity.
 *
 * - **Gravity.** Terms over the model's degree by Kaula's rule (1e-5 / n² a normalised coefficient), terms up to it by the model's own error. A
 *   term of degree n varies along the orbit n times a revolution, so with the variance s² of its acceleration it is noise of the density
 *   2 s² / (n w), w the orbital rate. It falls with the height as the terms do.
 * - **Air.** Drag is known to a part that wanders within hours: 2 a² times {@link dragMemory} in track, and the coefficient walks.
 * - **Sunlight.** A tenth to a fifth of its pressure, turning with the satellite's attitude.
 *
 * The factors of the three axes are fitted to an orbit integrated in another field (see docs/tracking.md), on seeds of their own.
 *
 * Sources: Kaula, Theory of Satellite Geodesy (1966), section 5.3; error of EGM96 by degree: Lemoine et al., NASA/TP-1998-206861; noise from a
 * correlated acceleration: Tapley, Schutz and Born, Statistical Orbit Determination (2004), section 4.9.
 */
import { reflecting } from "../../forces/ForceModel.ts"
import { circularRate } from "../../integration/integrate.ts"
import type { NoiseDensity } from "../../integration/transition.ts"

const gravitationalParameter = 3.986004415e14
const earthRadius = 6_378_136.3

/** 1-sigma of a normalised coefficient of EGM96 to degree 20. */
const coefficientError = 5e-10
/** Degrees over the model's that count. */
const omitted = 60

export interface NoiseFactors {
  /** Parts of the density of gravity's noise that move an orbit: radial, transverse, normal. */
  readonly gravity: readonly [number, number, number]
  /** Density that no orbit is without, m²/s³: light from the Earth, tides, relativity, integration. */
  readonly floor: readonly [number, number, number]
  /** s */
  readonly dragMemory: number
  readonly lightMemory: number
  /** Part of sunlight's pressure that is not modelled. */
  readonly lightPart: number
  /** Walk of the coefficient per root day, a part of it and a size in m²/kg: where air rules, and where sunlight does. */
  readonly airWalk: readonly [number, number]
  readonly lightWalk: readonly [number, number]
}

/** Fitted on the seeds that the acceptance does not use. */
export const fittedNoise: NoiseFactors = {
  gravity: [0.12, 0.02, 0.45],
  floor: [1e-12, 1e-13, 3e-10],
  dragMemory: 1000,
  lightMemory: 3000,
  lightPart: 0.15,
  airWalk: [0.4, 0.002],
  lightWalk: [0.1, 0.001]
}
const day = 86_400

/** Density of gravity's noise at a radius, before the factors. */
const gravityDensity = (degree: number, radius: number): number => {
  const gravity = gravitationalParameter / (radius * radius)
  const rate = circularRate(radius)
  let sum = 0
  for (let n = 2; n <= degree + omitted; n++) {
    const sigma = n <= degree ? coefficientError : 1e-5 / (n * n)
    const acceleration = gravity * (n + 1) * sigma * (earthRadius / radius) ** n
    sum += 2 * (2 * n + 1) * acceleration * acceleration / (n * rate)
  }
  return sum
}

const binMetres = 25_000
const lowest = earthRadius + 100_000
const bins = 120

/** The noise of a force model of so many degrees for an orbit with a ballistic coefficient. */
export const processNoise = (
  degree: number,
  factors: NoiseFactors = fittedNoise
): (ballistic: number) => NoiseDensity => {
  const { airWalk, dragMemory, floor, gravity: [radial, transverse, normal], lightMemory, lightPart, lightWalk } =
    factors
  const table = Float64Array.from({ length: bins }, (_, i) => gravityDensity(degree, lowest + i * binMetres))
  return (ballistic) => (y, perUnit, out) => {
    const x0 = y[0] ?? 0
    const x1 = y[1] ?? 0
    const x2 = y[2] ?? 0
    const v0 = y[3] ?? 0
    const v1 = y[4] ?? 0
    const v2 = y[5] ?? 0
    const radius = Math.sqrt(x0 * x0 + x1 * x1 + x2 * x2)
    const bin = Math.min(bins - 1, Math.max(0, Math.round((radius - lowest) / binMetres)))
    const gravity = bin === bins - 1 ? gravityDensity(degree, radius) : table[bin] ?? 0
    const speed = Math.sqrt(v0 * v0 + v1 * v1 + v2 * v2)
    const u0 = perUnit[0] ?? 0
    const u1 = perUnit[1] ?? 0
    const u2 = perUnit[2] ?? 0
    const size = Math.abs(ballistic)
    // Along the velocity stands drag, across it sunlight; sunlight's own size is known.
    const drag = Math.abs(u0 * v0 + u1 * v1 + u2 * v2) / speed
    const light = reflecting * 4.54e-6
    const air = Math.max(0, drag - light)
    const dragNoise = 2 * (size * air) ** 2 * dragMemory
    const lightNoise = 2 * (size * light * lightPart) ** 2 * lightMemory
    out[0] = radial * gravity + lightNoise + floor[0]
    out[1] = transverse * gravity + dragNoise + lightNoise + floor[1]
    out[2] = normal * gravity + lightNoise + floor[2]
    const share = air / (air + light)
    const walk = share * (airWalk[0] * size + airWalk[1]) + (1 - share) * (lightWalk[0] * size + lightWalk[1])
    out[3] = walk * walk / day
  }
}
