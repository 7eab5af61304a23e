/** A pure stage at work: its step and what surrounds it, one array at a time, without a stream. */
import { Data, Effect } from "effect"
import { type Batch, type Element, envelopesOf, single } from "../../../domain/stream/Batch.ts"
import type { Control, Envelope, Progress } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import type { StageSnapshot, StateCodec, StateHandle } from "../../../layers/stage/StageState.ts"
import type { Emit } from "../Emit.ts"
import type { Collector } from "./Collector.ts"
import { makeRuntime, type StageServices } from "./runtime.ts"
import { isThere, toEffect } from "./toEffect.ts"

/** A bug in a step. Not retried; ends the pipeline and names the stage. */
export class StageDefect extends Data.TaggedError("StageDefect")<{
  readonly stage: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `stage ${this.stage}: ${
      this.cause instanceof Error ? this.cause.stack ?? this.cause.message : String(this.cause)
    }`
  }
}

/**
 * A stateful step: pure in the sense that its outputs and next state depend on nothing but state and input. It may change its state in
 * place and return it. Its docstring says what the state is and its bound.
 */
export interface Step<in A, out B, S> {
  readonly initial: () => S
  readonly onEvents: (state: S, events: ReadonlyArray<Envelope<A>>, emit: Emit<B>) => S
  /** Time has come to `time`: close what ends at or before it. Called with +infinity at the end of the input. */
  readonly onWatermark?: (state: S, time: UtcTime, emit: Emit<B>) => S
  readonly onTick?: (state: S, now: UtcTime, emit: Emit<B>) => S
  /** True for a step that assigns watermarks itself: those from above end here. */
  readonly assignsWatermarks?: boolean
  /** How the state is kept in a snapshot. Without it the stage begins anew after a restore. */
  readonly codec?: StateCodec<S>
  /** How many entries the state has, in what its bound is counted in. */
  readonly entries?: (state: S) => number
}

/** A stateful step that works on the columns of a batch, and changes its state in place. See {@link Step}. */
export interface ColumnsStep<in A, in out B, in out S> {
  readonly initial: () => S
  readonly onBatch: (state: S, batch: Batch<A>, collector: Collector<B>) => void
  readonly onWatermark?: (state: S, time: UtcTime, collector: Collector<B>) => void
  readonly onTick?: (state: S, now: UtcTime, collector: Collector<B>) => void
  /** For a step that lets progress marks wait for what it holds; without it they pass. */
  readonly onProgress?: (state: S, mark: Progress, collector: Collector<B>) => void
  readonly assignsWatermarks?: boolean
  readonly codec?: StateCodec<S>
  readonly entries?: (state: S) => number
}

/** A step that looks at payloads only, and so can work on the columns of a batch. */
export interface ColumnStep<A, B> {
  readonly onBatch: (batch: Batch<A>, collector: Collector<B>) => void
}

/**
 * Takes one array through a stage, or through several. An effect only where there is something to wait for: dead letters to be durable, a
 * chaos point.
 */
export type Process<in A, out B> = (
  elements: ReadonlyArray<Element<A>>
) => ReadonlyArray<Element<B>> | Effect.Effect<ReadonlyArray<Element<B>>>

const nothing: ReadonlyArray<never> = []

/** One stage after the other. An array of which nothing is left goes no further. */
export const compose = <A, B, C>(first: Process<A, B>, second: Process<B, C>): Process<A, C> => {
  const go = (middle: ReadonlyArray<Element<B>>) => middle.length === 0 ? nothing : second(middle)
  return (elements) => {
    const middle = first(elements)
    return isThere(middle) ? go(middle) : Effect.flatMap(middle, (output) => toEffect(go(output)))
  }
}

/** What a stage does with the parts of an array. */
interface Parts<A, B> {
  readonly onBatch: (batch: Batch<A>, collector: Collector<B>) => void
  readonly onControl: (control: Control, collector: Collector<B>) => void
}

const makeProcess = <A, B>(
  name: string,
  parts: (open: (handle: StateHandle) => StageSnapshot | undefined) => Parts<A, B>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  Effect.map(makeRuntime<B>(name), ({ begin, chaosPoint, collector, finish, state }) => {
    const { onBatch, onControl } = parts((handle) => state.open(name, handle))
    const process: Process<A, B> = (elements) => {
      try {
        begin(elements, true)
        for (const element of elements) {
          if (element._tag === "Batch") onBatch(element, collector)
          else onControl(element, collector)
        }
      } catch (cause) {
        return Effect.die(new StageDefect({ stage: name, cause }))
      }
      return finish()
    }
    const chaos = chaosPoint<A>()
    return chaos === undefined
      ? process
      : (elements) => Effect.flatMap(chaos(elements), (left) => toEffect(process(left)))
  })

/** Builds the process of a stateful stage: its state begins here, or where a snapshot left it. */
export const makeStateful = <A, B, S>(
  name: string,
  step: Step<A, B, S>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  makeProcess<A, B>(name, (open) => {
    let state: S = startState<S>(name, step, () => state, open)
    return {
      onBatch: (batch, collector) => {
        state = step.onEvents(state, envelopesOf(batch), collector)
      },
      onControl: (control, collector) => {
        if (control._tag === "Watermark") {
          if (step.onWatermark !== undefined) state = step.onWatermark(state, control.time, collector)
          if (step.assignsWatermarks === true) return
        } else if (control._tag === "Tick" && step.onTick !== undefined) {
          state = step.onTick(state, control.now, collector)
        }
        collector.control(control)
      }
    }
  })

/** Builds the process of a stateful stage that works in columns. */
export const makeColumns = <A, B, S>(
  name: string,
  step: ColumnsStep<A, B, S>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  makeProcess<A, B>(name, (open) => {
    const { assignsWatermarks = false, onBatch, onProgress, onTick, onWatermark } = step
    const state: S = startState<S>(name, step, () => state, open)
    return {
      onBatch: (batch, collector) => onBatch(state, batch, collector),
      onControl: (control, collector) => {
        if (control._tag === "Watermark") {
          onWatermark?.(state, control.time, collector)
          if (assignsWatermarks) return
        } else if (control._tag === "Tick") onTick?.(state, control.now, collector)
        else if (onProgress !== undefined) {
          onProgress(state, control, collector)
          return
        }
        collector.control(control)
      }
    }
  })

/** The state that a stage begins with. A snapshot that the stage cannot read ends the pipeline: going on without it would lose results. */
const startState = <S>(
  name: string,
  { codec, entries, initial }: Pick<Step<never, never, S>, "initial" | "codec" | "entries">,
  current: () => S,
  open: (handle: StateHandle) => StageSnapshot | undefined
): S => {
  if (codec === undefined) return initial()
  const restored = open({
    snapshot: () => ({ version: codec.version, state: codec.encode(current()) }),
    entries: () => entries?.(current()) ?? 0
  })
  if (restored === undefined) return initial()
  const state = codec.decode(restored.state, restored.version)
  if (state === undefined) throw new UnreadableState({ stage: name, version: restored.version, reads: codec.version })
  return state
}

/** A snapshot of a version that this program's stage does not read. */
export class UnreadableState extends Data.TaggedError("UnreadableState")<{
  readonly stage: string
  readonly version: number
  readonly reads: number
}> {
  override get message(): string {
    return `stage ${this.stage}: its state was written by version ${this.version}; this program reads version ${this.reads}`
  }
}

/** Builds the process of a stage without state. A batch whose step throws is run again event by event. */
export const makeStateless = <A, B>(
  name: string,
  { onBatch }: ColumnStep<A, B>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  makeProcess<A, B>(name, () => ({
    onBatch: (batch, collector) => {
      const mark = collector.mark()
      try {
        onBatch(batch, collector)
      } catch {
        collector.rewind(mark)
        eventByEvent(batch, collector, onBatch)
      }
    },
    onControl: (control, collector) => collector.control(control)
  }))

const eventByEvent = <A, B>(batch: Batch<A>, collector: Collector<B>, onBatch: ColumnStep<A, B>["onBatch"]): void => {
  batch.payloads.forEach((payload, index) => {
    const context = batch.context(index)
    if (context === undefined) return
    const alone = single(payload, context, batch.hop)
    const mark = collector.mark()
    try {
      onBatch(alone, collector)
    } catch (cause) {
      collector.rewind(mark)
      for (const event of envelopesOf(alone)) collector.dead(event, "ProcessingException", String(cause))
    }
  })
}
