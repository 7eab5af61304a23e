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
 * **End.** When the input ends, the watermark goes to +infinity once, so that everything still open is emitted.
 */
import { Cause, Data, Effect, Pull, Stream } from "effect"
import { type Control, type Element, type Envelope, watermark } from "../domain/Envelope.ts"
import type { UtcTime } from "../domain/UtcTime.ts"
import { forEachRun, isNonEmpty } from "./stage/elements.ts"
import type { Emit } from "./stage/Emit.ts"
import { direct, type Edge, type Operator } from "./stage/Operator.ts"
import { makeRuntime, type StageServices } from "./stage/runtime.ts"

export { effectful, type EffectfulOptions, type ErrorClass, type RetryPolicy } from "./stage/effectful.ts"
export { type Emit } from "./stage/Emit.ts"
export { andThen, describe, direct, type Edge, type Operator, type StageNode, via } from "./stage/Operator.ts"
export { type StageServices } from "./stage/runtime.ts"

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

export interface StageOptions<in A, out B, S> extends Step<A, B, S> {
  readonly name: string
  readonly edge?: Edge
}

/** An operator from a stateful step. Keeps arrays and order. */
export const stateful = <A, B, S>(options: StageOptions<A, B, S>): Operator<A, B, never, StageServices> => {
  const { name, edge = direct } = options
  return pureStage(name, "stateful", edge, options)
}

/**
 * An operator from a step without state. Keeps arrays and order.
 *
 * State: none, so an array whose step throws is run again event by event.
 */
export const stateless = <A, B>(options: {
  readonly name: string
  readonly edge?: Edge
  readonly step: (events: ReadonlyArray<Envelope<A>>, emit: Emit<B>) => void
}): Operator<A, B, never, StageServices> => {
  const { name, edge = direct, step } = options
  const onEvents = (state: void, events: ReadonlyArray<Envelope<A>>, emit: Emit<B>): void => {
    step(events, emit)
    return state
  }
  return pureStage<A, B, void>(name, "stateless", edge, { initial: () => {}, onEvents })
}

/** One output per input. Keeps arrays and order. */
export const map = <A, B>(name: string, f: (payload: A) => B): Operator<A, B, never, StageServices> =>
  stateless<A, B>({
    name,
    step: (events, emit) => {
      emit.outEach(events, f)
    }
  })

/** Keeps what passes; the rest is counted as filtered under `reason`. Keeps arrays and order. */
export const filter = <A>(
  name: string,
  predicate: (payload: A) => boolean,
  reason = "predicate"
): Operator<A, A, never, StageServices> =>
  stateless<A, A>({
    name,
    step: (events, emit) => {
      for (const event of events) {
        if (predicate(event.payload)) emit.out(event, event.payload)
        else emit.filtered(event, reason)
      }
    }
  })

const endOfInput = watermark(Infinity)

/** An array of a stream is never empty, so an empty one can say that there are no more. */
const nothingLeft: ReadonlyArray<never> = []

const pureStage = <A, B, S>(
  name: string,
  kind: "stateless" | "stateful",
  edge: Edge,
  step: Step<A, B, S>
): Operator<A, B, never, StageServices> =>
  Object.assign(
    <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>): Stream.Stream<Element<B>, E0, R0 | StageServices> =>
      Stream.transformPull(
        self,
        Effect.fnUntraced(function*(pull) {
          const runtime = yield* makeRuntime<B>(name)
          const { collector } = runtime
          let state = step.initial()
          let ended = false
          let done = false

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
              if (control.time === Infinity) ended = true
              if (step.onWatermark !== undefined) state = step.onWatermark(state, control.time, collector)
              if (step.assignsWatermarks === true) return
            } else if (control._tag === "Tick" && step.onTick !== undefined) {
              state = step.onTick(state, control.now, collector)
            }
            collector.control(control)
          }

          type Output = readonly [Element<B>, ...Array<Element<B>>]
          const chaos = runtime.chaos
          const upstream = Pull.catchDone(pull, () => Effect.succeed(nothingLeft))

          const process = (elements: ReadonlyArray<Element<A>>): Pull.Pull<Output, E0> => {
            try {
              if (runtime.begin(elements, true)) onEvents(elements)
              else forEachRun(elements, onEvents, onControl)
            } catch (cause) {
              return Effect.die(new StageDefect({ stage: name, cause }))
            }
            const rejected = runtime.finish()
            return rejected === undefined ? emitOrGoOn() : Effect.flatMap(rejected, emitOrGoOn)
          }

          const emitOrGoOn = (): Pull.Pull<Output, E0> => {
            const output = collector.output
            return isNonEmpty(output) ? Effect.succeed(output) : next
          }

          const next: Pull.Pull<Output, E0> = Effect.suspend(() => {
            if (done) return Cause.done()
            return Effect.flatMap(upstream, (elements) => {
              if (elements.length === 0) {
                done = true
                return ended ? Cause.done() : process([endOfInput])
              }
              return chaos === undefined ? process(elements) : Effect.andThen(chaos, () => process(elements))
            })
          })
          return next
        })
      ),
    { stages: [{ name, kind, edge }] }
  )
