/** One step of a plan. */
import { type Effect, Schema } from "effect"

/** A step could not be done, or a plan found new steps for ever. What was done before stays done: the next run goes on from what is there. */
export class PlanError extends Schema.TaggedError<PlanError>()("PlanError", {
  reason: Schema.Literals(["Failed", "Unbounded", "InUse", "NotSupported"]),
  step: Schema.String,
  message: Schema.String
}) {}

/** What is to be changed, computed from what is there: a procedure is only made where something is to change. */
export interface Procedure<R = never> {
  /** Names the same thing in every run: `topic:alerts`. */
  readonly id: string
  /** What it is now, and what it will be; `null`: absent. */
  readonly from: string | null
  readonly to: string | null
  /** Does it, and gives what is to be done in turn, if anything: run at once, before the next. Its span and its logger are given to it. */
  readonly do: Effect.Effect<ReadonlyArray<Procedure<R>>, PlanError, R>
}

/** Gives the steps that are left, by looking at what is there. None: all is as it should be. */
export type Plan<R = never> = Effect.Effect<ReadonlyArray<Procedure<R>>, PlanError, R>
