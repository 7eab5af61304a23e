/**
 * The end of a pipeline that reads from a log: commits what has passed all stages.
 *
 * Arrays and order kept; events pass as they are. A progress mark's positions are committed when everything before it has come here. Time: nothing waits for
 * it. State: none. Errors: a failed commit is logged as a warning and the next covers it, so the pipeline goes on; what was done twice after a
 * restart, sinks take once. Cost: one commit a progress mark.
 */
import { Effect } from "effect"
import type { SourcePosition } from "../../domain/stream/Envelope.ts"
import { sink } from "../sinks/sink.ts"
import type { Operator, StageServices } from "../stage/Stage.ts"

/** `commitPositions` gets the next offsets to read. */
export const commit = <A, R = never>(
  commitPositions: (positions: ReadonlyArray<SourcePosition>) => Effect.Effect<void, { readonly message: string }, R>
): Operator<A, A, never, R | StageServices> =>
  sink<A, never, R>({
    name: "commit",
    write: () => Effect.void,
    commit: (positions) => Effect.catch(commitPositions(positions), (error) => Effect.logWarning(error.message))
  })
