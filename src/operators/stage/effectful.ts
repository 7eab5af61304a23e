/**
 * Stages whose step does effects: asks a service, writes somewhere.
 *
 * The unsampled events of an array run as one array. Each sampled event runs by itself under its own span, in its place, so that inside
 * the step `Effect.currentSpan` is the event's and the user's spans and logs nest. Order is kept.
 *
 * **Errors** are classified. *Transient*: the same events are tried again, with decorrelated jitter, up to `retry.times`; then each event
 * is tried once alone, and what fails still is a dead letter of kind `RetryBudgetExhausted`. *Permanent* (the default for what nobody
 * classified): each event is tried once alone and the culprits become dead letters of kind `ProcessingException`. *Discardable*: counted
 * as filtered. What was emitted by a failed try is taken back; its effects are not, so a step must bear being run again.
 */
import { Effect, type Pull, Stream, type Tracer } from "effect"
import { type Element, envelopesOf } from "../../domain/Batch.ts"
import type { Control, Envelope } from "../../domain/Envelope.ts"
import { isNonEmpty } from "./elements.ts"
import type { Emit } from "./Emit.ts"
import { direct, type Edge, nodeGraph } from "./Graph.ts"
import { makeOperator, type Operator } from "./Operator.ts"
import { defaultRetry, type ErrorClass, nextWait, type RetryPolicy } from "./retry.ts"
import { makeRuntime, operatorContext, type StageServices } from "./runtime.ts"

export interface EffectfulOptions<in A, out B, E, R, E2 = never> {
  readonly name: string
  readonly edge?: Edge
  /** How it is drawn. */
  readonly kind?: "effectful" | "sink"
  readonly step: (events: ReadonlyArray<Envelope<A>>, emit: Emit<B>) => Effect.Effect<void, E, R>
  readonly classify?: (error: E) => ErrorClass
  readonly retry?: RetryPolicy
  /** What to do with a control before it goes on, e.g. commit the positions of a progress mark. */
  readonly onControl?: (control: Control) => Effect.Effect<void, E2, R>
}

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
          const context = yield* operatorContext<R>(name)

          const backOff = (events: ReadonlyArray<Envelope<A>>, millis: number): Effect.Effect<void> =>
            Effect.suspend(() => {
              const from = runtime.clock.currentTimeNanosUnsafe()
              return Effect.map(Effect.sleep(millis), () => {
                for (const { context } of events) if (context.trace.sampled) runtime.backedOff(context, from)
              })
            })

          const attempt = (
            events: ReadonlyArray<Envelope<A>>,
            retries: number,
            wait: number
          ): Effect.Effect<void, never, R> => {
            const mark = collector.mark()
            return Effect.catch(Effect.suspend(() => step(events, collector)), (error) => {
              collector.rewind(mark)
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

          const sampled = (event: Envelope<A>): Effect.Effect<void, never, R> =>
            Effect.suspend(() => {
              const span = runtime.openSpan(event.context)
              const work = attempt([event], 0, retry.baseMillis)
              return span === undefined
                ? work
                : Effect.tap(withSpan(work, span), () => Effect.sync(runtime.endSpans))
            })

          /** The events of a batch: the unsampled in runs, each sampled one by itself, in their places. */
          const batchSteps = (events: ReadonlyArray<Envelope<A>>): ReadonlyArray<Effect.Effect<void, never, R>> => {
            const planned: Array<Effect.Effect<void, never, R>> = []
            let unsampled: Array<Envelope<A>> = []
            const cut = () => {
              if (unsampled.length === 0) return
              const run = unsampled
              unsampled = []
              planned.push(Effect.suspend(() => attempt(run, 0, retry.baseMillis)))
            }
            for (const event of events) {
              if (event.followed && event.context.trace.sampled) {
                cut()
                planned.push(sampled(event))
              } else unsampled.push(event)
            }
            cut()
            return planned
          }

          const controlSteps = (control: Control): ReadonlyArray<Effect.Effect<void, E2, R>> => {
            const passOn = Effect.sync(() => collector.control(control))
            return onControl === undefined ? [passOn] : [onControl(control), passOn]
          }

          const process = (elements: ReadonlyArray<Element<A>>): Effect.Effect<ReadonlyArray<Element<B>>, E2, R> =>
            Effect.suspend(() => {
              runtime.begin(elements, false)
              const steps = elements.flatMap((element) =>
                element._tag === "Batch" ? batchSteps(envelopesOf(element)) : controlSteps(element)
              )
              return Effect.andThen(
                Effect.forEach(steps, (work) => work, { discard: true }),
                Effect.suspend(() => {
                  const output = runtime.finish()
                  return Effect.isEffect(output) ? output : Effect.succeed(output)
                })
              )
            })

          type Output = readonly [Element<B>, ...Array<Element<B>>]
          const emitOrGoOn = (output: ReadonlyArray<Element<B>>): Pull.Pull<Output, E0 | E2> =>
            isNonEmpty(output) ? Effect.succeed(output) : next

          const chaos = runtime.chaosPoint<A>()
          const next: Pull.Pull<Output, E0 | E2> = Effect.flatMap(pull, (elements) => {
            const work = chaos === undefined ? process(elements) : Effect.flatMap(chaos(elements), process)
            return Effect.flatMap(Effect.provideContext(work, context), emitOrGoOn)
          })
          return next
        })
      )
  )
}
