/** Events by second of CPU, as the yardstick wants it. */
import type { NexmarkAnswer, NexmarkResult, NexmarkRun, NexmarkWork } from "./types.ts"

export interface MeasureOptions {
  /** Runs before, in the same process, that are not measured. */
  readonly warmUps?: number
  /** Events of a warm-up at most. */
  readonly warmUpEvents?: number
  /** Measured runs; the median counts. */
  readonly runs?: number
}

/** The same as Flink's peer takes. */
export const measureDefaults = { warmUps: 3, warmUpEvents: 2_000_000, runs: 3 } as const

/** Seconds of CPU, user and system, of all threads: the collector's and the compiler's too. */
const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { system, user } = process.cpuUsage(since)
  return (user + system) / 1e6
}

const same = (a: NexmarkAnswer, b: NexmarkAnswer): boolean =>
  a.count === b.count && a.hash === b.hash && a.lateDropped === b.lateDropped

/**
 * Warms up, then runs `work` several times and gives the answer with the median of events by second of CPU. The interval is that of
 * `work`: what an implementation sets up once (services, layers) it does before. Runs that disagree are an error.
 */
export const measure = async (
  run: NexmarkRun,
  work: NexmarkWork,
  options: MeasureOptions = {}
): Promise<NexmarkResult> => {
  const { runs, warmUpEvents, warmUps } = { ...measureDefaults, ...options }
  for (let i = 0; i < warmUps; i++) await work({ ...run, n: Math.min(run.n, warmUpEvents) })
  const measured: Array<{ readonly answer: NexmarkAnswer; readonly seconds: number }> = []
  for (let i = 0; i < Math.max(1, runs); i++) {
    globalThis.gc?.()
    const start = process.cpuUsage()
    const answer = await work(run)
    measured.push({ answer, seconds: cpuSeconds(start) })
  }
  measured.sort((a, b) => a.seconds - b.seconds)
  const median = measured[measured.length >> 1]
  if (median === undefined || !measured.every(({ answer }) => same(answer, median.answer))) {
    throw new Error(`${run.query}: runs disagree: ${JSON.stringify(measured)}`)
  }
  const { count, hash, lateDropped } = median.answer
  return { query: run.query, count, hash, lateDropped, eventsPerCpuSecond: Math.round(run.n / median.seconds) }
}
