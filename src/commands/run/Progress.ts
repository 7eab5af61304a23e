/** How far a run is. */
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { SourceCounters } from "../../layers/sources/SourceStats.ts"
import type { StageCounts } from "../../layers/stage/StageRegistry.ts"
import type { ObservationTally } from "../../operators/fusion/observations/tally.ts"

export interface Progress {
  readonly now: UtcTime
  readonly tally: ObservationTally
  readonly stages: ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>
  /** Records in the log that are not read yet. */
  readonly behind: number
  readonly alerts: ReadonlyMap<string, ConjunctionAlert>
  readonly deadLetters: ReadonlyMap<string, number>
  readonly sources: ReadonlyMap<string, Readonly<SourceCounters>>
  /** How much of a bounded input has been read, 0 to 1. */
  readonly inputShare?: number | undefined
}
