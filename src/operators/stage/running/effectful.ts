/**
 * Stages whose step does effects: asks a service, writes somewhere.
 *
 * The unsampled events of an array run as one array. Each sampled event runs by itself under its own span, in its place, so that inside
 * the step `Effect.currentSpan` is the event's and the user's spans and logs nest. Order is kept. A step that gives an effect which is done
 * (`Effect.void`) costs what a pure one does.
 *
 * **Errors** are classified. *Transient*: the same events are tried again, with decorrelated jitter, up to `retry.times`; then each event
 * is tried once alone, and what fails still is a dead letter of kind `RetryBudgetExhausted`. *Permanent* (the default for what nobody
 * classified): each event is tried once alone and the culprits become dead letters of kind `ProcessingException`. *Discardable*: counted
 * as filtered. What was emitted by a failed try is taken back; its effects are not, so a step must bear being run again.
 */
import { Effect, Exit, type Pull, Stream, type Tracer } from "effect"
import { type Batch, type Element, envelopesOf } from "../../../domain/stream/Batch.ts"
import type { Control, Envelope } from "../../../domain/stream/Envelope.ts"
import { direct, type Edge, nodeGraph } from "../../graph/Graph.ts"
import type { Emit } from "../Emit.ts"
import { makeOperator, type Operator } from "../Operator.ts"
import { defaultRetry, type ErrorClass, nextWait, type RetryPolicy } from "../retry.ts"
import { isNonEmpty } from "./elements.ts"
import { makeRuntime, operatorContext, type StageServices } from "./runtime.ts"
import { isThere, toEffect } from "./toEffect.ts"
import { Waits } from "./Waits.ts"

export interface EffectfulOptions<in A, out B, E, R, E2 = never> {
  readonly name: string
  readonly edge?: Edge
  /** How it is drawn. */
  readonly kind?: "effectful" | "sink"
  readonly step: (events: ReadonlyArray<Envelope<A>>, emit: Emit<B>) => Effect.Effect<void, E, R>
  readonly classify?: (error: E) => ErrorClass
  readonly retry?: RetryPolicy
  /** Which errors concern no event but end the pipeline, and as what. Asked before `classify`. */
  readonly fatal?: (error: E) => E2 | undefined
  /** What to do with a control before it goes on, e.g. commit the positions of a progress mark. */
  readonly onControl?: (control: Control) => Effect.Effect<void, E2, R>
}

/** A part of an array's work: what is left to wait for when it has begun, if anything. */
type Part<E, R> = () => Effect.Effect<void, E, R> | undefined

/** What becomes of an array: its outputs, at once where nothing had to be waited for. */
type Outcome<B, E, R> = ReadonlyArray<Element<B>> | Effect.Effect<ReadonlyArray<Element<B>>, E, R>

/** Runs under a span; that a stage is where it comes from is no news, and a stack trace costs more than the span. */
const withSpan = <A, E, R>(work: Effect.Effect<A, E, R>, span: Tracer.Span) =>
  Effect.withParentSpan(work, span, { captureStackTrace: false })

/** An operator from an effectful step. Keeps arrays and order. State: none. */
export const effectful = <A, B, E, R, E2 = never>(
  options: EffectfulOptions<A, B, E, R, E2>
): Operator<A, B, E2, R | StageServices> => {
  const {
    name,
    edge = direct,
    step,
    classify = () => "permanent",
    retry = defaultRetry,
    fatal = () => undefined,
    onControl,
    kind = "effectful"
  } = options
  return makeOperator<A, B, E2, R | StageServices>(
    nodeGraph({ name, kind, edge }),
    <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>): Stream.Stream<Element<B>, E0 | E2, R0 | R | StageServices> =>
      Stream.transformPull(
        self,
        Effect.fnUntraced(function*(pull) {
          const runtime = yield* makeRuntime<B>(name)
          const { collector } = runtime
          const waits = new Waits(runtime.clock, [runtime.counts])
          const context = yield* operatorContext<R>(name)

          const backOff = (events: ReadonlyArray<Envelope<A>>, millis: number): Effect.Effect<void> =>
            Effect.suspend(() => {
              const from = runtime.clock.currentTimeNanosUnsafe()
              return Effect.map(Effect.sleep(millis), () => {
                for (const { context } of events) if (context.trace.sampled) runtime.backedOff(context, from)
              })
            })

          /** What is left of a try: nothing, or to wait for `work`, and if that fails to do what its error calls for. */
          const rest = (
            events: ReadonlyArray<Envelope<A>>,
            retries: number,
            wait: number
          ): Effect.Effect<void, E2, R> | undefined => {
            const mark = collector.mark()
            const work = step(events, collector)
            if (Exit.isExit(work) && Exit.isSuccess(work)) return undefined
            return Effect.catch(work, (error) => {
              collector.rewind(mark)
              const ending = fatal(error)
              if (ending !== undefined) return Effect.fail(ending)
              const kind = classify(error)
              if (kind === "transient" && retries < retry.times) {
                runtime.counts.retries++
                return Effect.flatMap(
                  nextWait(retry, wait),
                  (delay) => Effect.andThen(backOff(events, delay), () => attempt(events, retries + 1, delay))
                )
              }
              if (events.length > 1) {
                return Effect.forEach(events, (event) => attempt([event], retry.times, wait), { discard: true })
              }
              for (const event of events) {
                if (kind === "discardable") collector.filtered(event, String(error))
                else {
                  collector.dead(
                    event,
                    kind === "transient" ? "RetryBudgetExhausted" : "ProcessingException",
                    String(error),
                    kind === "transient" ? retries : 0
                  )
                }
              }
              return Effect.void
            })
          }

          const attempt = (
            events: ReadonlyArray<Envelope<A>>,
            retries: number,
            wait: number
          ): Effect.Effect<void, E2, R> => Effect.suspend(() => rest(events, retries, wait) ?? Effect.void)

          const together = (events: ReadonlyArray<Envelope<A>>): Part<E2, R> => () => rest(events, 0, retry.baseMillis)

          const sampled = (event: Envelope<A>): Part<E2, R> => () => {
            const span = runtime.openSpan(event.context)
            const work = rest([event], 0, retry.baseMillis)
            if (work !== undefined && span !== undefined) {
              return Effect.tap(withSpan(work, span), () => Effect.sync(runtime.endSpans))
            }
            if (work === undefined) runtime.endSpans()
            return work
          }

          /** The events of a batch: the unsampled in runs, each sampled one by itself, in their places. */
          const takeBatch = (batch: Batch<A>, parts: Array<Part<E2, R>>): void => {
            const events = envelopesOf(batch)
            let from = 0
            for (const place of batch.followed) {
              const event = events[place]
              if (event === undefined || !event.context.trace.sampled) continue
              if (place > from) parts.push(together(events.slice(from, place)))
              parts.push(sampled(event))
              from = place + 1
            }
            if (from < events.length) parts.push(together(from === 0 ? events : events.slice(from)))
          }

          const takeControl = (control: Control): Part<E2, R> => () => {
            if (onControl === undefined) {
              collector.control(control)
              return undefined
            }
            return Effect.map(onControl(control), () => collector.control(control))
          }

          /** Goes on with the parts of an array from one on; an effect from where there is something to wait for. */
          const goOn = (parts: ReadonlyArray<Part<E2, R>>, from: number): Outcome<B, E2, R> => {
            for (let i = from; i < parts.length; i++) {
              const work = parts[i]?.()
              if (work !== undefined) return Effect.flatMap(work, () => toEffect(goOn(parts, i + 1)))
            }
            return runtime.finish()
          }

          const process = (elements: ReadonlyArray<Element<A>>): Outcome<B, E2, R> => {
            runtime.begin(elements, false)
            const parts: Array<Part<E2, R>> = []
            for (const element of elements) {
              if (element._tag === "Batch") takeBatch(element, parts)
              else parts.push(takeControl(element))
            }
            return goOn(parts, 0)
          }

          type Output = readonly [Element<B>, ...Array<Element<B>>]
          const emitOrGoOn = (output: ReadonlyArray<Element<B>>): Pull.Pull<Output, E0 | E2> => {
            waits.onOutput()
            return isNonEmpty(output) ? Effect.succeed(output) : next
          }

          const chaos = runtime.chaosPoint<A>()
          const asked = Effect.suspend(() => {
            waits.onAsked()
            return pull
          })
          const next: Pull.Pull<Output, E0 | E2> = Effect.flatMap(asked, (elements) => {
            waits.onInput()
            const work = chaos === undefined
              ? process(elements)
              : Effect.flatMap(chaos(elements), (left) => toEffect(process(left)))
            return isThere(work)
              ? emitOrGoOn(work)
              : Effect.flatMap(Effect.provideContext(work, context), emitOrGoOn)
          })
          return next
        })
      )
  )
}
