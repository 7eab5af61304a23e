/**
 * Takes some events out of the stream and writes them elsewhere: a side output.
 *
 * Arrays and order kept, of what goes on and of what is written. Events that `where` names are written and counted as filtered under `reason`; the
 * types of those that go on are without them. Controls keep their place: a progress mark goes on when all before it is written. Time: nothing waits
 * for it. State: none. Errors and cost: as `sink`; an array with nothing to write costs a scan.
 */
import { Effect } from "effect"
import { type Edge, effectful, type ErrorClass, type Operator, type RetryPolicy, type StageServices } from "./Stage.ts"

export interface DivertOptions<A, B extends A, E, R> {
  readonly name: string
  readonly where: (payload: A) => payload is B
  /** Under which reason it is counted. */
  readonly reason: (payload: B) => string
  readonly write: (payloads: ReadonlyArray<B>) => Effect.Effect<void, E, R>
  readonly classify?: (error: E) => ErrorClass
  readonly retry?: RetryPolicy
  readonly edge?: Edge
}

export function divert<A, B extends A, E, R>(
  options: DivertOptions<A, B, E, R>
): Operator<A, Exclude<A, B>, never, R | StageServices>
export function divert<A, B extends A, E, R>(
  options: DivertOptions<A, B, E, R>
): Operator<A, A, never, R | StageServices> {
  const { reason, where, write, ...rest } = options
  return effectful<A, A, E, R>({
    ...rest,
    step: (events, emit) => {
      const diverted: Array<B> = []
      for (const event of events) {
        const { payload } = event
        if (where(payload)) {
          diverted.push(payload)
          emit.filtered(event, reason(payload))
        } else emit.out(event, payload)
      }
      return diverted.length === 0 ? Effect.void : write(diverted)
    }
  })
}
