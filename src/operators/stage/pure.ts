/** A pure stage at work: its step and what surrounds it, one array at a time, without a stream. */
import { Data, Effect } from "effect"
import type { Control, Element, Envelope } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { forEachRun } from "./elements.ts"
import type { Emit } from "./Emit.ts"
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
    return Effect.isEffect(middle) ? Effect.flatMap(middle, (output) => toEffect(go(output))) : go(middle)
  }
}

const toEffect = <A>(result: A | Effect.Effect<A>): Effect.Effect<A> =>
  Effect.isEffect(result) ? result : Effect.succeed(result)

/** Builds the process of one stage: its state begins here. */
export const makePure = <A, B, S>(
  name: string,
  kind: "stateless" | "stateful",
  step: Step<A, B, S>
): Effect.Effect<Process<A, B>, never, StageServices> =>
  Effect.map(makeRuntime<B>(name), (runtime) => {
    const { chaos, collector } = runtime
    let state = step.initial()

    const eventByEvent = (events: ReadonlyArray<Envelope<A>>): void => {
      for (const event of events) {
        try {
          state = step.onEvents(state, [event], collector)
        } catch (cause) {
          collector.dead(event, "ProcessingException", String(cause))
        }
      }
    }

    const onEvents = (events: ReadonlyArray<Envelope<A>>): void => {
      if (kind === "stateful") {
        state = step.onEvents(state, events, collector)
        return
      }
      const mark = collector.mark()
      try {
        state = step.onEvents(state, events, collector)
      } catch {
        collector.rewind(mark)
        eventByEvent(events)
      }
    }

    const onControl = (control: Control): void => {
      if (control._tag === "Watermark") {
        if (step.onWatermark !== undefined) state = step.onWatermark(state, control.time, collector)
        if (step.assignsWatermarks === true) return
      } else if (control._tag === "Tick" && step.onTick !== undefined) {
        state = step.onTick(state, control.now, collector)
      }
      collector.control(control)
    }

    const process: Process<A, B> = (elements) => {
      try {
        if (runtime.begin(elements, true)) onEvents(elements)
        else forEachRun(elements, onEvents, onControl)
      } catch (cause) {
        return Effect.die(new StageDefect({ stage: name, cause }))
      }
      const { output } = collector
      const rejected = runtime.finish()
      return rejected === undefined ? output : Effect.as(rejected, output)
    }
    return chaos === undefined
      ? process
      : (elements) => Effect.andThen(chaos, Effect.suspend(() => toEffect(process(elements))))
  })
