/** What a diagnosis rests on: answers that a run gave, or what its data directory holds. What is absent could not be asked, and nothing is concluded from it. */
import type { HistoryAnswer } from "../api/history.ts"
import type { LettersAnswer } from "../api/operation/letterAnswers.ts"
import type { LineageJson } from "../api/operation/lineageAnswer.ts"
import type { SourcesAnswer } from "../api/sources.ts"
import type { StatusAnswer } from "../api/status.ts"
import type { TraceJson } from "../api/traceAnswers.ts"

/** A payload that was given up, as far as it can be read. */
export interface LetterSample {
  readonly id: string
  readonly sensorId: string | null
  readonly message: string
  readonly text: string
}

export interface Evidence {
  /** RFC 3339. */
  readonly asked: string
  readonly status?: StatusAnswer | undefined
  readonly sources?: SourcesAnswer | undefined
  /** A point a second, at most the last ten minutes. */
  readonly history?: HistoryAnswer | undefined
  readonly letters?: typeof LettersAnswer.Type | undefined
  readonly samples?: ReadonlyArray<LetterSample> | undefined
  /** Of the alert that is asked about, backward. */
  readonly lineage?: LineageJson | undefined
  /** The longest of the newest traces. */
  readonly slowest?: TraceJson | undefined
  /** What could not be asked, and why. */
  readonly missing: ReadonlyArray<string>
}
