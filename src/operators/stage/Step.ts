/** What an operator's own file holds: the step of its stage. */
import type { Batch } from "../../domain/stream/Batch.ts"
import type { Envelope, Progress } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { StageReadings } from "../../layers/stage/StageState.ts"
import type { StateDecl } from "../state/State.ts"
import type { Emit } from "./Emit.ts"
import type { Collector } from "./running/Collector.ts"

/** What stateful steps have in common, whatever they look at. `Out`: how they emit. */
interface Stateful<in out S, out R, in Out> {
  /** What is held from one array to the next: see `State`. */
  readonly state: StateDecl<S, R>
  /** Time has come to `time`: close what ends at or before it. Called with +infinity at the end of the input. */
  readonly onWatermark?: (state: S, time: UtcTime, emit: Out) => void
  readonly onTick?: (state: S, now: UtcTime, emit: Out) => void
  /** For a step that lets progress marks wait for what it holds; without it they pass. */
  readonly onProgress?: (state: S, mark: Progress, emit: Out) => void
  /** For a step whose state is read again: a commit unit is about to be cut, and what it holds goes on before. */
  readonly onBarrier?: (state: S, emit: Out) => void
  /** True for a step that assigns watermarks itself: those from above end here. */
  readonly assignsWatermarks?: boolean
  /** What may be read of the state while it runs, beside the number of its entries. */
  readonly observe?: (state: S) => StageReadings
}

/**
 * A stateful step: its outputs and next state depend on nothing but state and input. It changes its state in place. Its docstring says what the state
 * is and its bound.
 */
export interface Step<in A, in out B, in out S, out R = never> extends Stateful<S, R, Emit<B>> {
  readonly onEvents: (state: S, events: ReadonlyArray<Envelope<A>>, emit: Emit<B>) => void
}

/** A stateful step that works on the columns of a batch. See {@link Step}. */
export interface ColumnsStep<in A, in out B, in out S, out R = never> extends Stateful<S, R, Collector<B>> {
  readonly onBatch: (state: S, batch: Batch<A>, collector: Collector<B>) => void
}

/** A step that looks at payloads only, and so can work on the columns of a batch. */
export interface ColumnStep<in A, in out B> {
  readonly onBatch: (batch: Batch<A>, collector: Collector<B>) => void
}
