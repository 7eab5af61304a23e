/**
 * The one way to make an operator.
 *
 * A stage is a step over an *array* of envelopes with a stream around it. The stream part, here and nowhere else, adds: counts and
 * metrics once per array, spans of the sampled events, flight-recorder hops of all, lineage, dead letters, the chaos point, and the
 * description of the outgoing edge. An operator's own file holds only its step.
 *
 * **Contract.** Arrays are kept: one array in, at most one array out. Order is kept. Controls (watermarks, progress marks, ticks) keep
 * their place among the events. An event is counted `in` once and ends as exactly one of processed, filtered, late, dead or shed. What a
 * stage gives up is durable in {@link DeadLetters} before the array's outputs, and so its progress marks, go on.
 *
 * **Errors.** A pure stateless step that throws is run again event by event, and the event that makes it throw becomes a dead letter of
 * kind `ProcessingException`. A stateful step that throws cannot be run again (its state may be half changed): the stream dies with a
 * {@link StageDefect} that names the stage. For effectful steps see {@link effectful}.
 *
 * **Fusion.** Pure stages joined by {@link andThen} run as one: an array goes through all of them in one turn, without a stream between.
 *
 * **End.** When the input ends, the watermark goes to +infinity once, so that everything still open is emitted.
 */
import { envelopesOf } from "../../domain/stream/Batch.ts"
import type { Envelope, EventContext } from "../../domain/stream/Envelope.ts"
import { direct, type Edge, nodeGraph } from "../graph/Graph.ts"
import type { Emit } from "./Emit.ts"
import type { Operator } from "./Operator.ts"
import { makeStateful, makeStateless } from "./running/pure.ts"
import { pureOperator } from "./running/pureOperator.ts"
import type { StageServices } from "./running/runtime.ts"
import type { ColumnsStep, ColumnStep, Step } from "./Step.ts"

export { type Envelope } from "../../domain/stream/Envelope.ts"
export { direct, type Edge, edgeProblems, type Graph, type GraphEdge, type StageNode } from "../graph/Graph.ts"
export { andThen, via } from "./andThen.ts"
export { type Emit, type Joining } from "./Emit.ts"
export { describe, type Operator } from "./Operator.ts"
export { type ErrorClass, noRetry, retry, type RetryPolicy } from "./retry.ts"
export { type Collector } from "./running/Collector.ts"
export { effectful, type EffectfulOptions } from "./running/effectful.ts"
export { StageDefect } from "./running/pure.ts"
export { type StageServices } from "./running/runtime.ts"
export { type ColumnsStep, type Step } from "./Step.ts"

/** What every operator that is made here is given. */
interface Named {
  readonly name: string
  readonly edge?: Edge
}

export interface StageOptions<in A, in out B, in out S, out R = never> extends Step<A, B, S, R>, Named {}

/** An operator from a stateful step. Keeps arrays and order. */
export const stateful = <A, B, S, R = never>(
  { onEvents, ...options }: StageOptions<A, B, S, R>
): Operator<A, B, never, R | StageServices> =>
  columns<A, B, S, R>({
    ...options,
    onBatch: (state, batch, collector) => onEvents(state, envelopesOf(batch), collector)
  })

/** {@link stateful} for a step that works on the columns of a batch, as the built-in operators do: no envelope is made. */
export const columns = <A, B, S, R = never>(
  options: ColumnsStep<A, B, S, R> & Named
): Operator<A, B, never, R | StageServices> => {
  const { name, edge = direct, state } = options
  return pureOperator<A, B, R | StageServices>(
    nodeGraph({ name, kind: "stateful", edge, state: state.parts }),
    makeStateful(name, options)
  )
}

/**
 * An operator from a step without state. Keeps arrays and order.
 *
 * State: none, so an array whose step throws is run again event by event.
 */
export const stateless = <A, B>(
  options: Named & { readonly step: (events: ReadonlyArray<Envelope<A>>, emit: Emit<B>) => void }
): Operator<A, B, never, StageServices> => {
  const { name, edge = direct, step } = options
  return statelessColumns({ name, edge, onBatch: (batch, collector) => step(envelopesOf(batch), collector) })
}

/** {@link stateless} for a step that works on the columns of a batch. */
export const statelessColumns = <A, B>(
  { edge = direct, name, ...step }: ColumnStep<A, B> & Named
): Operator<A, B, never, StageServices> =>
  pureOperator(nodeGraph({ name, kind: "stateless", edge }), makeStateless(name, step))

/** One output per input. Keeps arrays and order. */
export const map = <A, B>(name: string, f: (payload: A) => B): Operator<A, B, never, StageServices> =>
  statelessColumns<A, B>({ name, onBatch: (batch, collector) => collector.mapBatch(batch, f) })

/** Keeps what passes; the rest is counted as filtered under `reason`. A type guard narrows. Keeps arrays and order. */
export const filter: {
  <A, B extends A>(
    name: string,
    predicate: (payload: A) => payload is B,
    reason?: string
  ): Operator<A, B, never, StageServices>
  <A>(name: string, predicate: (payload: A) => boolean, reason?: string): Operator<A, A, never, StageServices>
} = <A>(name: string, predicate: (payload: A) => boolean, reason = "predicate") =>
  statelessColumns<A, A>({ name, onBatch: (batch, collector) => collector.filterBatch(batch, predicate, reason) })

/**
 * Keeps what passes a predicate that has a memory; the rest is counted as filtered under `reason`. The predicate sees each event once, in
 * order, and may change its state in place. Keeps arrays and order. State: the caller's, and its bound.
 */
export const filterWith = <A, S, R = never>(
  options: Memory<S, R> & {
    readonly predicate: (state: S, payload: A, context: EventContext) => boolean
    readonly reason: string
  }
): Operator<A, A, never, R | StageServices> => {
  const { predicate, reason } = options
  return columns<A, A, S, R>({
    ...options,
    onBatch: (state, batch, collector) =>
      collector.filterEvents(batch, (payload, context) => predicate(state, payload, context), reason)
  })
}

/**
 * One output per input, made with a memory of those before: running counts, last values. `f` sees each event once, in order, and may
 * change its state in place. Keeps arrays and order. State: the caller's, and its bound.
 */
export const mapWith = <A, B, S, R = never>(
  options: Memory<S, R> & { readonly f: (state: S, payload: A) => B }
): Operator<A, B, never, R | StageServices> => {
  const { f } = options
  return columns<A, B, S, R>({
    ...options,
    onBatch: (state, batch, collector) => collector.mapBatch(batch, (payload) => f(state, payload))
  })
}

/** What an operator with a memory of the caller's is made from. */
interface Memory<in out S, out R> extends Pick<Step<never, never, S, R>, "state" | "observe">, Named {}
