/**
 * Screening in worker threads: the main thread goes on meanwhile, and several slices are worked on at once.
 *
 * Each worker has the whole catalogue and takes the next slice when it is done with one. An ephemeris is written into memory that
 * both threads see, so that handing it over copies nothing. A worker that dies fails what it worked on with {@link ScreeningError}, and the next order starts another.
 */
import * as NodeWorker from "@effect/platform-node/NodeWorker"
import { Deferred, Effect, Layer, Pool, type Scope } from "effect"
import { WorkerPlatform } from "effect/workers/Worker"
import { Worker } from "node:worker_threads"
import type { MeanElements } from "../../domain/orbit/catalogue/MeanElements.ts"
import type { Trajectory } from "../../domain/orbit/ephemeris/Trajectory.ts"
import type { Span } from "../../domain/orbit/screening/hours.ts"
import type { Answer, Done, Order } from "./messages.ts"
import { type Screener, ScreeningError } from "./Screener.ts"
import { makeScreening, Screening, type ScreeningShape } from "./Screening.ts"

/** The program beside this file: TypeScript in a checkout, JavaScript in a package. */
const program = new URL(`screeningWorker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url)

interface Hand {
  readonly ask: (span: Span, threshold: number | undefined) => Effect.Effect<Done, ScreeningError>
}

const failed = (cause: unknown) => new ScreeningError({ reason: "worker", cause })

const makeHand = Effect.fnUntraced(function*(elements: ReadonlyArray<MeanElements>) {
  const platform = yield* WorkerPlatform
  const worker = yield* platform.spawn<Answer, Order>(0).pipe(
    Effect.mapError((cause) => new ScreeningError({ reason: "start", cause }))
  )
  const waiting = new Map<number, Deferred.Deferred<Done, ScreeningError>>()
  let [next, gone]: [number, ScreeningError | undefined] = [0, undefined]
  const end = (error: ScreeningError) =>
    Effect.suspend(() => {
      gone = error
      const all = [...waiting.values()]
      waiting.clear()
      return Effect.forEach(all, (one) => Deferred.fail(one, error), { discard: true })
    })
  yield* worker.run((answer) => {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (one === undefined) return Effect.void
    return answer._tag === "Done" ? Deferred.succeed(one, answer) : Deferred.fail(one, failed(answer.reason))
  }).pipe(Effect.catch((cause) => end(failed(cause))), Effect.forkScoped)
  const send = (order: Order) => Effect.mapError(worker.send(order), failed)
  yield* send({ _tag: "Load", elements })
  const hand: Hand = {
    ask: Effect.fnUntraced(function*(span, threshold) {
      if (gone !== undefined) return yield* gone
      const id = next++
      const answer = yield* Deferred.make<Done, ScreeningError>()
      waiting.set(id, answer)
      yield* send({ _tag: "Screen", id, span, threshold })
      return yield* Deferred.await(answer)
    })
  }
  return hand
})

const makeWorkers = Effect.fnUntraced(function*(
  elements: ReadonlyArray<MeanElements>,
  objects: ReadonlyArray<Trajectory>,
  threads: number,
  spawn: () => Worker
): Effect.fn.Return<Screener, ScreeningError, Scope.Scope> {
  const objectIds = objects.map(({ objectId }) => objectId)
  const context = yield* Layer.build(NodeWorker.layer(spawn))
  const pool = yield* Pool.make({ acquire: Effect.provideContext(makeHand(elements), context), size: threads })
  const ask = (span: Span, threshold: number | undefined) =>
    Effect.scoped(Effect.gen(function*() {
      const hand = yield* Pool.get(pool)
      const { ephemeris, result } = yield* hand.ask(span, threshold).pipe(
        Effect.tapError(() => Pool.invalidate(pool, hand))
      )
      return { ephemeris: { ...ephemeris, objectIds }, result: result ?? { events: [], suppressed: [], coLocated: [] } }
    }))
  return {
    concurrency: threads,
    screen: Effect.fn("Screener.screen")((span, threshold) => ask(span, threshold)),
    sample: Effect.fn("Screener.sample")((span) => Effect.map(ask(span, undefined), ({ ephemeris }) => ephemeris))
  }
})

/** With a small young generation: SGP4 leaves nothing but short-lived states, and tens of megabytes of them are no faster. */
const startWorker = (): Worker => new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: 12 } })

/** So many worker threads for each catalogue that is opened. */
export const screeningByWorkers = (threads: number, spawn = startWorker): ScreeningShape =>
  makeScreening((elements, objects) => makeWorkers(elements, objects, threads, spawn))

export const layerScreeningWorkers = (threads: number, spawn = startWorker): Layer.Layer<never> =>
  Layer.succeed(Screening, screeningByWorkers(threads, spawn))
