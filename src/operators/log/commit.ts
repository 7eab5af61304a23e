/**
 * The end of a pipeline that reads from a log: commits what has passed all stages.
 *
 * Arrays and order kept; events pass as they are. A progress mark's positions are committed when everything before it has come here. Time: nothing waits for
 * it. State: none. Errors, by their kind: while the log cannot be reached the commit is tried again, for as long as it takes, and the pipeline waits; where
 * the positions belong to another now, or the commit can never succeed, the pipeline ends with the error, and who reads next begins at the last
 * commit. None is forgotten. Cost: one commit a progress mark.
 */
import { Effect } from "effect"
import { GroupMember } from "../../layers/log/GroupMember.ts"
import { failureOf, type LogError } from "../../layers/log/MessageLog.ts"
import { sink } from "../sinks/sink.ts"
import { nextWait, retry } from "../stage/retry.ts"
import type { Operator, StageServices } from "../stage/Stage.ts"

const between = retry(Infinity, { baseMillis: 50, capMillis: 2000 })

/** Tried again while the log cannot be reached. Each try is told of. */
const untilCommitted = (
  once: Effect.Effect<void, LogError, GroupMember>,
  wait = between.baseMillis
): Effect.Effect<void, LogError, GroupMember> =>
  Effect.catchIf(once, (error) => failureOf(error) === "transient", (error) =>
    Effect.gen(function*() {
      const millis = yield* nextWait(between, wait)
      yield* Effect.logWarning(`commit: tried again in ${Math.round(millis)} ms: ${error.message}`)
      yield* Effect.sleep(millis)
      yield* untilCommitted(once, millis)
    }))

/** Commits the positions of what `fromLog` reads. */
export const commit = <A>(name = "commit"): Operator<A, A, LogError, GroupMember | StageServices> =>
  sink<A, never, GroupMember, LogError>({
    name,
    write: () => Effect.void,
    commit: (positions) => untilCommitted(Effect.flatMap(GroupMember, (member) => member.commit(positions)))
  })
