/**
 * An effect for each event: asks a service, computes elsewhere.
 *
 * Arrays and order kept, though up to `concurrency` calls run at a time, of one array or of several that follow each other. Controls keep their
 * place: a progress mark goes on when all before it are answered. Time: nothing waits for it. State: the arrays whose calls run, at most
 * `concurrency`, not kept in a snapshot: their marks wait with them. Each call of a sampled event has that event's span as its current one.
 * Errors, by `classify`: transient ones are tried again by `retry`, event by event, while the others go on, then become dead letters
 * `RetryBudgetExhausted`; permanent ones are dead letters `ProcessingException`; discardable ones are counted as filtered. A call that is retried is
 * made again, so it must bear that. Cost: an effect an event, and a fiber where `concurrency` is above 1. For one call an array see `Stage.effectful`.
 */
import { Effect, Semaphore, Stream } from "effect"
import { type Element, envelopesOf } from "../../domain/stream/Batch.ts"
import type { Envelope, EventContext } from "../../domain/stream/Envelope.ts"
import { direct, type Edge, nodeGraph } from "../graph/Graph.ts"
import { makeOperator } from "../stage/Operator.ts"
import { defaultRetry, type ErrorClass, nextWait, type RetryPolicy } from "../stage/retry.ts"
import { isNonEmpty } from "../stage/running/elements.ts"
import { makeRuntime, operatorContext, type Runtime, type StageFailure } from "../stage/running/runtime.ts"
import { toEffect } from "../stage/running/toEffect.ts"
import type { Operator, StageServices } from "../stage/Stage.ts"

export interface AsyncCallOptions<in A, out B, E, R> {
  readonly name: string
  readonly call: (payload: A, context: EventContext) => Effect.Effect<B, E, R>
  /** Calls at a time, at least 1. */
  readonly concurrency: number
  readonly classify?: (error: E) => ErrorClass
  readonly retry?: RetryPolicy
  readonly edge?: Edge
}

/** How one call ended. */
type Answer<B> =
  | { readonly ok: true; readonly value: B }
  | { readonly ok: false; readonly errorClass: ErrorClass; readonly message: string; readonly retries: number }

export const asyncCall = <A, B, E, R>(
  options: AsyncCallOptions<A, B, E, R>
): Operator<A, B, never, R | StageServices> => {
  const { call, classify = () => "permanent", edge = direct, name, retry = defaultRetry } = options
  const concurrency = Math.max(1, Math.floor(options.concurrency))

  return makeOperator<A, B, never, R | StageServices>(
    nodeGraph({ name, kind: "effectful", edge }),
    <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>) =>
      Stream.unwrap(Effect.gen(function*() {
        const stage = yield* makeRuntime<B>(name)
        const context = yield* operatorContext<R>(name)
        const permits = Semaphore.makeUnsafe(concurrency)
        // One for each array at work; they are used again.
        const idle: Array<Runtime<B>> = []

        const backOff = (runtime: Runtime<B>, event: EventContext, millis: number): Effect.Effect<void> =>
          Effect.suspend(() => {
            const from = stage.clock.currentTimeNanosUnsafe()
            return Effect.map(Effect.sleep(millis), () => {
              if (event.trace.sampled) runtime.backedOff(event, from)
            })
          })

        const attempt = (
          runtime: Runtime<B>,
          event: Envelope<A>,
          retries: number,
          wait: number
        ): Effect.Effect<Answer<B>, never, R> =>
          Effect.matchEffect(Effect.suspend(() => call(event.payload, event.context)), {
            onSuccess: (value): Effect.Effect<Answer<B>> => Effect.succeed({ ok: true, value }),
            onFailure: (error): Effect.Effect<Answer<B>, never, R> => {
              const errorClass = classify(error)
              if (errorClass === "transient" && retries < retry.times) {
                runtime.counts.retries++
                return Effect.flatMap(nextWait(retry, wait), (millis) =>
                  Effect.andThen(
                    backOff(runtime, event.context, millis),
                    attempt(runtime, event, retries + 1, millis)
                  ))
              }
              return Effect.succeed({ ok: false, errorClass, message: String(error), retries })
            }
          })

        const answerTo = (runtime: Runtime<B>, event: Envelope<A>): Effect.Effect<Answer<B>, never, R> =>
          permits.withPermit(Effect.suspend(() => {
            const span = event.followed && event.context.trace.sampled ? runtime.openSpan(event.context) : undefined
            const work = attempt(runtime, event, 0, retry.baseMillis)
            return span === undefined
              ? work
              : Effect.tap(Effect.withParentSpan(work, span), (answer) =>
                Effect.sync(() => runtime.endSpan(event.context, failureOf(answer))))
          }))

        const settle = (runtime: Runtime<B>, event: Envelope<A>, answer: Answer<B>): void => {
          if (answer.ok) {
            runtime.collector.out(event, answer.value)
          } else if (answer.errorClass === "discardable") {
            runtime.collector.filtered(event, answer.message)
          } else runtime.collector.dead(event, errorKindOf(answer), answer.message, retriesOf(answer))
        }

        const process = (elements: ReadonlyArray<Element<A>>): Effect.Effect<ReadonlyArray<Element<B>>> =>
          Effect.suspend(() => {
            const runtime = idle.pop() ?? stage.another()
            runtime.begin(elements, false)
            const events = elements.flatMap((element) =>
              element._tag === "Batch" ? envelopesOf(element) : []
            )
            const answered = Effect.provideContext(
              Effect.forEach(events, (event) => answerTo(runtime, event), { concurrency }),
              context
            )
            return Effect.flatMap(answered, (answers) => {
              let place = 0
              for (const element of elements) {
                if (element._tag !== "Batch") {
                  runtime.collector.control(element)
                  continue
                }
                for (let i = 0; i < element.payloads.length; i++) {
                  const event = events[place]
                  const answer = answers[place]
                  place++
                  if (event !== undefined && answer !== undefined) settle(runtime, event, answer)
                }
              }
              const output = runtime.finish()
              idle.push(runtime)
              return toEffect(output)
            })
          })

        const chaos = stage.chaosPoint<A>()
        return Stream.chunks(self).pipe(
          Stream.mapEffect(chaos === undefined ? process : (elements) => Effect.flatMap(chaos(elements), process), {
            concurrency
          }),
          Stream.filter(isNonEmpty),
          Stream.flattenArray
        )
      }))
  )
}

type Failure = Extract<Answer<never>, { readonly ok: false }>

const errorKindOf = ({ errorClass }: Failure) =>
  errorClass === "transient" ? "RetryBudgetExhausted" : "ProcessingException"

const retriesOf = ({ errorClass, retries }: Failure): number => errorClass === "transient" ? retries : 0

const failureOf = (answer: Answer<unknown>): StageFailure | undefined =>
  answer.ok || answer.errorClass === "discardable"
    ? undefined
    : { errorKind: errorKindOf(answer), message: answer.message }
