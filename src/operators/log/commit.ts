/**
 * The end of a pipeline that reads from a log: commits what has passed all stages.
 *
 * Arrays and order kept; events pass as they are. A progress mark's positions are committed when everything before it has come here; where the pipeline has
 * commit units, with the unit: it is cut here, so nothing that keeps state or writes to the log stands behind. Time: nothing waits for it. State: none. Errors, by their kind: while the log cannot be reached the commit is tried again, for as long as it takes, and the pipeline waits; where
 * the positions belong to another now, or the commit can never succeed, the pipeline ends with the error, and who reads next begins at the last
 * commit. None is forgotten. Cost: one commit a
 * progress mark, or a unit.
 */
import { Effect } from "effect"
import type { Control } from "../../domain/stream/Envelope.ts"
import { GroupMember } from "../../layers/log/GroupMember.ts"
import { failureOf, type LogError } from "../../layers/log/MessageLog.ts"
import { StageRegistry } from "../../layers/stage/StageRegistry.ts"
import { CommitUnits, type CommitUnitsShape } from "../../layers/units/CommitUnits.ts"
import { nextWait, retry } from "../stage/retry.ts"
import { effectful, type Operator, type StageServices } from "../stage/Stage.ts"

const between = retry(Infinity, { baseMillis: 50, capMillis: 2000 })

/** Tried again while the log cannot be reached. Each try is told of. */
const untilCommitted = <R>(
  name: string,
  once: Effect.Effect<void, LogError, R>,
  wait = between.baseMillis
): Effect.Effect<void, LogError, R | StageRegistry> =>
  Effect.catchIf(once, (error) => failureOf(error) === "transient", (error) =>
    Effect.gen(function*() {
      const counts = (yield* StageRegistry).countsOf(name)
      const millis = yield* nextWait(between, wait)
      yield* Effect.logWarning(`${name}: tried again in ${Math.round(millis)} ms: ${error.message}`)
      counts.retries++
      yield* Effect.sleep(millis)
      yield* untilCommitted(name, once, millis)
    }))

/** Hands the positions in to the unit; cuts it where a barrier comes. */
const inUnit = Effect.fnUntraced(function*(name: string, units: CommitUnitsShape, control: Control) {
  if (control._tag === "Barrier") return yield* untilCommitted(name, units.commit(control.unit))
  if (control._tag !== "Progress") return
  const { subscriptionOf } = yield* GroupMember
  for (const [topic, positions] of Map.groupBy(control.positions, (position) => position.topic)) {
    units.read({ subscription: yield* subscriptionOf(topic), positions })
  }
})

const atOnce = (name: string, control: Control) =>
  control._tag === "Progress"
    ? untilCommitted(name, Effect.flatMap(GroupMember, (member) => member.commit(control.positions)))
    : Effect.void

/** Commits the positions of what `fromLog` reads, with the unit where there are units. */
export const commit = <A>(name = "commit"): Operator<A, A, LogError, GroupMember | StageServices> =>
  effectful<A, A, never, GroupMember | StageRegistry, LogError>({
    name,
    kind: "sink",
    step: (events, emit) => {
      for (const event of events) emit.out(event, event.payload)
      return Effect.void
    },
    onControl: (control) =>
      Effect.flatMap(CommitUnits, (units) => units === undefined ? atOnce(name, control) : inUnit(name, units, control))
  })
