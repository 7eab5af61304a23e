/** A pure stage at work: its step and what surrounds it, one array at a time, without a stream. */
import { Data, Effect } from "effect"
import { type Control, type Envelope, type EventContext, type Hop, isFollowed } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { type Batch, envelopesOf, noneFollowed, type Segment } from "./Batch.ts"
import type { Collector, Emit } from "./Emit.ts"
import { makeRuntime, type StageServices } from "./runtime.ts"

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
  segments: ReadonlyArray<Segment<A>>
) => ReadonlyArray<Segment<B>> | Effect.Effect<ReadonlyArray<Segment<B>>>

const nothing: ReadonlyArray<never> = []

/** One stage after the other. An array of which nothing is left goes no further. */
export const compose = <A, B, C>(first: Process<A, B>, second: Process<B, C>): Process<A, C> => {
  const go = (middle: ReadonlyArray<Segment<B>>) => middle.length === 0 ? nothing : second(middle)
  return (segments) => {
    const middle = first(segments)
    return Effect.isEffect(middle) ? Effect.flatMap(middle, (output) => toEffect(go(output))) : go(middle)
  }
}

const toEffect = <A>(result: A | Effect.Effect<A>): Effect.Effect<A> =>
  Effect.isEffect(result) ? result : Effect.succeed(result)

/** What a stage does with the parts of an array. */
interface Parts<A, B> {
  readonly onBatch: (batch: Batch<A>, collector: Collector<B>) => void
  readonly onControl: (control: Control, collector: Collector<B>) => void
}

const makeProcess = <A, B>(
  name: string,
  parts: () => Parts<A, B>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  Effect.map(makeRuntime<B>(name), ({ begin, chaos, collector, finish }) => {
    const { onBatch, onControl } = parts()
    const process: Process<A, B> = (segments) => {
      try {
        begin(segments, true)
        for (const segment of segments) {
          if (segment._tag === "Batch") onBatch(segment, collector)
          else onControl(segment, collector)
        }
      } catch (cause) {
        return Effect.die(new StageDefect({ stage: name, cause }))
      }
      return finish()
    }
    return chaos === undefined
      ? process
      : (segments) => Effect.andThen(chaos, Effect.suspend(() => toEffect(process(segments))))
  })

/** Builds the process of a stateful stage: its state begins here. */
export const makeStateful = <A, B, S>(
  name: string,
  step: Step<A, B, S>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  makeProcess<A, B>(name, () => {
    let state = step.initial()
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

/** Builds the process of a stage whose state is in `onBatch`: made anew with it, never run again over a batch. */
export const makeColumns = <A, B>(
  name: string,
  make: () => ColumnStep<A, B>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  makeProcess<A, B>(name, () => ({ ...make(), onControl: (control, collector) => collector.control(control) }))

const single = <A>(payload: A, context: EventContext, hop: Hop | undefined): Batch<A> => ({
  _tag: "Batch",
  payloads: [payload],
  contexts: [context],
  hop,
  followed: isFollowed(context) ? [0] : noneFollowed
})

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
    const context = batch.contexts[index]
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
