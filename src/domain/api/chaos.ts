/** What `/v1/chaos` takes and answers. Times RFC 3339. */
import { Schema } from "effect"
import { Experiment } from "../chaos/Experiment.ts"

export const ConditionCheck = Schema.Struct({
  condition: Schema.String,
  holds: Schema.Boolean,
  /** Null: nothing is known of it. */
  value: Schema.NullOr(Schema.Finite)
})
export type ConditionCheck = typeof ConditionCheck.Type

/**
 * How it came to an end: its time was over; the steady state broke; somebody stopped it; its controller was no longer heard of; the process was asked
 * to stop.
 */
export const ChaosEnd = Schema.Literals(["completed", "breached", "stopped", "controller-lost", "shutdown"])
export type ChaosEnd = typeof ChaosEnd.Type

/** What a game day is told from. */
export const ChaosReport = Schema.Struct({
  id: Schema.String,
  experiment: Experiment,
  startedAt: Schema.String,
  /** Null while it is injected. */
  endedAt: Schema.NullOr(Schema.String),
  end: Schema.NullOr(ChaosEnd),
  /** Events or calls that it struck. */
  struck: Schema.Int,
  before: Schema.Array(ConditionCheck),
  /** The last look while it was injected; at a breach what broke. */
  during: Schema.Array(ConditionCheck),
  /** Null: not seen again yet. */
  recoveredAt: Schema.NullOr(Schema.String)
})
export type ChaosReport = typeof ChaosReport.Type

export const ChaosAnswer = Schema.Struct({
  enabled: Schema.Boolean,
  active: Schema.Array(ChaosReport),
  /** The last 50, newest first. */
  past: Schema.Array(ChaosReport)
})
export type ChaosAnswer = typeof ChaosAnswer.Type
