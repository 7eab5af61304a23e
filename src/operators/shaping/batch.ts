/**
 * Several events into one that holds them all, by number, by bytes, by time: for whoever is cheaper asked for many at once.
 *
 * One output of type `ReadonlyArray<A>` a group, its members in order; a group is emitted when it has `size` members, when one more would take it over
 * `bytes.max`, or `withinMillis` after its first, whichever comes first, and at the end of the input. Arrays: kept, with fewer events in them. Time: an
 * output has the greatest event time of its members, and the watermark stays below that while the group is open. Progress marks wait for the group
 * that holds events before them, so that nothing uncommitted is lost with it; with a schema of the `payload` the group is kept and they pass; where commit units are cut, a group that is not kept ends with the unit. State: one group.
 * Errors: none of its own. Cost: a set of contributors an output; with a clock, a fiber an array while a group is open.
 *
 * The output has one span, linked to the spans of its sampled members (up to 16); each member keeps its own.
 */
import { Clock, Effect, Stream } from "effect"
import { direct, nodeGraph } from "../graph/Graph.ts"
import { makeOperator } from "../stage/Operator.ts"
import { makeStateful } from "../stage/running/pure.ts"
import { pureOperator } from "../stage/running/pureOperator.ts"
import { wakeAtDeadline } from "../stage/running/wakeAtDeadline.ts"
import type { Operator, StageServices } from "../stage/Stage.ts"
import { type BatchOptions, type GroupTimer, makeStep, tickTimer } from "./batchStep.ts"

export type { BatchOptions } from "./batchStep.ts"

export const batch = <A>(options: BatchOptions<A>): Operator<A, ReadonlyArray<A>, never, StageServices> => {
  const { edge = direct, name = "batch", timer = "clock", withinMillis } = options
  const { state } = makeStep(options, tickTimer())
  const graph = nodeGraph({ name, kind: "stateful", edge, state: state.parts })
  if (withinMillis === undefined || timer === "ticks") {
    return pureOperator(graph, Effect.suspend(() => makeStateful(name, makeStep(options, tickTimer()))))
  }
  return makeOperator<A, ReadonlyArray<A>, never, StageServices>(
    graph,
    (self) =>
      Stream.unwrap(Effect.map(Clock.Clock, (clock) => {
        const byClock: GroupTimer = { now: () => clock.currentTimeMillisUnsafe(), deadline: undefined }
        return wakeAtDeadline(self, byClock).pipe(
          pureOperator(graph, makeStateful(name, makeStep(options, byClock)))
        )
      }))
  )
}
