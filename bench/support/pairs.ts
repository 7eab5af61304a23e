/**
 * Compares two ways of doing the same work in one run: interleaved pairs, so that what the machine does meanwhile hits both alike.
 *
 * The order within a pair alternates. The ratio is the geometric mean of the pairs' ratios; its 95 % interval is Student's t on their
 * logarithms, which assumes nothing about the units and treats "twice as fast" and "twice as slow" alike.
 */
import { usage, usedSince } from "./usage.ts"

/** One variant: does the work once and gives how long that took, in milliseconds, or any other cost. */
export type Variant = () => number | Promise<number>

export interface PairsResult {
  readonly pairs: number
  readonly medianA: number
  readonly medianB: number
  /** Cost of b relative to a. */
  readonly ratio: number
  /** Its 95 % confidence interval. */
  readonly low: number
  readonly high: number
}

/** Runs `work` and gives the milliseconds that it took. */
export const timed = async (work: () => unknown): Promise<number> => {
  const start = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** Runs `work` and gives the CPU milliseconds of this process, all threads: its cost whatever else the machine is doing. */
export const cpuTimed = async (work: () => unknown): Promise<number> => {
  const before = usage()
  await work()
  return usedSince(before).all
}

const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** 97.5 % quantile of Student's t. Cornish-Fisher expansion, within 0.1 % for 10 degrees of freedom and more (Abramowitz and Stegun 26.7.5). */
export const studentT = (degrees: number): number => {
  const z = 1.959963985
  const g1 = (z ** 3 + z) / 4
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3
}

/** What pairs of costs say, as many of a as of b. */
export const pairsResult = (costsA: ReadonlyArray<number>, costsB: ReadonlyArray<number>): PairsResult => {
  const pairs = costsA.length
  const logs = costsA.map((cost, i) => Math.log((costsB[i] ?? Number.NaN) / cost))
  const mean = logs.reduce((sum, each) => sum + each, 0) / pairs
  const variance = logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (pairs - 1)
  const half = studentT(pairs - 1) * Math.sqrt(variance / pairs)
  return {
    pairs,
    medianA: median(costsA),
    medianB: median(costsB),
    ratio: Math.exp(mean),
    low: Math.exp(mean - half),
    high: Math.exp(mean + half)
  }
}

/** Fewer say too little. */
const fewestPairs = 20

/** So many pairs as are asked for, or as are needed. */
export const enoughPairs = (pairs = fewestPairs): number => Math.max(fewestPairs, pairs)

/** At least 20 pairs after `warmUp` pairs that are not counted. */
export const runPairs = async (
  a: Variant,
  b: Variant,
  options: { readonly pairs?: number; readonly warmUp?: number } = {}
): Promise<PairsResult> => {
  const pairs = enoughPairs(options.pairs)
  const warmUp = options.warmUp ?? 5
  const [costsA, costsB]: [Array<number>, Array<number>] = [[], []]
  for (let i = 0; i < warmUp + pairs; i++) {
    const first = i % 2 === 0 ? await a() : 0
    const costB = await b()
    const costA = i % 2 === 0 ? first : await a()
    if (i < warmUp) continue
    costsA.push(costA)
    costsB.push(costB)
  }
  return pairsResult(costsA, costsB)
}

/** `b/a 1.23 (95 % 1.20 to 1.26, 20 pairs)` */
export const formatRatio = (nameA: string, nameB: string, result: PairsResult): string =>
  `${nameB}/${nameA} ${result.ratio.toFixed(3)} (95 % ${result.low.toFixed(3)} to ${
    result.high.toFixed(3)
  }, ${result.pairs} pairs)`
