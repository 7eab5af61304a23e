/** Gauss-Legendre rules and the error function, to nearly double precision. */

/** Nodes and weights on [-1, 1]. */
export interface Rule {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/** Newton's method on the Legendre polynomial from Chebyshev-like guesses. */
export const gaussLegendre = (points: number): Rule => {
  const nodes = new Float64Array(points)
  const weights = new Float64Array(points)
  for (let i = 0; i < points; i++) {
    let x = Math.cos(Math.PI * (i + 0.75) / (points + 0.5))
    let slope = 1
    for (let iteration = 0; iteration < 8; iteration++) {
      let previous = 1
      let value = x
      for (let n = 2; n <= points; n++) {
        const next = ((2 * n - 1) * x * value - (n - 1) * previous) / n
        previous = value
        value = next
      }
      slope = points * (x * value - previous) / (x * x - 1)
      x -= value / slope
    }
    nodes[i] = x
    weights[i] = 2 / ((1 - x * x) * slope * slope)
  }
  return { nodes, weights }
}

const rule32 = gaussLegendre(32)
const rule8 = gaussLegendre(8)

const integrateBy = (rule: Rule, f: (x: number) => number, from: number, to: number): number => {
  const half = (to - from) / 2
  const middle = (to + from) / 2
  let sum = 0
  for (let i = 0; i < rule.nodes.length; i++) sum += (rule.weights[i] ?? 0) * f(middle + half * (rule.nodes[i] ?? 0))
  return sum * half
}

/** Integral of a smooth function by `panels` equal panels of 32 points. */
export const integrate = (f: (x: number) => number, from: number, to: number, panels: number): number => {
  const width = (to - from) / panels
  let sum = 0
  for (let i = 0; i < panels; i++) sum += integrateBy(rule32, f, from + i * width, from + (i + 1) * width)
  return sum
}

const twoOverRootPi = 2 / Math.sqrt(Math.PI)

/** erf by its series of positive terms (no cancellation), for |x| up to about 2. */
const erfSeries = (x: number): number => {
  let term = x
  let sum = x
  for (let n = 1; n < 100 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1)
    sum += term
  }
  return twoOverRootPi * Math.exp(-x * x) * sum
}

/** erfc by Laplace's continued fraction, for x of 2 and more. */
const erfcFraction = (x: number): number => {
  let tail = x
  for (let n = Math.ceil(12 + 200 / (x * x)); n >= 1; n--) tail = x + n / 2 / tail
  return Math.exp(-x * x) / (tail * Math.sqrt(Math.PI))
}

/** 1 - erf(x), with its relative precision kept in the tail. */
export const erfc = (x: number): number => {
  if (x >= 2) return erfcFraction(x)
  return x <= -2 ? 2 - erfcFraction(-x) : 1 - erfSeries(x)
}

/** Error function. */
export const erf = (x: number): number => Math.abs(x) < 2 ? erfSeries(x) : 1 - erfc(x)

const gaussian = (x: number): number => Math.exp(-x * x)

/** Probability that a normal variable lies in [from, to], without cancellation in the tails and for narrow intervals. */
export const normalInterval = (from: number, to: number, mean: number, sigma: number): number => {
  const a = (from - mean) / (sigma * Math.SQRT2)
  const b = (to - mean) / (sigma * Math.SQRT2)
  if (!(b > a)) return 0
  if ((b - a) * Math.max(1, Math.abs(a), Math.abs(b)) < 0.5) {
    return integrateBy(rule8, gaussian, a, b) * twoOverRootPi / 2
  }
  if (a > 0) return (erfc(a) - erfc(b)) / 2
  if (b < 0) return (erfc(-b) - erfc(-a)) / 2
  return (erf(b) - erf(a)) / 2
}
