/**
 * Acceleration by a field of spherical harmonics, by Cunningham's recursion.
 *
 * V and W of degree n and order m, the solid harmonics of the point, come from two lower degrees of the same order, so one pass order by order
 * needs four numbers of memory. The acceleration is a sum of them; the weights are made beforehand from the coefficients of the up to three
 * terms of the field that need a V, W. No singularity at the poles. About 10 ns a term: 2.5 µs for 20 x 20.
 *
 * Source: Cunningham, Celestial Mechanics 2 (1970) 207; Montenbruck and Gill, Satellite Orbits (2000), section 3.2.4 and 3.2.5.
 */
import { type GravityField, placeOf } from "./GravityField.ts"

/** Fills `out` (3) with the acceleration, m/s², at an Earth-fixed position, m. */
export type Harmonics = (x: number, y: number, z: number, out: Float64Array) => void

/** From a fully normalised coefficient to the plain one. */
const normalisation = (n: number, m: number): number => {
  let ratio = (m === 0 ? 1 : 2) * (2 * n + 1)
  for (let i = n - m + 1; i <= n + m; i++) ratio /= i
  return Math.sqrt(ratio)
}

/** Weights of a term: the two of its recursion, then those of V and W in the acceleration along x, y and z. */
const perTerm = 8

export const makeHarmonics = (field: GravityField): Harmonics => {
  const { degree, gravitationalParameter, radius } = field
  const plain = (n: number, m: number): readonly [c: number, s: number] => {
    if (n < 0 || n > degree || m < 0 || m > n) return [0, 0]
    const scale = normalisation(n, m)
    return [scale * (field.c[placeOf(n, m)] ?? 0), scale * (field.s[placeOf(n, m)] ?? 0)]
  }
  const last = degree + 1
  const weights: Array<number> = []
  for (let m = 0; m <= last; m++) {
    for (let n = m; n <= last; n++) {
      // The terms of the field whose acceleration needs V, W of n and m are of degree n - 1.
      const [cUp, sUp] = plain(n - 1, m - 1)
      const [cDown, sDown] = plain(n - 1, m + 1)
      const [c, s] = plain(n - 1, m)
      const up = m === 1 ? 1 : 0.5
      const down = 0.5 * (n - m) * (n - m - 1)
      weights.push(
        n === m ? 2 * m + 1 : (2 * n - 1) / (n - m),
        n === m ? 0 : (n + m - 1) / (n - m),
        -up * cUp + down * cDown,
        -up * sUp + down * sDown,
        up * sUp + down * sDown,
        -up * cUp - down * cDown,
        -(n - m) * c,
        -(n - m) * s
      )
    }
  }
  const w = Float64Array.from(weights)
  const scale = gravitationalParameter / (radius * radius)

  return (x, y, z, out) => {
    const r2 = x * x + y * y + z * z
    const px = x * radius / r2
    const py = y * radius / r2
    const pz = z * radius / r2
    const q = radius * radius / r2
    let ax = 0
    let ay = 0
    let az = 0
    let vSectorial = radius / Math.sqrt(r2)
    let wSectorial = 0
    let at = 0
    for (let m = 0; m <= last; m++) {
      let v1 = 0
      let w1 = 0
      let v = vSectorial
      let u = wSectorial
      const next = w[at] ?? 0
      ax += (w[at + 2] ?? 0) * v + (w[at + 3] ?? 0) * u
      ay += (w[at + 4] ?? 0) * v + (w[at + 5] ?? 0) * u
      az += (w[at + 6] ?? 0) * v + (w[at + 7] ?? 0) * u
      at += perTerm
      for (let n = m; n < last; n++) {
        const a = (w[at] ?? 0) * pz
        const b = (w[at + 1] ?? 0) * q
        const v2 = a * v - b * v1
        const w2 = a * u - b * w1
        v1 = v
        w1 = u
        v = v2
        u = w2
        ax += (w[at + 2] ?? 0) * v + (w[at + 3] ?? 0) * u
        ay += (w[at + 4] ?? 0) * v + (w[at + 5] ?? 0) * u
        az += (w[at + 6] ?? 0) * v + (w[at + 7] ?? 0) * u
        at += perTerm
      }
      const sectorial = vSectorial
      vSectorial = next * (px * sectorial - py * wSectorial)
      wSectorial = next * (px * wSectorial + py * sectorial)
    }
    out[0] = scale * ax
    out[1] = scale * ay
    out[2] = scale * az
  }
}
