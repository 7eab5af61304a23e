/** What a rule says: a cause, where, how sure, and by what. */
import type { CauseId } from "./causes.ts"
import type { Evidence } from "./Evidence.ts"

export interface Finding {
  readonly cause: CauseId
  /** A sensor, feed, stage, or "process". */
  readonly where: string
  /** 0 to 1; under {@link leastConfidence} it stands beside, and is no conclusion. */
  readonly confidence: number
  readonly because: string
  readonly since?: string | undefined
  /** Causes that follow from this one: those of the same place, or of any where it is the whole process. */
  readonly explains?: ReadonlyArray<CauseId>
}

/** Looks at the evidence alone; says nothing where it does not hold. */
export type Rule = (evidence: Evidence) => ReadonlyArray<Finding>

export const leastConfidence = 0.6
