/**
 * A bounded queue between two stages: what stands before it runs on while what stands behind it is busy.
 *
 * Arrays and order kept. Controls keep their place. Time: nothing waits for it. State: at most `capacity` events (an array larger than that waits alone),
 * lost when the pipeline stops: their progress marks wait with them, so none of them is committed. Policy `backpressure`: when it is full, the stage
 * before it is held back. Errors: none of its own; a failure from above comes out behind what was queued before it. Cost: a fiber, and two queue
 * operations an array. A sampled event gets a `queue` span for the time it waited; how full it is, `StageChannels` tells.
 */
import { Effect, Stream } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import { feed, makeInlets, untilEnd } from "../branches/inlets.ts"
import { nodeGraph } from "../graph/Graph.ts"
import { makeOperator } from "../stage/Operator.ts"
import type { Edge, Operator } from "../stage/Stage.ts"

export interface BufferOptions {
  readonly name?: string
  /** Events that may wait, at least 1. */
  readonly capacity: number
  /** What happens when it is full. */
  readonly policy: Extract<Edge["policy"], "backpressure">
  /** Why it is there: for whoever reads the graph. */
  readonly reason: string
}

export const buffer = <A>({ name = "buffer", policy, reason, ...options }: BufferOptions): Operator<A, A> => {
  const capacity = Math.max(1, Math.floor(options.capacity))
  return makeOperator(
    nodeGraph({ name, kind: "buffer", edge: { capacity, policy, reason } }),
    <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>) =>
      Stream.transformPull(
        self,
        Effect.fnUntraced(function*(pull, scope) {
          const inlet = yield* makeInlets<A, E0>({ stage: name, edges: [name], capacity })
          yield* Effect.forkIn(feed(pull, (elements) => inlet.offer(0, elements), inlet.end(0), inlet.failCause), scope)
          return untilEnd(inlet.take)
        })
      )
  )
}
