/**
 * A pipeline as one value that reads as its data flows:
 *
 *     Pipeline.from(readings.pipe(source({ name: "readings", eventTime }))).via(decode).via(fork({ a, b })).to(store)
 *
 * Types alone tell what may be connected. The value can be run, and it tells its topology ({@link Pipeline.graph}): the stages and the edges that
 * run, for it is made of them. Nothing happens before {@link Pipeline.run}; each run has its own state.
 *
 * Pure operators that meet are fused. A source that gives plain events becomes one of the pipeline with `source`.
 */
import { Effect, Stream } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import { CommitUnits } from "../../layers/units/CommitUnits.ts"
import {
  merge as mergeStreams,
  mergeEdge,
  mergeName,
  type MergeOptions,
  mergeTagged as mergeTaggedStreams
} from "../branches/merge.ts"
import { direct, type Graph, inRow, nodeGraph, sideBySide } from "../graph/Graph.ts"
import { gated } from "./running/gated.ts"
import type { Operator } from "./Stage.ts"
import { andThen } from "./Stage.ts"

/** A pipeline with an open end. */
export interface Flow<out A, out E, out R> {
  /** The stream itself, for whoever wants to go on by hand. */
  readonly stream: Stream.Stream<Element<A>, E, R>
  readonly graph: Graph
  /** Behind this, that operator. */
  readonly via: <B, E2, R2>(operator: Operator<A, B, E2, R2>) => Flow<B, E | E2, R | R2>
  /** Ends here. What the sink lets through is let go. */
  readonly to: <B, E2, R2>(sink: Operator<A, B, E2, R2>) => Pipeline<E | E2, R | R2>
}

/** A whole pipeline. */
export interface Pipeline<out E, out R> {
  /** Runs to the end of its sources, or until its commit units are stopped. Interrupted, it closes everything it opened. */
  readonly run: Effect.Effect<void, E, R>
  readonly graph: Graph
}

/** Begins with a stream as `source` makes it. `name`: how the source is called in the graph. */
export const from = <A, E, R>(stream: Stream.Stream<Element<A>, E, R>, name = "source"): Flow<A, E, R> =>
  begin(gated(stream), nodeGraph({ name, kind: "source", edge: direct }))

/** Several flows into one, by `merge`: the watermark is the least of theirs. */
export function merge<const Flows extends Readonly<Record<string, AnyFlow>>>(
  flows: Flows,
  options?: MergeOptions
): Flow<PayloadOf<Flows[keyof Flows]>, ErrorOf<Flows[keyof Flows]>, ServicesOf<Flows[keyof Flows]>>
export function merge<A, E, R>(
  flows: Readonly<Record<string, Flow<A, E, R>>>,
  options: MergeOptions = {}
): Flow<A, E, R> {
  return begin(mergeStreams(streamsOf(flows), options), mergeGraph(flows, options))
}

/** {@link merge} of flows that stay distinguishable: events become `{ side, value }`, as joins take them. */
export function mergeTagged<const Flows extends Readonly<Record<string, AnyFlow>>>(
  flows: Flows,
  options?: MergeOptions
): Flow<
  { readonly [Side in keyof Flows]: { readonly side: Side; readonly value: PayloadOf<Flows[Side]> } }[keyof Flows],
  ErrorOf<Flows[keyof Flows]>,
  ServicesOf<Flows[keyof Flows]>
>
export function mergeTagged<A, E, R>(
  flows: Readonly<Record<string, Flow<A, E, R>>>,
  options: MergeOptions = {}
): Flow<{ readonly side: string; readonly value: A }, E, R> {
  return begin(mergeTaggedStreams(streamsOf(flows), options), mergeGraph(flows, options))
}

type AnyFlow = Flow<unknown, unknown, unknown>

type PayloadOf<F> = F extends Flow<infer A, infer _E, infer _R> ? A : never
type ErrorOf<F> = F extends Flow<infer _A, infer E, infer _R> ? E : never
type ServicesOf<F> = F extends Flow<infer _A, infer _E, infer R> ? R : never

const streamsOf = <A, E, R>(
  flows: Readonly<Record<string, Flow<A, E, R>>>
): Readonly<Record<string, Stream.Stream<Element<A>, E, R>>> =>
  Object.fromEntries(Object.entries(flows).map(([name, { stream }]) => [name, stream]))

const mergeGraph = (flows: Readonly<Record<string, AnyFlow>>, options: MergeOptions): Graph =>
  inRow(
    sideBySide(Object.values(flows).map(({ graph }) => graph)),
    nodeGraph({ name: mergeName(options), kind: "merge", edge: direct }),
    mergeEdge(options)
  )

const begin = <A, E, R>(stream: Stream.Stream<Element<A>, E, R>, graph: Graph): Flow<A, E, R> => ({
  stream,
  graph,
  via: (operator) => behind(stream, graph, operator),
  to: (sink) => ended(stream, graph, sink)
})

/** The operators are kept as one until the end, so that those that can be fused are. */
const behind = <S, A, E1, R1, E2, R2>(
  source: Stream.Stream<Element<S>, E1, R1>,
  above: Graph,
  operator: Operator<S, A, E2, R2>
): Flow<A, E1 | E2, R1 | R2> => ({
  stream: operator(source),
  graph: inRow(above, operator.graph),
  via: (next) => behind(source, above, andThen(operator, next)),
  to: (sink) => ended(source, above, andThen(operator, sink))
})

const ended = <S, A, E1, R1, E2, R2>(
  source: Stream.Stream<Element<S>, E1, R1>,
  above: Graph,
  operator: Operator<S, A, E2, R2>
): Pipeline<E1 | E2, R1 | R2> => ({
  run: run(operator(source)),
  graph: inRow(above, operator.graph)
})

/** To the end of its sources, or until its commit units are stopped. */
const run = <A, E, R>(stream: Stream.Stream<Element<A>, E, R>): Effect.Effect<void, E, R> =>
  Effect.flatMap(CommitUnits, (units) => {
    if (units === undefined) return Stream.runDrain(stream)
    const drained = Stream.runForEachArray(
      stream,
      (elements) =>
        elements.some((element) => element._tag === "Barrier" && !units.isCut(element.unit))
          ? Effect.die(new Error(`${units.task}: a pipeline with commit units ends with commit`))
          : Effect.void
    )
    return Effect.raceFirst(drained, units.stopped)
  })
