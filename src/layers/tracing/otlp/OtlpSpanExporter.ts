/**
 * Finished spans to an OTLP/HTTP receiver, bounded whatever the receiver does.
 *
 * Spans wait in a queue of at most `maxQueued`; one fiber sends them in batches, one request at a time, so that at most
 * `maxQueued + maxBatch` spans are held. A batch goes when it is full or `interval` after the last look. An answer of 429, 502, 503 or
 * 504, a timeout and a failed connection are tried again, `attempts` times in all, after `Retry-After` (five minutes at most) or with decorrelated jitter.
 *
 * Every span that does not arrive is counted in `spans_dropped_total{exporter="otlp",reason}`: `queue_full`, `refused` (any other
 * answer), `rejected` (by a partial success), `unavailable`, `timeout`, `unreachable` (given up), `shutdown` (not sent in time at the end).
 *
 * Effect's `OtlpTracer` is not used: its buffer and its requests under way have no bound, and after a failed batch it drops all spans for
 * a minute without a count. Its writers of OTLP are.
 */
import { Cause, Clock, Duration, Effect, Latch, Option, Queue, type Scope } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { OtlpSerialization } from "effect/observability"
import { nextJitteredDelay } from "../../../domain/time/jitter.ts"
import type { Attributes, SpanData } from "../../../domain/tracing/SpanData.ts"
import { guarded } from "../../client/guardedClient.ts"
import { makeDroppedSpans } from "../store/droppedSpans.ts"
import type { SpanSink } from "../store/SpanSink.ts"
import { type Answer, readFailure, readSuccess } from "./otlpResponse.ts"
import { toTraceData } from "./otlpTraceData.ts"

export interface OtlpOptions {
  /** The receiver's full address, such as `http://localhost:4318/v1/traces`. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly resource: Attributes
  /** The version of the instrumentation scope. */
  readonly version: string
  readonly maxQueued?: number
  readonly maxBatch?: number
  readonly interval?: Duration.Input
  /** Of one request. */
  readonly timeout?: Duration.Input
  readonly attempts?: number
  /** The least and the most to wait before another attempt when the receiver does not say. */
  readonly retryBase?: Duration.Input
  readonly retryCap?: Duration.Input
  /** For what is left when the scope closes. */
  readonly shutdownTimeout?: Duration.Input
}

export interface OtlpExporter {
  readonly sink: SpanSink["Service"]
  readonly stats: () => {
    readonly queued: number
    readonly sent: number
    readonly dropped: ReadonlyMap<string, number>
  }
}

/** A receiver that asks for more is asked again after this long: spans are dropped meanwhile either way. */
const mostRetryAfter = Duration.minutes(5)

const reasons = ["queue_full", "refused", "rejected", "unavailable", "timeout", "unreachable", "shutdown"] as const

type Outcome = Answer | { readonly _tag: "failed"; readonly reason: "timeout" | "unreachable" }

export const makeOtlpSpanExporter = Effect.fnUntraced(function*(options: OtlpOptions): Effect.fn.Return<
  OtlpExporter,
  never,
  HttpClient.HttpClient | OtlpSerialization.OtlpSerialization | Scope.Scope
> {
  const { attempts = 5, interval = "1 second", maxBatch = 512, maxQueued = 8192 } = options
  const dropped = yield* makeDroppedSpans("otlp", reasons)
  const send = yield* makeSend(options)
  const queue = yield* Queue.dropping<SpanData>(maxQueued)
  // Open while a full batch waits.
  const full = yield* Latch.make()
  const base = Duration.toMillis(options.retryBase ?? "1 second")
  const cap = Duration.toMillis(options.retryCap ?? "30 seconds")
  let sent = 0
  // What has left the queue and is not yet sent or counted as dropped.
  let batch: ReadonlyArray<SpanData> = []

  const settle = (outcome: Outcome, final: "shutdown" | undefined): void => {
    if (outcome._tag === "accepted") {
      dropped.drop("rejected", Math.min(outcome.rejected, batch.length))
      sent += batch.length - Math.min(outcome.rejected, batch.length)
    } else if (outcome._tag === "refused") dropped.drop("refused", batch.length)
    else dropped.drop(final ?? (outcome._tag === "retry" ? "unavailable" : outcome.reason), batch.length)
    batch = []
  }

  const deliver = (attempt: number, wait: number): Effect.Effect<void> =>
    Effect.flatMap(send(batch), (outcome) => {
      const done = outcome._tag === "accepted" || outcome._tag === "refused"
      if (done || attempt >= attempts) return Effect.sync(() => settle(outcome, undefined))
      return Effect.flatMap(nextJitteredDelay(base, cap, wait), (delay) => {
        const after = outcome._tag === "retry" ? outcome.after : undefined
        const pause = after === undefined ? Duration.millis(delay) : Duration.min(after, mostRetryAfter)
        return Effect.andThen(Effect.sleep(pause), Effect.suspend(() => deliver(attempt + 1, delay)))
      })
    })

  const take = Effect.map(Queue.takeBetween(queue, 1, maxBatch), (spans) => {
    batch = spans
    if (Queue.sizeUnsafe(queue) < maxBatch) full.closeUnsafe()
  })
  const untilDue = Effect.andThen(Queue.peek(queue), Effect.timeoutOption(full.await, interval))
  const next = Effect.andThen(take, Effect.suspend(() => deliver(1, base)))
  const loop = Effect.forever(Effect.andThen(untilDue, next))

  const drain: Effect.Effect<void> = Effect.suspend(() => {
    if (batch.length > 0) {
      return Effect.andThen(Effect.map(send(batch), (outcome) => settle(outcome, "shutdown")), drain)
    }
    return Queue.sizeUnsafe(queue) === 0 ? Effect.void : Effect.andThen(take, drain)
  })
  yield* Effect.addFinalizer(() =>
    Effect.interruptible(drain).pipe(
      Effect.withTracerEnabled(false),
      Effect.timeoutOption(options.shutdownTimeout ?? "3 seconds"),
      Effect.andThen(Effect.suspend(() => {
        dropped.drop("shutdown", batch.length + Queue.sizeUnsafe(queue))
        const told = Array.from(dropped.counts(), ([reason, count]) => `${reason} ${count}`)
        return told.length === 0 ? Effect.void : Effect.logWarning(`spans dropped by the OTLP exporter: ${told}`)
      }))
    )
  )
  yield* Effect.forkScoped(Effect.withTracerEnabled(loop, false))

  return {
    sink: {
      offer: (spans) => {
        let refused = 0
        for (const span of spans) if (!Queue.offerUnsafe(queue, span)) refused++
        if (Queue.sizeUnsafe(queue) >= maxBatch) full.openUnsafe()
        dropped.drop("queue_full", refused)
      },
      records: true
    },
    stats: () => ({ queued: Queue.sizeUnsafe(queue) + batch.length, sent, dropped: dropped.counts() })
  }
})

/** One request. Never fails: what went wrong is in the outcome. */
const makeSend = Effect.fnUntraced(
  function*({ headers = {}, resource, timeout = "10 seconds", url, version }: OtlpOptions) {
    const clock = yield* Clock.Clock
    const client = guarded(yield* HttpClient.HttpClient)
    const serialization = yield* OtlpSerialization.OtlpSerialization
    const request = HttpClientRequest.post(url, { headers })
    return (spans: ReadonlyArray<SpanData>): Effect.Effect<Outcome> =>
      Effect.suspend(() =>
        client.execute(HttpClientRequest.setBody(request, serialization.traces(toTraceData(resource, version, spans))))
      ).pipe(
        Effect.flatMap((response) =>
          Effect.map(response.arrayBuffer, (body): Outcome =>
            response.status >= 200 && response.status < 300
              ? readSuccess(response.headers["content-type"] ?? "", new Uint8Array(body))
              : readFailure(response.status, response.headers, clock.currentTimeMillisUnsafe()))
        ),
        Effect.timeoutOption(timeout),
        Effect.map((answer): Outcome => Option.getOrElse(answer, () => ({ _tag: "failed", reason: "timeout" }))),
        // An HTTP client that may not trace would write a `traceparent` that is none.
        Effect.provideService(HttpClient.TracerPropagationEnabled, false),
        Effect.catchCause((cause) =>
          Cause.hasInterrupts(cause)
            ? Effect.interrupt
            : Effect.succeed<Outcome>({ _tag: "failed", reason: "unreachable" })
        )
      )
  }
)
