/** Several plans as one: the steps of the first that has any. What comes later may need what comes first, and is computed when that is there. */
import { Effect } from "effect"
import type { Plan, PlanError, Procedure } from "./Procedure.ts"

export const inOrder = <R>(plans: ReadonlyArray<Plan<R>>): Plan<R> =>
  Effect.gen(function*(): Effect.fn.Return<ReadonlyArray<Procedure<R>>, PlanError, R> {
    for (const plan of plans) {
      const steps = yield* plan
      if (steps.length > 0) return steps
    }
    return []
  })

/** The steps of all, in order. */
export const allOf = <R>(plans: ReadonlyArray<Plan<R>>): Plan<R> =>
  Effect.map(Effect.all(plans), (steps) => steps.flat())
