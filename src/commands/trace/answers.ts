/**
 * Who is asked about traces: a running instance over HTTP, or the files in a data directory, of a run that goes on or is over. Without a word from the user first the one and
 * then, if nothing answers, the other.
 */
import { Clock, Console, Effect, Layer, Result, Schema } from "effect"
import type { DecisionJson, TraceDiffJson, TraceJson, TracePageJson } from "../../domain/api/traceAnswers.ts"
import { summaryJson } from "../../domain/traces/answers/traceJson.ts"
import { readSearch, type SearchParameters } from "../../domain/traces/search/parameters.ts"
import { settings } from "../../layers/config/settings.ts"
import { diffAnswer, traceAnswer, whyAnswer } from "../../layers/traces/query/askTraces.ts"
import { SqliteTraceStore } from "../../layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceReader, TraceStoreError } from "../../layers/traces/store/TraceStore.ts"
import { InputError } from "../InputError.ts"
import { InstanceError, layerInstanceClient, makeInstance } from "../instance.ts"

type Failure = InstanceError | TraceStoreError

export interface TraceAnswers {
  readonly get: (id: string, raw: boolean) => Effect.Effect<TraceJson, Failure>
  readonly search: (query: SearchParameters) => Effect.Effect<typeof TracePageJson.Type, Failure>
  readonly diff: (a: string, b: string) => Effect.Effect<TraceDiffJson, Failure>
  readonly why: (id: string) => Effect.Effect<DecisionJson, Failure>
}

const ofInstance = Effect.fnUntraced(function*(url: string) {
  const { call, client: { traces } } = yield* makeInstance(url)
  return {
    get: (id, raw) => call(traces.trace({ params: { id }, query: raw ? { raw: "true" } : {} })),
    search: (query) => call(traces.search({ query: { ...query } })),
    diff: (a, b) => call(traces.diff({ params: { a, b } })),
    why: (id) => call(traces.why({ params: { id } }))
  } satisfies TraceAnswers
})

const notKept = (id: string): Effect.Effect<never, TraceStoreError> =>
  Effect.fail(
    new TraceStoreError({
      reason: "NotFound",
      message: `no trace ${id} is kept; perigee trace why ${id} tells whether it was dropped`
    })
  )

const ofReader = (reader: TraceReader["Service"]): TraceAnswers => {
  const asked = Effect.provideService(TraceReader, reader)
  return {
    get: Effect.fnUntraced(function*(id, raw) {
      return (yield* asked(traceAnswer(id, raw))) ?? (yield* notKept(id))
    }),
    search: (parameters) =>
      Effect.gen(function*() {
        const query = readSearch(parameters, yield* Clock.currentTimeNanos)
        if (Result.isFailure(query)) {
          return yield* new TraceStoreError({ reason: "Invalid", message: query.failure.message })
        }
        const { next, traces } = yield* reader.search(query.success)
        return { traces: traces.map(summaryJson), next: next ?? null }
      }),
    diff: Effect.fnUntraced(function*(a, b) {
      const answer = yield* asked(diffAnswer(a, b))
      return "common" in answer ? answer : yield* notKept(answer[0] ?? a)
    }),
    why: (id) => asked(whyAnswer(id))
  }
}

/** Beside what goes on, and the last rehearsal where nothing does. */
const placesIn = (directory: string): ReadonlyArray<string> => [`${directory}/traces`, `${directory}/rehearsal/traces`]

/** Runs `use` on the traces in a data directory; `undefined` where there are none. */
const inDirectory = <A, E>(directory: string, use: (answers: TraceAnswers) => Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    for (const place of placesIn(directory)) {
      const reader = yield* Effect.result(Layer.build(SqliteTraceStore.layerReader(place)))
      if (Result.isSuccess(reader)) {
        return {
          answer: yield* Effect.flatMap(
            Effect.provideContext(TraceReader, reader.success),
            (reader) => use(ofReader(reader))
          )
        }
      }
      if (reader.failure.reason !== "NotFound") return yield* reader.failure
    }
    return undefined
  }).pipe(Effect.scoped)

const isInstanceError = Schema.is(InstanceError)

export interface WhoIsAsked {
  readonly url: string | undefined
  readonly directory: string | undefined
}

export const withAnswers = Effect.fnUntraced(function*<A, E>(
  { directory, url }: WhoIsAsked,
  use: (answers: TraceAnswers) => Effect.Effect<A, E>
) {
  if (url !== undefined && directory !== undefined) {
    return yield* new InputError({ message: "--url and --data-dir: expected one of them" })
  }
  if (directory !== undefined) {
    const found = yield* inDirectory(directory, use)
    return found === undefined
      ? yield* new InputError({
        message: `--data-dir ${directory}: there are no traces in it; \`perigee run\` keeps them`
      })
      : found.answer
  }
  const asked = url ?? `http://${yield* settings.httpHost}:${yield* settings.httpPort}`
  return yield* Effect.catch(
    Effect.provide(Effect.flatMap(ofInstance(asked), use), layerInstanceClient),
    (error) =>
      Effect.gen(function*() {
        if (url !== undefined || !isInstanceError(error) || error.answered) return yield* Effect.fail(error)
        const from = yield* settings.dataDirectory
        const found = yield* inDirectory(from, use)
        if (found === undefined) {
          return yield* new InstanceError({
            message:
              `${error.message}; nor are there traces in ${from}. Start \`perigee run\`, or say --url or --data-dir`,
            answered: false
          })
        }
        yield* Console.error(`${asked} does not answer; read from ${from}`)
        return found.answer
      })
  )
})
