/** Why a trace is where it is. */
import type { DecisionJson } from "../../api/traceAnswers.ts"
import { formatThreshold, probabilityOf } from "../../sampling/head/threshold.ts"
import { timeOfNanos } from "../nanos.ts"
import type { TraceDecision } from "../TraceRecord.ts"

/** `undecided`: its spans are still collected; it matters only without a decision. */
export const decisionJson = (
  traceId: string,
  decision: TraceDecision | undefined,
  undecided = false
): DecisionJson =>
  decision === undefined
    ? {
      traceId,
      decision: undecided ? "undecided" : "unknown",
      policy: null,
      threshold: null,
      probability: null,
      ruleset: null,
      decidedAt: null,
      late: false
    }
    : {
      traceId,
      decision: decision.keep ? "kept" : "dropped",
      policy: decision.policy,
      threshold: formatThreshold(decision.threshold) ?? null,
      probability: probabilityOf(decision.threshold),
      ruleset: decision.ruleset,
      decidedAt: timeOfNanos(BigInt(Math.round(decision.decidedAt * 1e6))),
      late: decision.late
    }
