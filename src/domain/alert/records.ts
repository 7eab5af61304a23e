/** Conjunctions and what is said of them as records of plain fields, for state that is kept. */
import { Schema } from "effect"
import { EvidenceRecord, readEvidence, writeEvidence } from "../lineage/evidenceRecord.ts"
import { EstimateRecord, readEstimate, writeEstimate } from "../orbit/tracking/estimateRecord.ts"
import { Numeric } from "../time/Numeric.ts"
import { type Conjunction, namedConjunction } from "./Conjunction.ts"
import type { PairUpdate } from "./PairUpdate.ts"

export const ConjunctionRecord = Schema.Struct({
  alertId: Schema.String,
  pair: Schema.Tuple([Schema.String, Schema.String]),
  nominalTca: Numeric,
  nominalMissDistance: Numeric,
  reachMillis: Numeric
})

/** A conjunction as the plain fields that are kept of it. */
export const writeConjunction = (
  { alertId, nominalMissDistance, nominalTca, pair, reachMillis }: Conjunction
): typeof ConjunctionRecord.Type => ({ alertId, pair, nominalTca, nominalMissDistance, reachMillis })

export const PairUpdateRecord = Schema.Struct({
  operation: Schema.Literals(["insert", "retract"]),
  conjunction: ConjunctionRecord,
  estimates: Schema.Tuple([EstimateRecord, EstimateRecord]),
  kind: Schema.Literals(["speculative", "final", "correction"]),
  windowEnd: Numeric,
  observations: Schema.Int,
  observedUntil: Numeric,
  evidence: Schema.Array(EvidenceRecord)
})

export const writePairUpdate = (update: PairUpdate): typeof PairUpdateRecord.Type => {
  const [a, b] = update.estimates
  return {
    ...update,
    conjunction: writeConjunction(update.conjunction),
    estimates: [writeEstimate(a), writeEstimate(b)],
    evidence: update.evidence.map(writeEvidence)
  }
}

/** `undefined`: nothing can be made of an estimate. */
export const readPairUpdate = (record: typeof PairUpdateRecord.Type): PairUpdate | undefined => {
  const [a, b] = [readEstimate(record.estimates[0]), readEstimate(record.estimates[1])]
  if (a === undefined || b === undefined) return undefined
  return {
    ...record,
    conjunction: namedConjunction(record.conjunction),
    estimates: [a, b],
    evidence: record.evidence.flatMap((each) => readEvidence(each) ?? [])
  }
}
