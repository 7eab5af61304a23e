/**
 * How often, a second, a Gaussian relative state enters a sphere: what flows in through its surface.
 *
 * At each point of the sphere, the density of the relative position there times the mean inward speed of what is there (velocity given
 * position is normal, so this is the mean of the positive part of a normal variable). The integral over the sphere is a product rule,
 * Gauss-Legendre along a pole and equal steps around it. Where the body is small against the error the pole is the relative velocity, each
 * hemisphere for itself as the inflow bends between them; else the thin axis of the error, over the band that it covers.
 *
 * Source: D. T. Hall, Expected Collision Rates for Tracked Satellites (2021); V. T. Coppola, AAS 12-247.
 */
import type { Vector3 } from "../../observation/Observation.ts"
import { eigenSymmetric } from "../algebra/eigen.ts"
import { erfc, gaussLegendre, type Rule } from "../algebra/quadrature.ts"
import { cross, norm, scale } from "../algebra/vector3.ts"
import type { RelativeMotion } from "./peakOverlap.ts"

/** Mean of the inward part of a normal speed, outward `mean`. */
const inflow = (mean: number, sigma: number): number => {
  if (!(sigma > 1e-12 * Math.abs(mean))) return Math.max(0, -mean)
  const z = mean / sigma
  if (z > 38) return 0
  return sigma * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) - mean / 2 * erfc(z / Math.SQRT2)
}

const rules = new Map<number, Rule>()
const ruleOf = (points: number): Rule => {
  const known = rules.get(points)
  if (known !== undefined) return known
  const made = gaussLegendre(points)
  rules.set(points, made)
  return made
}

/** Over this ratio of the body to the thinnest sigma the density is a band on the sphere. */
const bandRatio = 3
const bandReach = 7
const mostAround = 512
/** e^-80 beside what matters is nothing. */
const nothing = 80
/** Sigmas from the body at which the density is below 1e-80. */
const farAway = 20

const clamped = (value: number): number => Math.max(-1, Math.min(1, value))

/** Inflow, 1/s, into a sphere of `radius` m about the primary; NaN where the position covariance is not positive definite. */
export const collisionRate = ({ covariance, distanceSquared, mean }: RelativeMotion, radius: number): number => {
  const block = new Float64Array(9)
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) block[3 * i + j] = covariance[6 * i + j] ?? 0
  const { values, vectors } = eigenSymmetric(block, 3)
  const [s0 = 0, s1 = 0, s2 = 0] = values.map((value) => Math.sqrt(value))
  if (!(s0 > 0)) return Number.NaN
  if (Math.sqrt(distanceSquared) - radius / s0 > farAway) return 0
  const axis = (i: number): Vector3 => [vectors[i]?.[0] ?? 0, vectors[i]?.[1] ?? 0, vectors[i]?.[2] ?? 0]
  const axes = [axis(0), axis(1), axis(2)] as const
  const along = (i: 0 | 1 | 2, a: ArrayLike<number>, from: number): number =>
    axes[i][0] * (a[from] ?? 0) + axes[i][1] * (a[from + 1] ?? 0) + axes[i][2] * (a[from + 2] ?? 0)
  // All in the axes of the error: means, the gain of velocity on whitened position, and what is left of the velocity's covariance.
  const [m0, m1, m2] = [along(0, mean, 0), along(1, mean, 0), along(2, mean, 0)]
  const [u0, u1, u2] = [along(0, mean, 3), along(1, mean, 3), along(2, mean, 3)]
  const turned = (rows: 0 | 3, i: 0 | 1 | 2, j: 0 | 1 | 2): number => {
    const [a, b] = [axes[i], axes[j]]
    let sum = 0
    for (let p = 0; p < 3; p++) {
      for (let q = 0; q < 3; q++) sum += (a[p] ?? 0) * (covariance[6 * (p + 3) + q + rows] ?? 0) * (b[q] ?? 0)
    }
    return sum
  }
  const g00 = turned(0, 0, 0) / s0, g01 = turned(0, 0, 1) / s1, g02 = turned(0, 0, 2) / s2
  const g10 = turned(0, 1, 0) / s0, g11 = turned(0, 1, 1) / s1, g12 = turned(0, 1, 2) / s2
  const g20 = turned(0, 2, 0) / s0, g21 = turned(0, 2, 1) / s1, g22 = turned(0, 2, 2) / s2
  const c00 = turned(3, 0, 0) - g00 * g00 - g01 * g01 - g02 * g02
  const c11 = turned(3, 1, 1) - g10 * g10 - g11 * g11 - g12 * g12
  const c22 = turned(3, 2, 2) - g20 * g20 - g21 * g21 - g22 * g22
  const c01 = turned(3, 0, 1) - g00 * g10 - g01 * g11 - g02 * g12
  const c02 = turned(3, 0, 2) - g00 * g20 - g01 * g21 - g02 * g22
  const c12 = turned(3, 1, 2) - g10 * g20 - g11 * g21 - g12 * g22

  const flow = (h0: number, h1: number, h2: number): number => {
    const z0 = (radius * h0 - m0) / s0
    const z1 = (radius * h1 - m1) / s1
    const z2 = (radius * h2 - m2) / s2
    const exponent = (z0 * z0 + z1 * z1 + z2 * z2) / 2
    if (exponent > nothing) return 0
    const outward = h0 * (u0 + g00 * z0 + g01 * z1 + g02 * z2)
      + h1 * (u1 + g10 * z0 + g11 * z1 + g12 * z2)
      + h2 * (u2 + g20 * z0 + g21 * z1 + g22 * z2)
    const variance = h0 * h0 * c00 + h1 * h1 * c11 + h2 * h2 * c22
      + 2 * (h0 * h1 * c01 + h0 * h2 * c02 + h1 * h2 * c12)
    return Math.exp(-exponent) * inflow(outward, Math.sqrt(Math.max(0, variance)))
  }

  const thin = radius / s0
  const banded = thin > bandRatio
  const speed = Math.hypot(u0, u1, u2)
  const pole: Vector3 = banded || !(speed > 0) ? [1, 0, 0] : [u0 / speed, u1 / speed, u2 / speed]
  const side = cross(pole, Math.abs(pole[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0])
  const a = scale(side, 1 / norm(side))
  const b = cross(pole, a)
  const points = banded ? 24 : 6 + Math.ceil(4 * thin)
  const around = banded ? Math.min(mostAround, 64 + Math.ceil(8 * radius / s1)) : 2 * points
  const rule = ruleOf(points)
  const centre = clamped(m0 / radius)
  const parts: ReadonlyArray<readonly [number, number]> = banded
    ? [[clamped(centre - bandReach / thin), clamped(centre + bandReach / thin)]]
    : [[-1, 0], [0, 1]]
  let total = 0
  for (const [from, to] of parts) {
    for (let i = 0; i < points; i++) {
      const cosine = (from + to) / 2 + (to - from) / 2 * (rule.nodes[i] ?? 0)
      const sine = Math.sqrt(1 - cosine * cosine)
      let ring = 0
      for (let j = 0; j < around; j++) {
        const angle = 2 * Math.PI * (j + 0.5) / around
        const [ca, sa] = [sine * Math.cos(angle), sine * Math.sin(angle)]
        ring += flow(
          cosine * pole[0] + ca * a[0] + sa * b[0],
          cosine * pole[1] + ca * a[1] + sa * b[1],
          cosine * pole[2] + ca * a[2] + sa * b[2]
        )
      }
      total += (rule.weights[i] ?? 0) * (to - from) / 2 * ring
    }
  }
  return total * radius * radius * 2 * Math.PI / around / (Math.sqrt(2 * Math.PI) ** 3 * s0 * s1 * s2)
}
