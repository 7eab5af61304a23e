/** The last operator: commits the positions of a progress mark once everything before it has passed all stages. */
import { Effect } from "effect"
import type { SourcePosition } from "../../domain/Envelope.ts"
import type { LogError } from "../../layers/log/MessageLog.ts"
import { effectful, type Operator, type StageServices } from "../Stage.ts"

/**
 * Stateless; arrays and order kept. A position that another member owns by now is left to it: what was done twice, the sinks take once. A
 * log that cannot commit is no reason to stop: the next commit covers this one.
 */
export const commit = <A>(
  commitPositions: (positions: ReadonlyArray<SourcePosition>) => Effect.Effect<void, LogError>
): Operator<A, A, never, StageServices> =>
  effectful({
    name: "commit",
    step: (events, emit) =>
      Effect.sync(() => {
        for (const event of events) emit.out(event, event.payload)
      }),
    onControl: (control) =>
      control._tag === "Progress"
        ? Effect.catch(commitPositions(control.positions), (error) => Effect.logWarning(error.message))
        : Effect.void
  })
