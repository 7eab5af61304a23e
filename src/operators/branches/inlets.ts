/**
 * Where streams run into a stage at their own pace: for each a bounded queue of arrays, and one place to take from.
 *
 * An array waits at the door while the events before it fill the queue, so that whoever sends it is held back; an array larger than the
 * capacity goes in when the queue is empty. A failure reaches the taker when what came before it is taken.
 */
import { Cause, Clock, Effect, Pull, Queue, Semaphore } from "effect"
import { type Element, eventsIn } from "../../domain/stream/Batch.ts"
import { StageChannels } from "../../layers/stage/StageChannels.ts"
import { StageTracing } from "../../layers/stage/StageHooks.ts"

export type Elements<A> = readonly [Element<A>, ...Array<Element<A>>]

/** What a taker gets: an array of one of the inlets, or that the inlet has ended. */
export type Arrival<A> =
  | { readonly inlet: number; readonly elements: Elements<A> }
  | { readonly inlet: number; readonly elements: undefined }

interface Waiting<A> {
  readonly inlet: number
  readonly elements: Elements<A> | undefined
  readonly weight: number
  /** Since when the sampled in it wait, ns since the Unix epoch. */
  readonly since: bigint | undefined
}

interface InletsOptions {
  /** The stage whose spans tell the time of waiting. */
  readonly stage: string
  /** One for each inlet: names the queue in {@link StageChannels}. */
  readonly edges: ReadonlyArray<string>
  /** Events that may wait at each inlet. */
  readonly capacity: number
}

const hasSampled = (elements: Elements<unknown>): boolean =>
  elements.some((element) => element._tag === "Batch" && element.followedContexts.some(({ trace }) => trace.sampled))

export const makeInlets = Effect.fnUntraced(function*<A, E>({ capacity, edges, stage }: InletsOptions) {
  const clock = yield* Clock.Clock
  const tracing = yield* StageTracing
  const channels = yield* StageChannels
  // Unbounded by itself: who puts something in holds permits of its own inlet.
  const queue = yield* Queue.unbounded<Waiting<A>, E>()
  const inlets = edges.map((edge) => {
    const inlet = { permits: Semaphore.makeUnsafe(capacity), waiting: 0 }
    channels.open(edge, { capacity, waiting: () => inlet.waiting })
    return inlet
  })

  const waited = (elements: Elements<A>, since: bigint): void => {
    const now = clock.currentTimeNanosUnsafe()
    for (const element of elements) {
      if (element._tag !== "Batch") continue
      for (const context of element.followedContexts) {
        if (context.trace.sampled) tracing.wait(stage, context, "queue", since, now)
      }
    }
  }

  const offer = (place: number, elements: Elements<A>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const inlet = inlets[place]
      if (inlet === undefined) return Effect.void
      const weight = Math.min(capacity, Math.max(1, eventsIn(elements)))
      const since = hasSampled(elements) ? clock.currentTimeNanosUnsafe() : undefined
      return Effect.map(inlet.permits.take(weight), () => {
        inlet.waiting += weight
        Queue.offerUnsafe(queue, { inlet: place, elements, weight, since })
      })
    })

  const take: Effect.Effect<Arrival<A>, E> = Effect.flatMap(
    Queue.take(queue),
    ({ elements, inlet: place, since, weight }): Effect.Effect<Arrival<A>> => {
      const inlet = inlets[place]
      if (elements === undefined || inlet === undefined) return Effect.succeed({ inlet: place, elements: undefined })
      inlet.waiting -= weight
      if (since !== undefined) waited(elements, since)
      return Effect.as(inlet.permits.release(weight), { inlet: place, elements })
    }
  )

  return {
    offer,
    take,
    /** No more comes in here. */
    end: (place: number): Effect.Effect<void> =>
      Effect.sync(() => {
        Queue.offerUnsafe(queue, { inlet: place, elements: undefined, weight: 0, since: undefined })
      }),
    failCause: (cause: Cause.Cause<E>): Effect.Effect<void> => Effect.asVoid(Queue.failCause(queue, cause))
  }
})

/** Moves all that a pull gives, then says how it ended. Runs until then. */
export const feed = <A, E>(
  pull: Pull.Pull<Elements<A>, E>,
  offer: (elements: Elements<A>) => Effect.Effect<void>,
  end: Effect.Effect<void>,
  failCause: (cause: Cause.Cause<E>) => Effect.Effect<void>
): Effect.Effect<void> =>
  Effect.forever(Effect.flatMap(pull, offer)).pipe(
    Pull.catchDone(() => end),
    Effect.catchCause(failCause)
  )

/** The arrays of one inlet. */
export const untilEnd = <A, E>(
  take: Effect.Effect<{ readonly elements: Elements<A> | undefined }, E>
): Pull.Pull<Elements<A>, E> =>
  Effect.flatMap(take, ({ elements }) => elements === undefined ? Cause.done() : Effect.succeed(elements))
