/**
 * Two-dimensional probability of collision: straight relative motion through a Gaussian error that does not change meanwhile.
 *
 * The relative position and the combined position covariance are projected on the plane normal to the relative velocity (Foster and
 * Estes 1992; Alfano 2005 for the one-dimensional form). A circle is integrated along the minor axis of the ellipse with the
 * error function across (four panels of 32 points in the angle whose sine is the abscissa, so that the ends are smooth); a square, of
 * half-side HBR and one side along the miss, by conditional normals. Where the assumptions fail is for `validity.ts` to say.
 */
import type { Vector3 } from "../../observation/Observation.ts"
import { integrate, normalInterval } from "../algebra/quadrature.ts"
import { bilinear, dot } from "../algebra/vector3.ts"
import { encounterBasis } from "./encounter.ts"

/** The combined hard body in the encounter plane: a circle of radius HBR, or a square of half-side HBR. */
export type HardBodyShape = "circle" | "square"

/** Each object's own radius unless it is known, m. Two of them make the combined 10 m. */
export const defaultHardBodyRadius = 5

export interface ConjunctionGeometry {
  /** Secondary minus primary, m, inertial. */
  readonly relativePosition: Vector3
  /** m/s, same frame. */
  readonly relativeVelocity: Vector3
  /** Sum of both position covariances, m², 3x3 row by row, same frame. */
  readonly covariance: ArrayLike<number>
  /** Combined, m. */
  readonly hardBodyRadius: number
  readonly hardBodyShape: HardBodyShape
}

export interface CollisionProbability {
  readonly pc: number
  /** The highest Pc that any scaling of the covariance gives. */
  readonly pcMaximum: number
  /** Squared Mahalanobis distance of the miss in the encounter plane. */
  readonly mahalanobisSquared: number
  /** A smaller covariance would raise Pc by over 0.1 %. */
  readonly diluted: boolean
  /** 1-sigma axes of the projected covariance, m. */
  readonly sigmaMajor: number
  readonly sigmaMinor: number
  /** From the miss to the minor axis in the encounter plane, towards its second axis (`encounterBasis`), rad, in [-pi/2, pi/2). */
  readonly minorAxis: number
  /** An eigenvalue was raised to (1e-4 HBR)²: the covariance is degenerate in the encounter plane. */
  readonly clipped: boolean
}

/** The projected problem along the ellipse's axes: miss and 1-sigma, minor axis first; and the turn from the miss to the minor axis. */
interface Ellipse {
  readonly minor: number
  readonly major: number
  readonly missMinor: number
  readonly missMajor: number
  readonly clipped: boolean
  readonly cos: number
  readonly sin: number
}

const project = (geometry: ConjunctionGeometry): Ellipse | undefined => {
  const { covariance, hardBodyRadius, relativePosition, relativeVelocity } = geometry
  const basis = encounterBasis(relativePosition, relativeVelocity)
  if (basis === undefined || !(hardBodyRadius > 0)) return undefined
  const xx = bilinear(basis.x, covariance, basis.x)
  const xy = (bilinear(basis.x, covariance, basis.y) + bilinear(basis.y, covariance, basis.x)) / 2
  const yy = bilinear(basis.y, covariance, basis.y)
  if (!Number.isFinite(xx + xy + yy)) return undefined
  const mean = (xx + yy) / 2
  const radius = Math.hypot((xx - yy) / 2, xy)
  // The product form, with an exact determinant, keeps the small eigenvalue's digits.
  const large = mean + radius
  const small = large > 0 ? differenceOfProducts(xx, yy, xy, xy) / large : mean - radius
  const floor = (1e-4 * hardBodyRadius) ** 2
  const angle = Math.atan2(2 * xy, xx - yy) / 2 + Math.PI / 2
  const miss = dot(relativePosition, basis.x)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return {
    minor: Math.sqrt(Math.max(small, floor)),
    major: Math.sqrt(Math.max(large, floor)),
    missMinor: miss * cos,
    missMajor: -miss * sin,
    clipped: small < floor,
    cos,
    sin
  }
}

/** a b - c d without cancellation: Dekker's exact products. */
const differenceOfProducts = (a: number, b: number, c: number, d: number): number => {
  const [p, q] = [a * b, c * d]
  return p - q + (productError(a, b, p) - productError(c, d, q))
}

/** a b - p exactly, p being the rounded product. Overflows beyond 1e300, which is no square of a distance. */
const productError = (a: number, b: number, p: number): number => {
  const [ta, tb] = [134_217_729 * a, 134_217_729 * b]
  const [ha, hb] = [ta - (ta - a), tb - (tb - b)]
  const [la, lb] = [a - ha, b - hb]
  return la * lb - (p - ha * hb - la * hb - ha * lb)
}

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value))

/** exp(-x²/2) is zero in double precision from here on. */
const densityUnderflow = 39

/** Beyond ten sigma of where the density is highest on the body there is less than 1e-22 of it. */
const reach = 10

const circle = ({ major, minor, missMajor, missMinor }: Ellipse, radius: number, scale: number): number => {
  const s = minor * scale
  const centre = clamp(missMinor, radius)
  const from = Math.asin(clamp((centre - reach * s) / radius, 1))
  const to = Math.asin(clamp((centre + reach * s) / radius, 1))
  const strip = (angle: number): number => {
    const z = (radius * Math.sin(angle) - missMinor) / s
    const half = radius * Math.cos(angle)
    return Math.exp(-z * z / 2) * half * normalInterval(-half, half, missMajor, major * scale)
  }
  // Where the density changes by less than e^4 over the body, one panel is as good as four.
  const steepness = radius * (radius + Math.abs(missMinor)) / (s * s)
    + radius * (radius + Math.abs(missMajor)) / (major * scale) ** 2
  return integrate(strip, from, to, steepness < 4 ? 1 : 4) / (s * Math.sqrt(2 * Math.PI))
}

const square = ({ cos, major, minor, missMajor, missMinor, sin }: Ellipse, radius: number, scale: number): number => {
  const [a, b] = [(minor * scale) ** 2, (major * scale) ** 2]
  const xx = a * cos * cos + b * sin * sin
  const xy = (a - b) * cos * sin
  const miss = missMinor * cos - missMajor * sin
  const s = Math.sqrt(xx)
  const slope = xy / xx
  const across = minor * major * scale * scale / s
  const centre = clamp(miss, radius)
  const from = clamp(centre - reach * s, radius)
  const to = clamp(centre + reach * s, radius)
  const strip = (x: number): number => {
    const z = (x - miss) / s
    return Math.exp(-z * z / 2) * normalInterval(-radius, radius, slope * (x - miss), across)
  }
  // A thin slanted ellipse crosses the sides within across/slope: about one panel to two of that.
  const panels = Math.max(4, Math.min(256, Math.ceil((to - from) * Math.abs(slope) / (2 * across))))
  return integrate(strip, from, to, panels) / (s * Math.sqrt(2 * Math.PI))
}

const goldenRatio = (Math.sqrt(5) - 1) / 2

/** Highest value of a function with one maximum in [from, to], by golden section. */
const goldenMaximum = (f: (x: number) => number, from: number, to: number): readonly [at: number, value: number] => {
  let [low, high] = [from, to]
  let [left, right] = [high - goldenRatio * (high - low), low + goldenRatio * (high - low)]
  let [atLeft, atRight] = [f(left), f(right)]
  while (high - low > 1e-3) {
    if (atLeft >= atRight) {
      ;[high, right, atRight] = [right, left, atLeft]
      left = high - goldenRatio * (high - low)
      atLeft = f(left)
    } else {
      ;[low, left, atLeft] = [left, right, atRight]
      right = low + goldenRatio * (high - low)
      atRight = f(right)
    }
  }
  return atLeft >= atRight ? [left, atLeft] : [right, atRight]
}

/**
 * Pc and what goes with it. `undefined` when there is no relative motion, no hard body, or a covariance that is not finite.
 *
 * `pcMaximum`: for a body small against the ellipse the scale sqrt(d²/2) and R²/(e d² sqrt|A|) times the shape's area over pi R²
 * (Alfano 2005), else a search over the scale.
 */
export const collisionProbability = (geometry: ConjunctionGeometry): CollisionProbability | undefined => {
  const ellipse = project(geometry)
  if (ellipse === undefined) return undefined
  const { hardBodyRadius: radius, hardBodyShape } = geometry
  const at = hardBodyShape === "circle"
    ? (scale: number) => Math.min(1, circle(ellipse, radius, scale))
    : (scale: number) => Math.min(1, square(ellipse, radius, scale))
  const { clipped, major, minor, missMajor, missMinor } = ellipse
  const d2 = (missMinor / minor) ** 2 + (missMajor / major) ** 2
  // Where the density underflows on the whole body there is nothing to integrate: most pairs of a screening are this far apart.
  const pc = Math.sqrt(d2) - radius * Math.SQRT2 / minor > densityUnderflow ? 0 : at(1)
  const [scale, highest] = maximumOverScale(ellipse, radius, hardBodyShape, d2, at)
  const pcMaximum = Math.max(pc, highest)
  return {
    pc,
    pcMaximum,
    mahalanobisSquared: d2,
    diluted: scale < 1 && pcMaximum > 1.001 * pc,
    sigmaMajor: major,
    sigmaMinor: minor,
    minorAxis: halfTurn(Math.atan2(ellipse.sin, ellipse.cos)),
    clipped
  }
}

/** An axis has no sense: its angle within half a turn. */
const halfTurn = (angle: number): number => {
  const turned = angle >= Math.PI / 2 ? angle - Math.PI : angle
  return turned < -Math.PI / 2 ? turned + Math.PI : turned
}

/** Scans of the scale: so many to a factor of e, and at least, and at most. */
const scansPerE = 6
const fewestScans = 6
const mostScans = 160

const maximumOverScale = (
  { major, minor, missMajor, missMinor }: Ellipse,
  radius: number,
  shape: HardBodyShape,
  d2: number,
  at: (scale: number) => number
): readonly [scale: number, value: number] => {
  // A miss inside the body: the smaller the covariance, the surer the collision.
  const miss = Math.hypot(missMinor, missMajor)
  if (miss < radius) return [0, 1]
  const best = Math.sqrt(d2 / 2)
  if (radius < 0.03 * best * minor) {
    const area = shape === "circle" ? 1 : 4 / Math.PI
    return [best, area * radius * radius / (Math.E * d2 * minor * major)]
  }
  // A point at Mahalanobis distance q adds most at the scale q/sqrt(2), less on either side: the maximum lies between the body's extremes,
  // and there may be several, as a long thin error first points past the body and then, wider, over it.
  const reachOfBody = (shape === "circle" ? radius : radius * Math.SQRT2) / minor
  const d = Math.sqrt(d2)
  const low = Math.log(Math.max(d - reachOfBody, (miss - radius) / major, 1e-9 * d) / Math.SQRT2)
  const high = Math.log((d + reachOfBody) / Math.SQRT2)
  const scans = Math.max(fewestScans, Math.min(mostScans, Math.ceil(scansPerE * (high - low))))
  const step = (high - low) / scans
  let [top, most] = [low, -1]
  for (let i = 0; i <= scans; i++) {
    const value = at(Math.exp(low + i * step))
    if (value > most) {
      top = low + i * step
      most = value
    }
  }
  const [logScale, value] = goldenMaximum((x) => at(Math.exp(x)), Math.max(low, top - step), Math.min(high, top + step))
  return value > most ? [Math.exp(logScale), value] : [Math.exp(top), most]
}
