/**
 * How many spans a second each service may send: a bucket of ten seconds' worth per `service.name`, by Effect's rate limiter. A request that is over for one
 * of its services is refused as a whole, as OTLP can say "later" only of whole requests. One that is larger than a bucket passes when that is full.
 *
 * **Bound.** The first 10,000 services have a bucket of their own; all others share one.
 */
import { Duration, Effect } from "effect"
import { RateLimiter } from "effect/persistence"
import { CollectorRefusal } from "./Collector.ts"

const bucketSeconds = 10
const mostServices = 10_000
const others = ""

export type HoldRates = (services: ReadonlyMap<string, number>) => Effect.Effect<void, CollectorRefusal>

export const makeServiceRates = Effect.fnUntraced(function*(spansPerSecond: number) {
  const limiter = yield* RateLimiter.make
  const known = new Set<string>()
  const limit = Math.max(1, Math.floor(spansPerSecond * bucketSeconds))
  const keyOf = (service: string): string => {
    if (known.has(service)) return service
    if (known.size >= mostServices) return others
    known.add(service)
    return service
  }
  const holdRates: HoldRates = (services) =>
    Effect.forEach(services, ([service, spans]) =>
      limiter.consume({
        key: keyOf(service),
        algorithm: "token-bucket",
        window: Duration.seconds(bucketSeconds),
        limit,
        tokens: Math.min(spans, limit)
      }).pipe(
        Effect.mapError(({ reason }) =>
          new CollectorRefusal({
            reason: "RateLimited",
            message: `service ${JSON.stringify(service)} sends more than ${spansPerSecond} spans a second`,
            retryAfterMillis: reason._tag === "RateLimitExceeded"
              ? Math.max(1, Duration.toMillis(reason.retryAfter))
              : 1000
          })
        )
      ), { discard: true })
  return holdRates
})
