/** What `perigee diagnose --json` prints and `/v1/diagnosis` answers: a promise, fields may be added. */
import { Schema } from "effect"

export const symptoms = ["auto", "lag", "wrong-alert", "dlq", "spike"] as const
export const Symptom = Schema.Literals(symptoms)
export type Symptom = typeof Symptom.Type

export const DiagnosisStep = Schema.Struct({
  order: Schema.Int,
  kind: Schema.Literals(["metrics", "lineage", "traces", "letters", "health"]),
  looked: Schema.String,
  saw: Schema.String,
  /** The command or page that shows more. */
  more: Schema.String
})
export type DiagnosisStep = typeof DiagnosisStep.Type

export const DiagnosisConclusion = Schema.Struct({
  verdict: Schema.Literals(["cause", "healthy", "unsure"]),
  /** Of the published list; null: none is named. */
  cause: Schema.NullOr(Schema.String),
  /** A stage, source, dependency, or the process. */
  where: Schema.NullOr(Schema.String),
  /** 0 to 1, as the rule states it: not a probability that was measured. */
  confidence: Schema.Finite,
  remedy: Schema.String,
  /** Why it is concluded, for a person. */
  because: Schema.String,
  /** RFC 3339; null: not known. */
  since: Schema.NullOr(Schema.String),
  /** What else stands out. */
  also: Schema.Array(
    Schema.Struct({ cause: Schema.String, where: Schema.String, confidence: Schema.Finite, because: Schema.String })
  )
})

export const Diagnosis = Schema.Struct({
  /** When. */
  asked: Schema.String,
  symptom: Symptom,
  steps: Schema.Array(DiagnosisStep),
  conclusion: DiagnosisConclusion,
  /** Ready to be sent to whoever sends what cannot be used; null: nobody is to be written to. */
  partnerMessage: Schema.NullOr(Schema.String),
  /** Commands to run, in this order. */
  commands: Schema.Array(Schema.String)
})
export type Diagnosis = typeof Diagnosis.Type
