/**
 * One guarded call to an optical archive: time limit, size limit, circuit breaker, retries.
 *
 * A fault that passes is tried again within the call. An answer that says when to come back (`Retry-After`) is obeyed, up to a bound, and one
 * that refuses the request (401, 403, 404 and their like) is left alone for long: both leave the wait to the next poll. Messages hold nothing
 * of what is secret in the address.
 */
import { Cause, Clock, Duration, Effect, Exit, Layer, Schema, type Scope, Stream } from "effect"
import { HttpClient, type HttpClientError, type HttpClientResponse } from "effect/http"
import { CircuitBreaker } from "effect/persistence"
import { decodeOpticalPage, type RawOpticalPage } from "../../domain/observation/formats/opticalArchive.ts"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"
import { placeOf, withoutSecrets } from "../client/address.ts"
import { guarded } from "../client/guardedClient.ts"
import { decorrelatedJitter } from "./decorrelatedJitter.ts"
import { makeFailureWindow } from "./failureWindow.ts"
import { adviceOn, judgeStatus } from "./opticalStatus.ts"
import type { SourceCounters } from "./SourceStats.ts"

export interface OpticalClientOptions {
  /** User and password in it are sent as `Authorization`, its query with each request. */
  readonly url: string
  /** Most records in a page (default 500). */
  readonly limit?: number
  /** From the request to the last byte of the answer (default 5 s). */
  readonly requestTimeout?: Duration.Input
  /** Longest answer read (default 16 MiB). */
  readonly maximumBodyBytes?: number
  /** Retries of one page before it waits for the next poll (default 3), first delay (200 ms) and longest (5 s). */
  readonly retries?: number
  readonly retryBase?: Duration.Input
  readonly retryCap?: Duration.Input
  /** The circuit opens when over half of at least `breakerMinimumCalls` (4) calls in `breakerWindow` (30 s) failed, for `breakerOpen` (30 s). */
  readonly breakerWindow?: Duration.Input
  readonly breakerMinimumCalls?: number
  readonly breakerOpen?: Duration.Input
  /** The longest that a `Retry-After` is obeyed (default 10 minutes: a night is short). */
  readonly retryAfterCap?: Duration.Input
  /** From an answer that refuses the request to the next try (default 5 minutes: somebody has to change something first). */
  readonly refusedPause?: Duration.Input
}

/** A page could not be had. `retryAfter` (ms): no sooner is it to be asked for again. */
class OpticalCallError extends Schema.TaggedError<OpticalCallError>()("OpticalCallError", {
  reason: Schema.Literals(["Unreachable", "Status", "Refused", "Timeout", "TooLarge", "Malformed", "CircuitOpen"]),
  message: Schema.String,
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {}

type FetchPage = (
  since: UtcTime,
  cursor: string | undefined
) => Effect.Effect<RawOpticalPage, OpticalCallError>

const defaultBodyBytes = 16 << 20

// Passes over a byte order mark.
const utf8 = new TextDecoder()

const statusError = Effect.fnUntraced(
  function*({ headers, status }: HttpClientResponse.HttpClientResponse, options: OpticalClientOptions) {
    const most = Duration.fromInputUnsafe(options.retryAfterCap ?? "10 minutes")
    const verdict = judgeStatus(status, headers, yield* Clock.currentTimeMillis, most)
    const answers = `The archive answers ${status}`
    switch (verdict._tag) {
      case "passing":
        return new OpticalCallError({ reason: "Status", message: answers })
      case "asked":
        return new OpticalCallError({
          reason: "Status",
          message: `${answers}, to be asked again after ${Duration.format(verdict.after)}`,
          retryAfter: Duration.toMillis(verdict.after)
        })
      case "refused": {
        const pause = Duration.fromInputUnsafe(options.refusedPause ?? "5 minutes")
        return new OpticalCallError({
          reason: "Refused",
          message: `${answers}: ${adviceOn(status)}; tried again every ${Duration.format(pause)}`,
          retryAfter: Duration.toMillis(pause)
        })
      }
    }
  }
)

const readPage = Effect.fnUntraced(
  function*(client: HttpClient.HttpClient, options: OpticalClientOptions, since: UtcTime, cursor: string | undefined) {
    const urlParams = {
      since: format(since),
      limit: options.limit ?? 500,
      ...(cursor !== undefined && { cursor })
    }
    const response = yield* client.get(options.url, { urlParams, acceptJson: true })
    if (response.status !== 200) return yield* yield* statusError(response, options)
    const most = options.maximumBodyBytes ?? defaultBodyBytes
    const chunks: Array<Uint8Array> = []
    let length = 0
    yield* Stream.runForEachArray(response.stream, (arrays) => {
      chunks.push(...arrays)
      length += arrays.reduce((sum, chunk) => sum + chunk.length, 0)
      return length <= most
        ? Effect.void
        : new OpticalCallError({ reason: "TooLarge", message: `The archive's answer is over ${most} bytes` })
    })
    return yield* Effect.mapError(
      Effect.fromResult(decodeOpticalPage(utf8.decode(Buffer.concat(chunks)))),
      (message) => new OpticalCallError({ reason: "Malformed", message: message.slice(0, 500) })
    )
  }
)

/** What went wrong beneath, as the operating system or the parser says it; never the request. */
const causeOf = ({ reason }: HttpClientError.HttpClientError): string =>
  reason.cause instanceof Error ? reason.cause.message : reason._tag

/** The breaker's times are those of Effect's clock; it belongs to this client alone. */
export const makeFetchPage = Effect.fnUntraced(
  function*(name: string, options: OpticalClientOptions, counters: SourceCounters): Effect.fn.Return<
    FetchPage,
    never,
    HttpClient.HttpClient | Scope.Scope
  > {
    const client = guarded(yield* HttpClient.HttpClient, ["since", "limit", "cursor"])
    const hide = withoutSecrets(options.url)
    const clock = yield* Clock.Clock
    const store = yield* Layer.build(CircuitBreaker.layerStoreMemory())
    const breaker = yield* Effect.provideContext(
      CircuitBreaker.make({
        tripPolicy: CircuitBreaker.consecutive(1),
        openDuration: options.breakerOpen ?? "30 seconds"
      }),
      store
    )
    const classify = makeFailureWindow({
      window: Duration.toMillis(options.breakerWindow ?? "30 seconds"),
      minimumCalls: options.breakerMinimumCalls ?? 4
    })
    counters.circuit = "Closed"
    yield* Effect.forkScoped(Stream.runForEach(breaker.transitions, (transition) => {
      counters.circuit = transition.to
      return transition.to === "Open"
        ? Effect.logWarning(`${name}: circuit open for ${Duration.format(transition.retryAfter)}`)
        : Effect.logInfo(`${name}: circuit ${transition.to === "Closed" ? "closed" : "half open"}`)
    }))

    const call = (since: UtcTime, cursor: string | undefined) =>
      readPage(client, options, since, cursor).pipe(
        Effect.timeout(options.requestTimeout ?? "5 seconds"),
        Effect.mapError((error) => {
          switch (error._tag) {
            case "OpticalCallError":
              return new OpticalCallError({
                reason: error.reason,
                message: hide(error.message),
                ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter })
              })
            case "TimeoutError":
              return new OpticalCallError({ reason: "Timeout", message: "The archive did not answer in time" })
            case "HttpClientError":
              return new OpticalCallError({
                reason: "Unreachable",
                message: `${placeOf(options.url)} cannot be reached: ${hide(causeOf(error))}`
              })
          }
        }),
        Effect.tapError((error) =>
          Effect.sync(() => {
            counters.failures++
            if (error.reason === "Malformed") counters.malformed++
          })
        ),
        breaker.execute({
          key: name,
          classify: (exit) =>
            Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
              ? CircuitBreaker.ignored
              : classify(Number(clock.monotonicTimeNanosUnsafe()) / 1e6, Exit.isFailure(exit))
        }),
        Effect.catchTag("CircuitBreakerError", ({ reason }) =>
          new OpticalCallError({
            reason: "CircuitOpen",
            message: "The circuit is open",
            retryAfter: reason._tag === "CircuitOpen" ? Duration.toMillis(reason.retryAfter) : 0
          }))
      )

    const schedule = decorrelatedJitter(options.retryBase ?? "200 millis", options.retryCap ?? "5 seconds")
    return (since, cursor) =>
      Effect.retry(call(since, cursor), {
        schedule,
        times: options.retries ?? 3,
        while: (error) => error.retryAfter === undefined && error.reason !== "CircuitOpen"
      })
  }
)
