/** The collector on a message log: prepares requests, holds rates, appends in groups, counts. */
import { Clock, Effect, type Scope } from "effect"
import type { RateLimiter } from "effect/persistence"
import { encodeSpans } from "../../../domain/traces/otlp/encodeSpans.ts"
import { type AttributeLimits, defaultAttributeLimits } from "../../../domain/traces/otlp/limitAttributes.ts"
import { spansTopic } from "../../../domain/traces/otlp/spanRecord.ts"
import { type LogError, MessageLog } from "../../log/MessageLog.ts"
import { type Accepted, type Collector, type CollectorRefusal, DroppedTraces } from "./Collector.ts"
import { CollectorCounts, count, type Transport } from "./CollectorCounts.ts"
import { makeGroupAppend } from "./groupAppend.ts"
import { makePrepare } from "./prepareRequest.ts"
import { makeServiceRates } from "./serviceRates.ts"

export interface CollectorOptions {
  /** Of the topic when it is created. */
  readonly partitions?: number
  readonly retentionMillis?: number
  /** Per partition. */
  readonly retentionBytes?: number
  readonly limits?: AttributeLimits
  readonly redact?: ReadonlyArray<string>
  /** Of each service; without it there is no limit. */
  readonly spansPerSecond?: number | undefined
  /** A record's value at most (default a little below the log's own limit of 1 MiB). */
  readonly recordBytes?: number
  /** Of records that wait for the log (default 64 MiB). */
  readonly maxPendingBytes?: number
}

/** The service, and what the receivers need beside it. */
export interface CollectorParts {
  readonly service: Collector["Service"]
  readonly counts: CollectorCounts
  /** `accept` of the service, for a transport; its refusals are not counted yet. */
  readonly acceptFrom: (transport: Transport, request: Uint8Array) => Effect.Effect<Accepted, CollectorRefusal>
  /** A receiver's whole answer, whose refusal is counted. */
  readonly counted: <A>(answer: Effect.Effect<A, CollectorRefusal>) => Effect.Effect<A, CollectorRefusal>
}

const week = 7 * 86_400_000

export const makeCollector = Effect.fnUntraced(function*(
  options: CollectorOptions
): Effect.fn.Return<CollectorParts, LogError, MessageLog | RateLimiter.RateLimiterStore | Scope.Scope> {
  const log = yield* MessageLog
  const clock = yield* Clock.Clock
  const counts = new CollectorCounts(yield* Effect.context())
  const { partitions = 1, retentionBytes = 16 * 2 ** 30, retentionMillis = week, spansPerSecond } = options
  yield* log.ensureTopic({ name: spansTopic, partitions, retentionMillis, retentionBytes })
  // An existing topic keeps its own number.
  const existing = (yield* log.topics).find(({ name }) => name === spansTopic)
  const prepare = makePrepare({
    limits: options.limits ?? defaultAttributeLimits,
    redact: options.redact ?? [],
    partitions: existing?.partitions ?? partitions,
    recordBytes: options.recordBytes ?? 2 ** 20 - 4096,
    dropped: yield* DroppedTraces,
    services: spansPerSecond !== undefined
  }, counts)
  const holdRates = spansPerSecond === undefined ? undefined : yield* makeServiceRates(spansPerSecond)
  const append = yield* makeGroupAppend(log, spansTopic, options.maxPendingBytes ?? 64 * 2 ** 20)

  const counted: CollectorParts["counted"] = (answer) =>
    Effect.tapError(answer, ({ reason }) => Effect.sync(() => count(counts.refused, reason, 1)))

  const acceptFrom = (transport: Transport, request: Uint8Array): Effect.Effect<Accepted, CollectorRefusal> =>
    Effect.suspend(() => {
      const began = clock.currentTimeMillisUnsafe()
      return Effect.flatMap(Effect.fromResult(prepare(request)), (prepared) => {
        const { accepted, bytes, message, records, rejected, services } = prepared
        const done = (): Accepted => {
          count(counts.accepted, transport, accepted)
          counts.requestBytes += bytes
          for (const { value } of records) counts.recordBytes += value.length
          counts.took(clock.currentTimeMillisUnsafe() - began)
          return { accepted, rejected, message }
        }
        const kept = records.length === 0 ? Effect.sync(done) : Effect.map(append(records), done)
        return holdRates === undefined ? kept : Effect.andThen(holdRates(services), kept)
      })
    })

  return {
    service: {
      accept: (request) => counted(acceptFrom("process", request)),
      acceptSpans: (resource, scope, spans) =>
        spans.length === 0
          ? Effect.succeed({ accepted: 0, rejected: 0, message: "" })
          : counted(Effect.suspend(() => acceptFrom("process", encodeSpans(resource, scope, spans))))
    },
    counts,
    acceptFrom,
    counted
  }
})
