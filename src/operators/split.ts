/**
 * Two operators side by side, each for its own kind of events, so that the one does not wait for the other.
 *
 * Unlike `route`, it is not itself a stage that counts, and an event waits in the queue of its own branch alone: while one branch is slow the other goes
 * on until the slow one's queue is full. Arrays: kept where all their events go one way, else cut in two. Order: kept within a branch. Controls come
 * out once, when both branches have passed them. Failure: of either branch, or of the input. What `when` throws is a defect. State: `capacity` events in
 * front of and behind each branch. Cost: a call an event, two fibers, two queue operations an array.
 */
import { Effect, identity, Stream } from "effect"
import type { Batch, Element } from "../domain/Batch.ts"
import { forkEdge, type ForkOptions } from "./fork.ts"
import type { Operator } from "./Stage.ts"
import { isNonEmpty } from "./stage/elements.ts"
import { joined } from "./stage/fanOut.ts"
import { direct, type Graph, inRow, nodeGraph, sideBySide } from "./stage/Graph.ts"
import { type Elements, feed, makeInlets, untilEnd } from "./stage/inlets.ts"
import { makeOperator } from "./stage/Operator.ts"

export interface SplitOptions<in A, out B, out E1, out R1, out E2, out R2> extends ForkOptions {
  readonly name: string
  readonly when: (payload: A) => boolean
  readonly to: Operator<A, B, E1, R1>
  readonly otherwise: Operator<A, B, E2, R2>
}

export const split = <A, B, E1, R1, E2, R2>(
  options: SplitOptions<A, B, E1, R1, E2, R2>
): Operator<A, B, E1 | E2, R1 | R2> => {
  const { name, otherwise, to, when } = options
  const edge = forkEdge(options)
  const graph: Graph = inRow(
    inRow(nodeGraph({ name, kind: "fork", edge }), sideBySide([to.graph, otherwise.graph])),
    nodeGraph({ name: `${name} merge`, kind: "merge", edge: direct }),
    edge
  )
  return makeOperator(graph, <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>) =>
    Stream.transformPull(
      self,
      Effect.fnUntraced(function*(pull, scope) {
        const { capacity } = edge
        const out = yield* makeInlets<B, E0 | E1 | E2>({
          stage: `${name} merge`,
          edges: [`${ends(to.graph).last} -> ${name} merge`, `${ends(otherwise.graph).last} -> ${name} merge`],
          capacity
        })
        const queue = ({ graph }: { readonly graph: Graph }) =>
          makeInlets<A, E0>({ stage: name, edges: [`${name} -> ${ends(graph).first}`], capacity })
        const first = yield* queue(to)
        const second = yield* queue(otherwise)

        const distribute = (elements: Elements<A>) => {
          const [matching, others] = parted(elements, when)
          return Effect.andThen(
            isNonEmpty(matching) ? first.offer(0, matching) : Effect.void,
            isNonEmpty(others) ? second.offer(0, others) : Effect.void
          )
        }
        yield* Effect.forkIn(
          feed(
            pull,
            distribute,
            Effect.andThen(first.end(0), second.end(0)),
            (cause) => Effect.andThen(first.failCause(cause), second.failCause(cause))
          ),
          scope
        )
        const run = <E, R>(place: number, operator: Operator<A, B, E, R>, from: typeof first) =>
          Stream.runForEachArray(
            operator(Stream.fromPull(Effect.succeed(untilEnd(from.take)))),
            (elements) => out.offer(place, elements)
          ).pipe(Effect.andThen(out.end(place)))
        yield* Effect.forkIn(Effect.catchCause(run(0, to, first), out.failCause), scope)
        yield* Effect.forkIn(Effect.catchCause(run(1, otherwise, second), out.failCause), scope)
        return joined(out.take, 2)
      })
    ))
}

/** The names of a branch's first and last stage. */
const ends = ({ inputs, nodes, outputs }: Graph) => ({
  first: nodes[inputs[0] ?? 0]?.name,
  last: nodes[outputs[0] ?? 0]?.name
})

type Parts<A> = readonly [matching: ReadonlyArray<Element<A>>, others: ReadonlyArray<Element<A>>]

/** The events each way; controls both ways. */
const parted = <A>(elements: Elements<A>, when: (payload: A) => boolean): Parts<A> => {
  const matching: Array<Element<A>> = []
  const others: Array<Element<A>> = []
  for (const element of elements) {
    if (element._tag !== "Batch") {
      matching.push(element)
      others.push(element)
      continue
    }
    const ways = element.payloads.map(when)
    if (!ways.includes(false)) matching.push(element)
    else if (!ways.includes(true)) others.push(element)
    else {
      matching.push(going(element, ways, true))
      others.push(going(element, ways, false))
    }
  }
  return [matching, others]
}

/** The events of a batch that go one way. */
const going = <A>(batch: Batch<A>, ways: ReadonlyArray<boolean>, way: boolean): Batch<A> =>
  batch.pick(
    batch.payloads.filter((_, place) => ways[place] === way),
    ways.flatMap((taken, place) => taken === way ? [place] : []),
    batch.hop,
    identity
  )
