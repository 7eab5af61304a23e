/**
 * Every version of every alert, posted to a receiver: with an `Idempotency-Key` (alertId/sequence), so that it has each exactly once however often it is sent.
 *
 * **How.** A consumer group of its own, `webhook`, reads the topic `alerts` into an outbox on disk and commits; from there versions are posted, eight alerts at a
 * time, the versions of one alert one after the other. So neither the pipeline nor the other alerts wait for a receiver that is slow or away: a version is
 * in the outbox within milliseconds, and there it waits.
 *
 * **Failures.** Tried again with decorrelated jitter, after `Retry-After` where that is later. After `attempts` failures, or at once where the receiver refuses the
 * request, a version is parked: tried every `parkedEvery`, and from the beginning after a restart. The later versions of its alert wait behind it. What could
 * not be delivered within `retention` is let go of, and told.
 *
 * **A kill at any point** repeats a request and loses none: a version leaves the outbox after the receiver has taken it, and the topic is committed
 * after the outbox has it. State: the outbox, a row a version that is not delivered.
 */
import { Clock, Duration, Effect, type Fiber, Latch, Metric, Option, Schedule, type Scope, Stream } from "effect"
import type { HttpClient } from "effect/http"
import type { SqlError } from "effect/sql/SqlError"
import { nextJitteredDelay } from "../../../domain/time/jitter.ts"
import { placeOf } from "../../client/address.ts"
import { type LogError, type LogRecord, MessageLog } from "../../log/MessageLog.ts"
import { Symptoms } from "../../logging/Symptoms.ts"
import type { NewerSchemaError } from "../../sql/migrate.ts"
import { alertsTopic } from "../AlertStore.ts"
import { makePost, type PostResult, type WebhookAddress } from "./postVersion.ts"
import { openWebhookOutbox, type OutgoingVersion, type WaitingVersion } from "./webhookOutbox.ts"

export const webhookGroup = "webhook"

/** Times in ms. */
export interface WebhookOptions extends WebhookAddress {
  /** Where the outbox stands; `:memory:` where the log itself is lost at the end. */
  readonly file: string
  readonly attempts: number
  readonly backoff: number
  readonly backoffMax: number
  readonly parkedEvery: number
  readonly retention: number
}

export interface AlertWebhook {
  /** Waits until everything that the topic holds was taken and posted, or parked; for `most` ms at most. */
  readonly settle: (most: number) => Effect.Effect<void>
}

const atOnce = 8
/** Between two looks into the outbox, where nothing new came. */
const lookMillis = 250

const outgoing = ({ headers, key, value }: LogRecord): OutgoingVersion => ({
  alertId: key ?? "",
  sequence: Number(headers.sequence ?? 0),
  body: value,
  trace: headers.traceparent ?? ""
})

const outcomes = { delivered: "delivered", again: "failed", refused: "refused" } as const

const outcomeMetric = (outcome: string) =>
  Metric.counter("webhook_posts_total", {
    description: "Requests to the webhook, by what came of them",
    incremental: true,
    attributes: { outcome }
  })

const waitingMetric = (state: string) =>
  Metric.gauge("webhook_outbox_versions", {
    description: "Versions of alerts that the webhook has still to deliver",
    attributes: { state }
  })

/** Runs for the length of the scope, by the clock that is in force where it is started. */
export const startAlertWebhook = Effect.fnUntraced(function*(
  options: WebhookOptions
): Effect.fn.Return<
  AlertWebhook,
  LogError | SqlError | NewerSchemaError,
  Scope.Scope | MessageLog | HttpClient.HttpClient
> {
  const { attempts, backoff, backoffMax, parkedEvery, retention, url } = options
  const log = yield* MessageLog
  const clock = yield* Clock.Clock
  const context = yield* Effect.context()
  const { seen } = yield* Symptoms
  const post = yield* makePost(options)
  const outbox = yield* openWebhookOutbox(options.file)
  const now = () => clock.currentTimeMillisUnsafe()
  const wake = Latch.makeUnsafe()
  const underWay = new Map<number, Fiber.Fiber<void, SqlError>>()
  for (const outcome of Object.values(outcomes)) outcomeMetric(outcome).valueUnsafe(context)

  yield* log.ensureTopic({ name: alertsTopic, partitions: 1 })
  const subscription = yield* log.subscribe({ topic: alertsTopic, group: webhookGroup, from: "latest" })
  const taken = new Map<number, number>()
  const take = Effect.fnUntraced(function*(records: ReadonlyArray<LogRecord>) {
    yield* outbox.take(records.map(outgoing), now())
    yield* subscription.commit(
      records.map(({ offset, partition, topic }) => ({ topic, partition, offset: offset + 1 }))
    )
    for (const { offset, partition } of records) taken.set(partition, offset + 1)
    wake.openUnsafe()
  })

  const next = Effect.fnUntraced(
    function*(version: WaitingVersion, result: Exclude<PostResult, { _tag: "delivered" }>) {
      const delay = yield* nextJitteredDelay(backoff, backoffMax, Math.max(backoff, version.delay))
      if (result._tag === "again" && version.attempts + 1 < attempts) {
        return { due: now() + Math.max(delay, result.after), delay, parked: false }
      }
      seen("webhook: versions are parked", { detail: `${version.alertId}/${version.sequence}: ${result.reason}` })
      return { due: now() + parkedEvery, delay: 0, parked: true }
    }
  )
  const deliver = Effect.fnUntraced(function*(version: WaitingVersion) {
    const result = yield* post(version)
    outcomeMetric(outcomes[result._tag]).updateUnsafe(1, context)
    if (result._tag === "delivered") return yield* outbox.delivered(version.id)
    seen("webhook: not delivered, tried again", { detail: result.reason })
    yield* outbox.failed(version.id, yield* next(version, result))
  })
  const begin = (version: WaitingVersion) =>
    deliver(version).pipe(
      Effect.catch(({ message }) =>
        Effect.sync(() => seen("webhook: its outbox cannot be written", { detail: message }))
      ),
      Effect.ensuring(Effect.sync(() => {
        underWay.delete(version.id)
        wake.openUnsafe()
      })),
      Effect.forkScoped,
      Effect.tap((fiber) => Effect.sync(() => fiber.pollUnsafe() === undefined && underWay.set(version.id, fiber)))
    )
  const look = Effect.gen(function*() {
    const dropped = yield* outbox.forget(now() - retention)
    if (dropped > 0) seen("webhook: given up, not delivered in time", { count: dropped })
    const due = yield* outbox.due(now(), 4 * atOnce)
    for (const version of due) {
      if (underWay.size >= atOnce) break
      if (!underWay.has(version.id)) yield* begin(version)
    }
    const { parked, waiting } = yield* outbox.counts
    waitingMetric("waiting").updateUnsafe(waiting, context)
    waitingMetric("parked").updateUnsafe(parked, context)
  }).pipe(
    Effect.catch(({ message }) => Effect.sync(() => seen("webhook: its outbox cannot be read", { detail: message })))
  )
  yield* Effect.suspend(() => {
    wake.closeUnsafe()
    return Effect.andThen(look, Effect.timeoutOption(wake.await, lookMillis))
  }).pipe(Effect.forever, Effect.forkScoped)
  yield* Stream.runForEachArray(subscription.records, take).pipe(
    Effect.tapError(({ message }) => Effect.logError(`webhook: what it has to deliver cannot be taken: ${message}`)),
    Effect.ignore,
    Effect.forkScoped
  )
  yield* Effect.logInfo(`webhook: every version of an alert goes to ${placeOf(url)}`)

  const settled = Effect.gen(function*() {
    const committed = yield* log.committed(alertsTopic, webhookGroup)
    for (const { beginning, end, partition } of yield* log.offsets(alertsTopic)) {
      if (Math.max(beginning, taken.get(partition) ?? committed.get(partition) ?? 0) < end) return false
    }
    return (yield* outbox.counts).waiting === 0 && underWay.size === 0
  })
  return {
    settle: (most) =>
      settled.pipe(
        Effect.orElseSucceed(() => false),
        Effect.repeat({ until: (done) => done, schedule: Schedule.spaced("20 millis") }),
        Effect.timeoutOption(Duration.millis(most)),
        Effect.flatMap((done) =>
          Option.isSome(done)
            ? Effect.void
            : Effect.logWarning("webhook: not everything is delivered; the next start goes on")
        ),
        Effect.provideService(Clock.Clock, clock)
      )
  }
})
