/**
 * Tells others of a pipeline's runs, as OpenLineage events. It never stops or delays a run: the start is told beside it, each event has three
 * seconds, and what cannot be told is a warning.
 */
import { Cause, Clock, Context, Effect, Exit, Fiber, FileSystem, Layer, Path, Schedule, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { makeFacets, producerOf } from "../../domain/openlineage/facets.ts"
import {
  type InputDataset,
  type OutputDataset,
  RunEvent,
  runEventSchemaUrl,
  type RunState
} from "../../domain/openlineage/RunEvent.ts"
import { guarded } from "../client/guardedClient.ts"

const encode = Schema.encodeEffect(Schema.fromJsonString(RunEvent))

const timeLimit = "3 seconds"

/** The file in the data directory, one event a line. */
export const openLineageFile = "openlineage.jsonl"

/** Hands one event on as JSON text. */
type Send<E> = (json: string) => Effect.Effect<void, E>

/** In a line, and without the address, which may hold a key. */
const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (!HttpClientError.isHttpClientError(error)) return error instanceof Error ? error.message : String(error)
  return error.response === undefined ? error.reason._tag : `it answered ${error.response.status}`
}

const sending = <E>(send: Send<E>) => ({
  emit: Effect.fn("OpenLineage.emit")((event: RunEvent) =>
    encode(event).pipe(
      Effect.flatMap(send),
      Effect.timeout(timeLimit),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.interrupt
          : Effect.logWarning(`the OpenLineage event ${event.eventType} could not be told: ${reasonOf(cause)}`)
      )
    )
  )
})

export interface OpenLineageHttpOptions {
  /** Where events are posted, path included. */
  readonly url: string
  readonly apiKey?: string | undefined
}

/** The default tells nobody. */
export class OpenLineage extends Context.Reference<{
  /** Returns when the event is told or given up, after three seconds at most. */
  readonly emit: (event: RunEvent) => Effect.Effect<void>
}>("perigee/layers/openlineage/OpenLineage", { defaultValue: () => ({ emit: () => Effect.void }) }) {
  static readonly layerOff = Layer.succeed(OpenLineage, { emit: () => Effect.void })

  /** Adds a line per event to {@link openLineageFile} in the directory, which is created if absent. */
  static readonly layerFile = (
    directory: string
  ): Layer.Layer<never, never, FileSystem.FileSystem | Path.Path> =>
    Layer.effect(
      OpenLineage,
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        return sending((json) =>
          Effect.andThen(
            fs.makeDirectory(directory, { recursive: true }),
            fs.writeFileString(path.join(directory, openLineageFile), `${json}\n`, { flag: "a" })
          )
        )
      })
    )

  /** Posts each event, with two more tries, within its three seconds. */
  static readonly layerHttp = ({ apiKey, url }: OpenLineageHttpOptions): Layer.Layer<
    never,
    never,
    HttpClient.HttpClient
  > =>
    Layer.effect(
      OpenLineage,
      Effect.map(HttpClient.HttpClient, (client) => {
        const patient = HttpClient.filterStatusOk(guarded(client)).pipe(
          HttpClient.retryTransient({ times: 2, schedule: Schedule.exponential("250 millis") })
        )
        const request = HttpClientRequest.post(url)
        const authorised = apiKey === undefined ? request : HttpClientRequest.bearerToken(request, apiKey)
        return sending((json) =>
          patient.execute(HttpClientRequest.bodyText(authorised, json, "application/json")).pipe(
            Effect.flatMap((response) => response.text)
          )
        )
      })
    )
}

/** What is told of a run. */
export interface RunDescription<in A> {
  readonly namespace: string
  readonly job: string
  readonly description: string
  /** Of this program. */
  readonly version: string
  readonly inputs: ReadonlyArray<InputDataset>
  readonly outputs: ReadonlyArray<OutputDataset>
  /** Rows that the run read and wrote, by the name of the dataset; what is not named says nothing. */
  readonly rows: (result: A) => ReadonlyMap<string, number>
}

/**
 * The same effect with a START when it begins and a COMPLETE, FAIL or ABORT (interrupted) when it ends, all with one run id. Times are of
 * the `Clock` around it.
 */
export const withRunEvents = <A, E, R>(
  run: Effect.Effect<A, E, R>,
  description: RunDescription<A>
): Effect.Effect<A, E, R | SecureRandom.SecureRandom> =>
  Effect.scoped(Effect.gen(function*() {
    const { emit } = yield* OpenLineage
    const { uuidV7 } = yield* SecureRandom.SecureRandom
    // In order of time, as OpenLineage advises.
    const event = eventsOf(description, yield* uuidV7())
    const started = yield* Clock.currentTimeMillis
    const start = yield* Effect.forkScoped(emit(event("START", started, noRows)))
    return yield* Effect.onExit(run, (exit) =>
      Effect.gen(function*() {
        yield* Fiber.join(start)
        const now = yield* Clock.currentTimeMillis
        if (Exit.isSuccess(exit)) yield* emit(event("COMPLETE", now, description.rows(exit.value)))
        else if (Cause.hasInterruptsOnly(exit.cause)) yield* emit(event("ABORT", now, noRows))
        else yield* emit(event("FAIL", now, noRows, Cause.squash(exit.cause)))
      }))
  }))

const noRows: ReadonlyMap<string, number> = new Map()

const eventsOf = <A>(description: RunDescription<A>, runId: string) => {
  const { inputs, job, namespace, outputs, version } = description
  const producer = producerOf(version)
  const facets = makeFacets(producer)
  return (eventType: RunState, eventTime: number, rows: ReadonlyMap<string, number>, error?: unknown): RunEvent => ({
    eventType,
    eventTime,
    producer,
    schemaURL: runEventSchemaUrl,
    run: {
      runId,
      facets: {
        processing_engine: facets.processingEngine(version),
        ...(error === undefined
          ? {}
          : { errorMessage: facets.errorMessage(error instanceof Error ? error.message : String(error)) })
      }
    },
    job: {
      namespace,
      name: job,
      facets: { jobType: facets.jobType(), documentation: facets.documentation(description.description) }
    },
    inputs: inputs.map((dataset) => {
      const count = rows.get(dataset.name)
      return count === undefined ? dataset : Object.assign({}, dataset, {
        inputFacets: { ...dataset.inputFacets, inputStatistics: facets.inputStatistics(count) }
      })
    }),
    outputs: outputs.map((dataset) => {
      const count = rows.get(dataset.name)
      return count === undefined ? dataset : Object.assign({}, dataset, {
        outputFacets: { ...dataset.outputFacets, outputStatistics: facets.outputStatistics(count) }
      })
    })
  })
}
