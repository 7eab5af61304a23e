/** What was counted of one sensor over the last two minutes. */
import type { ErrorKind } from "../../deadletter/DeadLetter.ts"

export interface RecentCounts {
  readonly seconds: number
  readonly received: number
  readonly decoded: number
  readonly timed: number
  readonly meanLagMillis: number | undefined
  /** Time stamps that lie after their receipt. */
  readonly ahead: number
  readonly future: number
  readonly kilometres: number
  readonly degrees: number
  readonly uncorrelated: number
  readonly hinted: number
  readonly crossTagged: number
  readonly dead: number
  readonly deadByKind: ReadonlyMap<ErrorKind, number>
}
