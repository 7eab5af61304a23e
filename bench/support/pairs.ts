/** Two variants of one job in interleaved pairs: A B, B A, A B, ... so that a machine whose speed drifts treats both alike. */

export interface Variant {
  readonly name: string
  /** Runs the job once. */
  readonly run: () => Promise<void>
}

export interface PairsResult {
  /** Median CPU milliseconds of a run. */
  readonly a: number
  readonly b: number
  /** Median of b/a over the pairs, and its 95 % interval (order statistics of the pairs' ratios). */
  readonly ratio: number
  readonly low: number
  readonly high: number
}

const sorted = (values: ReadonlyArray<number>) => values.toSorted((x, y) => x - y)

const median = (values: ReadonlyArray<number>): number => {
  const order = sorted(values)
  const middle = order.length >> 1
  return order.length % 2 === 1 ? order[middle] ?? NaN : ((order[middle - 1] ?? NaN) + (order[middle] ?? NaN)) / 2
}

/** CPU milliseconds of this process, all threads: what the job costs, whatever else the machine is doing. */
const time = async ({ run }: Variant): Promise<number> => {
  const start = process.cpuUsage()
  await run()
  const { system, user } = process.cpuUsage(start)
  return (system + user) / 1000
}

/** Runs both, `pairs` times after `warmup` uncounted pairs. */
export const pairs = async (
  a: Variant,
  b: Variant,
  options: { readonly pairs?: number; readonly warmup?: number } = {}
): Promise<PairsResult> => {
  const { pairs: count = 20, warmup = 3 } = options
  const times: Array<readonly [a: number, b: number]> = []
  for (let i = -warmup; i < count; i++) {
    globalThis.gc?.()
    const first = i % 2 === 0
    const x = await time(first ? a : b)
    globalThis.gc?.()
    const y = await time(first ? b : a)
    if (i >= 0) times.push(first ? [x, y] : [y, x])
  }
  const ratios = sorted(times.map(([x, y]) => y / x))
  // Distribution-free interval of a median: ranks n/2 -+ 0.98 sqrt(n).
  const reach = 0.98 * Math.sqrt(count)
  return {
    a: median(times.map(([x]) => x)),
    b: median(times.map(([, y]) => y)),
    ratio: median(ratios),
    low: ratios[Math.max(0, Math.floor(count / 2 - reach))] ?? NaN,
    high: ratios[Math.min(count - 1, Math.ceil(count / 2 + reach) - 1)] ?? NaN
  }
}

export const report = (a: Variant, b: Variant, result: PairsResult): string =>
  `${b.name} / ${a.name}: ${result.ratio.toFixed(3)} (95 % interval ${result.low.toFixed(3)} to ${
    result.high.toFixed(3)
  }); `
  + `medians ${result.a.toFixed(1)} and ${result.b.toFixed(1)} ms of CPU`
