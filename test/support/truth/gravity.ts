/**
 * Acceleration by a field of spherical harmonics, by normalised Legendre functions and their derivatives in latitude (standard forward columns;
 * Holmes and Featherstone, Journal of Geodesy 76 (2002)). Written apart from `src`, which uses Cunningham's recursion.
 */
import { readFileSync } from "node:fs"
import { sharedData } from "../sharedData.ts"

export interface Field {
  readonly gm: number
  readonly radius: number
  readonly degree: number
  /** Fully normalised, by [n][m]. */
  readonly c: ReadonlyArray<Float64Array>
  readonly s: ReadonlyArray<Float64Array>
}

/** A field from a table of n, m, C, S under a header that names GM and the radius. */
export const readField = (path: string, degree = 36): Field => {
  const text = readFileSync(path, "utf8")
  const [header = ""] = text.split("\n")
  const gm = Number(/GM ([0-9.E+]+)/.exec(header)?.[1])
  const radius = Number(/radius ([0-9.E+]+)/.exec(header)?.[1])
  const c = Array.from({ length: degree + 1 }, () => new Float64Array(degree + 1))
  const s = Array.from({ length: degree + 1 }, () => new Float64Array(degree + 1))
  for (const line of text.split("\n").slice(2)) {
    const [n = 0, m = 0, cosine = 0, sine = 0] = line.split(",").map(Number)
    const [rowC, rowS] = [c[n], s[n]]
    if (line === "" || rowC === undefined || rowS === undefined) continue
    rowC[m] = cosine
    rowS[m] = sine
  }
  return { gm, radius, degree, c, s }
}

/** The GRACE field that lies beside the repository, or `undefined` where it does not. */
export const graceField = (): Field | undefined => {
  const path = sharedData("orbit/gravity_itu_grace16_36.csv")
  return path === undefined ? undefined : readField(path)
}

/** Earth-fixed acceleration, m/s², at an Earth-fixed position, m: the central term included. */
export const makeGravity = (field: Field): (x: number, y: number, z: number, out: Float64Array) => void => {
  const { c, degree, gm, radius, s } = field
  /** Order by order, of each degree from it on: two factors of the recursion, one of the derivative, C and S. */
  const rows: Array<number> = []
  for (let m = 0; m <= degree; m++) {
    for (let n = m; n <= degree; n++) {
      rows.push(
        n === m ? 0 : Math.sqrt((2 * n - 1) * (2 * n + 1) / ((n - m) * (n + m))),
        n < m + 2 ? 0 : Math.sqrt((2 * n + 1) * (n + m - 1) * (n - m - 1) / ((n - m) * (n + m) * (2 * n - 3))),
        n === m ? 0 : Math.sqrt((n * n - m * m) * (2 * n + 1) / (2 * n - 1)),
        n < 2 ? 0 : c[n]?.[m] ?? 0,
        n < 2 ? 0 : s[n]?.[m] ?? 0
      )
    }
  }
  const w = Float64Array.from(rows)
  const sectorial = Float64Array.from(
    { length: degree + 1 },
    (_, m) => m === 0 ? 1 : m === 1 ? Math.sqrt(3) : Math.sqrt((2 * m + 1) / (2 * m))
  )
  const powers = new Float64Array(degree + 1)
  return (x, y, z, out) => {
    const r = Math.sqrt(x * x + y * y + z * z)
    const rho = Math.sqrt(x * x + y * y)
    const t = z / r
    const u = rho / r
    const cl = x / rho
    const sl = y / rho
    powers[0] = 1
    for (let n = 1; n <= degree; n++) powers[n] = (powers[n - 1] ?? 0) * radius / r
    let radial = 1
    let latitude = 0
    let longitude = 0
    let first = 1
    let cosine = 1
    let sine = 0
    let at = 0
    for (let m = 0; m <= degree; m++) {
      if (m > 0) {
        first *= u * (sectorial[m] ?? 0)
        const next = cl * cosine - sl * sine
        sine = sl * cosine + cl * sine
        cosine = next
      }
      let p = first
      let before = 0
      let [radialC, radialS, slopeC, slopeS, plainC, plainS] = [0, 0, 0, 0, 0, 0]
      for (let n = m; n <= degree; n++) {
        const last = n > m ? p : 0
        if (n > m) {
          const value = (w[at] ?? 0) * t * p - (w[at + 1] ?? 0) * before
          before = p
          p = value
        }
        const q = powers[n] ?? 0
        const qc = q * (w[at + 3] ?? 0)
        const qs = q * (w[at + 4] ?? 0)
        // d P / d latitude, times the cosine of the latitude.
        const slope = (w[at + 2] ?? 0) * last - n * t * p
        radialC += (n + 1) * p * qc
        radialS += (n + 1) * p * qs
        slopeC += slope * qc
        slopeS += slope * qs
        plainC += p * qc
        plainS += p * qs
        at += 5
      }
      radial += radialC * cosine + radialS * sine
      latitude += slopeC * cosine + slopeS * sine
      longitude += m * (plainS * cosine - plainC * sine)
    }
    const g = gm / (r * r)
    const ar = -g * radial
    const af = g * latitude / u
    const al = g * longitude / u
    const across = ar * u - af * t
    out[0] = across * cl - al * sl
    out[1] = across * sl + al * cl
    out[2] = ar * t + af * u
  }
}
