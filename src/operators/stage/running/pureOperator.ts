/** A stream operator from one pure stage or several in a row. */
import { Cause, Clock, Effect, Pull, Stream } from "effect"
import type { Element } from "../../../domain/stream/Batch.ts"
import { watermark } from "../../../domain/stream/Envelope.ts"
import type { Graph } from "../../graph/Graph.ts"
import type { Operator } from "../Operator.ts"
import { isNonEmpty } from "./elements.ts"
import type { Process } from "./Process.ts"
import { isThere } from "./toEffect.ts"
import { Waits } from "./Waits.ts"

const endOfInput = watermark(Infinity)

/** An array of a stream is never empty, so an empty one can say that there are no more. */
const nothingLeft: ReadonlyArray<never> = []

/** True when time has come to its end in these elements. */
const ends = (elements: ReadonlyArray<Element<unknown>>): boolean => {
  for (let i = elements.length - 1; i >= 0; i--) {
    const element = elements[i]
    // Whoever ends time does it with the last of the elements.
    if (element === undefined || element._tag === "Batch") return false
    if (element._tag === "Watermark" && element.time === Infinity) return true
  }
  return false
}

/** `make` builds the process anew for every run of the stream. */
export const pureOperator = <A, B, R>(
  graph: Graph,
  make: Effect.Effect<Process<A, B>, never, R>
): Operator<A, B, never, R> =>
  Object.assign(
    <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>): Stream.Stream<Element<B>, E0, R0 | R> =>
      Stream.transformPull(self, (pull) =>
        Effect.zipWith(make, Clock.Clock, (process, clock) => {
          const waits = new Waits(clock, process.counts)
          type Output = readonly [Element<B>, ...Array<Element<B>>]
          const upstream = Pull.catchDone(pull, () => Effect.succeed(nothingLeft))
          let ended = false
          let done = false

          const emitOrGoOn = (output: ReadonlyArray<Element<B>>): Pull.Pull<Output, E0> => {
            waits.onOutput()
            return isNonEmpty(output) ? Effect.succeed(output) : next
          }

          const run = (elements: ReadonlyArray<Element<A>>): Pull.Pull<Output, E0> => {
            const result = process(elements)
            return isThere(result) ? emitOrGoOn(result) : Effect.flatMap(result, emitOrGoOn)
          }

          const next: Pull.Pull<Output, E0> = Effect.suspend(() => {
            if (done) return Cause.done()
            waits.onAsked()
            return Effect.flatMap(upstream, (elements) => {
              waits.onInput()
              if (elements.length > 0) {
                if (ends(elements)) ended = true
                return run(elements)
              }
              done = true
              return ended ? Cause.done() : run([endOfInput])
            })
          })
          return next
        })),
    { stages: graph.nodes, graph, process: make }
  )
