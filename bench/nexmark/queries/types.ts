/** What an implementation of a NEXMark query takes and gives, and how its cost is measured. */

export const nexmarkQueries = ["q0", "q1", "q2", "q3", "q4", "q5", "q7", "q8"] as const

export type NexmarkQuery = (typeof nexmarkQueries)[number]

/** One run: the first `n` events of a seed. */
export interface NexmarkRun {
  readonly query: NexmarkQuery
  readonly n: number
  /** How far behind its place an event's time may be, in milliseconds. */
  readonly disorder: number
  readonly seed: number
}

/** The rows of a query as their digest. */
export interface NexmarkAnswer {
  readonly count: number
  /** 16 hexadecimal digits; see `Digest`. */
  readonly hash: string
  /** Events dropped because their window had been emitted. */
  readonly lateDropped: number
}

/** Generates the events, answers the query and folds its rows. */
export type NexmarkWork = (run: NexmarkRun) => NexmarkAnswer | Promise<NexmarkAnswer>

export interface NexmarkResult extends NexmarkAnswer {
  readonly query: NexmarkQuery
  /** All `n` events, also where the query uses only some, by second of CPU. */
  readonly eventsPerCpuSecond: number
}
