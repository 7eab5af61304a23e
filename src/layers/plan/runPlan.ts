/**
 * Runs a plan: computes its steps from what is there, does them, and computes again, until none is left. Running it twice changes nothing.
 *
 * One trace tells the whole: a span for the plan, one for each round, one for each step with its key and its old and new value, and client spans for
 * the calls that a step makes ({@link dependencyCall}). A step's logs carry its id, and its trace by the logger. Bounded: {@link mostRounds} rounds, and
 * as many levels of nested procedures; a plan that goes on after that is a bug, told with the steps that were left.
 */
import { Effect } from "effect"
import { type Plan, PlanError, type Procedure } from "./Procedure.ts"

export const mostRounds = 8

export interface PlannedStep {
  readonly id: string
  readonly from: string | null
  readonly to: string | null
  /** False in a dry run: it is only told. */
  readonly changed: boolean
}

export interface PlanOutcome {
  readonly rounds: number
  readonly steps: ReadonlyArray<PlannedStep>
  /** No step is left. */
  readonly done: boolean
}

const valueText = (value: string | null): string => value ?? "(absent)"

const runStep = <R>(
  procedure: Procedure<R>,
  depth: number,
  into: Array<PlannedStep>
): Effect.Effect<void, PlanError, R> =>
  Effect.gen(function*() {
    const { from, id, to } = procedure
    if (depth > mostRounds) {
      return yield* new PlanError({ reason: "Unbounded", step: id, message: `${id}: procedures nest without end` })
    }
    const nested = yield* procedure.do
    yield* Effect.logInfo(`${id}: ${valueText(from)} -> ${valueText(to)}`)
    into.push({ id, from, to, changed: true })
    for (const next of nested) yield* runStep(next, depth + 1, into)
  }).pipe(
    Effect.annotateLogs({ plan_step: procedure.id }),
    Effect.withSpan(`plan.step ${procedure.id}`, {
      attributes: {
        "perigee.plan.key": procedure.id,
        "perigee.plan.from": valueText(procedure.from),
        "perigee.plan.to": valueText(procedure.to)
      }
    })
  )

/** `dryRun`: the steps of the first round are told, and nothing is done. */
export const runPlan = Effect.fn("plan")(function*<R>(
  plan: Plan<R>,
  options: { readonly dryRun: boolean }
): Effect.fn.Return<PlanOutcome, PlanError, R> {
  const steps: Array<PlannedStep> = []
  for (let round = 1; round <= mostRounds; round++) {
    const procedures = yield* plan.pipe(
      Effect.withSpan("plan.compute", { attributes: { "perigee.plan.round": round } })
    )
    if (procedures.length === 0) return { rounds: round - 1, steps, done: true }
    if (options.dryRun) {
      return {
        rounds: 0,
        steps: procedures.map(({ from, id, to }) => ({ id, from, to, changed: false })),
        done: false
      }
    }
    yield* Effect.forEach(procedures, (procedure) => runStep(procedure, 1, steps), { discard: true }).pipe(
      Effect.withSpan("plan.round", { attributes: { "perigee.plan.round": round } })
    )
  }
  const left = (yield* plan).map(({ id }) => id)
  if (left.length === 0) return { rounds: mostRounds, steps, done: true }
  return yield* new PlanError({
    reason: "Unbounded",
    step: left[0] ?? "",
    message: `after ${mostRounds} rounds there are still steps: ${left.join(", ")}`
  })
})
