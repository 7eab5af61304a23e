/** Gragg's modified midpoint rule extrapolated to order 8 (Bulirsch and Stoer): the truth's integrator, none of `src`'s. */

export type Rates = (t: number, y: Float64Array, out: Float64Array) => void

const counts = [2, 4, 6, 8]

const start = new Float64Array(6)
const rate = new Float64Array(6)

/** The modified midpoint rule with `n` steps over `h` seconds, smoothed. */
const midpoint = (f: Rates, t: number, h: number, n: number, y: Float64Array): Float64Array => {
  const step = h / n
  const before = Float64Array.from(y)
  const now = new Float64Array(6)
  for (let i = 0; i < 6; i++) now[i] = (y[i] ?? 0) + step * (start[i] ?? 0)
  for (let k = 1; k < n; k++) {
    f(t + k * step, now, rate)
    for (let i = 0; i < 6; i++) {
      const next = (before[i] ?? 0) + 2 * step * (rate[i] ?? 0)
      before[i] = now[i] ?? 0
      now[i] = next
    }
  }
  f(t + h, now, rate)
  for (let i = 0; i < 6; i++) now[i] = ((now[i] ?? 0) + (before[i] ?? 0) + step * (rate[i] ?? 0)) / 2
  return now
}

/** Moves `y` (6) by `h` seconds from `t`, in place. */
export const extrapolatedStep = (f: Rates, t: number, h: number, y: Float64Array): void => {
  f(t, y, start)
  let previous: Array<Float64Array> = []
  for (const [j, n] of counts.entries()) {
    const row = [midpoint(f, t, h, n, y)]
    for (let k = 1; k <= j; k++) {
      const fine = row[k - 1] ?? y
      const coarse = previous[k - 1] ?? y
      const ratio = (n / (counts[j - k] ?? 1)) ** 2 - 1
      row.push(fine.map((value, i) => value + (value - (coarse[i] ?? 0)) / ratio))
    }
    previous = row
  }
  y.set(previous.at(-1) ?? y)
}
