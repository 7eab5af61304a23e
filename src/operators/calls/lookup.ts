/**
 * Events with what a slow place knows about their key, remembered for a while.
 *
 * Arrays, order, controls, errors: as `asyncCall`; a load that fails is not remembered. A key that is being loaded is loaded once, whoever else
 * asks meanwhile. State: at most `capacity` keys with their values, the least recently used goes first, each for at most `ttlMillis`; not kept in a
 * snapshot: after a restart it fills again. Cost: an effect and a look-up an event, a load a key.
 *
 * `cache_requests_total{cache,outcome}` counts each event as `hit` (remembered, or loaded for another event) or `miss`. The load of a sampled
 * event has its span as the current one; a sampled event that is served from the cache links to the span that loaded the value.
 */
import { Cache, Context, Duration, Effect, Exit, Metric, Option, Stream, Tracer } from "effect"
import type { EventContext } from "../../domain/stream/Envelope.ts"
import { cacheRequests } from "../../layers/stage/cacheRequests.ts"
import { makeOperator } from "../stage/Operator.ts"
import type { Edge, ErrorClass, Operator, RetryPolicy, StageServices } from "../stage/Stage.ts"
import { asyncCall } from "./asyncCall.ts"

export interface LookupOptions<in A, in out K, in out V, out B, E, R> {
  readonly name: string
  readonly key: (payload: A, context: EventContext) => K
  readonly load: (key: K) => Effect.Effect<V, E, R>
  readonly combine: (payload: A, value: V) => B
  /** Keys remembered, at least 1. */
  readonly capacity: number
  /** How long a value is good; default: until it is pushed out. */
  readonly ttlMillis?: number
  /** Loads at a time; default 16. */
  readonly concurrency?: number
  readonly classify?: (error: E) => ErrorClass
  readonly retry?: RetryPolicy
  readonly edge?: Edge
}

interface Loaded<V> {
  readonly value: V
  /** The span that loaded it, if it was sampled. */
  readonly by: Tracer.ExternalSpan | undefined
}

/** Tells a load which request it is for. */
class CacheRequest extends Context.Reference<{ loaded: boolean }>("perigee/operators/lookup/CacheRequest", {
  defaultValue: () => ({ loaded: false })
}) {}

const sampledSpan = Effect.map(
  Effect.serviceOption(Tracer.ParentSpan),
  (span) =>
    Option.isSome(span) && span.value._tag === "Span" && span.value.sampled
      ? Tracer.externalSpan({ spanId: span.value.spanId, traceId: span.value.traceId, sampled: true })
      : undefined
)

const makeLookup = Effect.fnUntraced(
  function*<A, K, V, B, E, R>({ capacity, combine, key, load, name, ttlMillis }: LookupOptions<A, K, V, B, E, R>) {
    const hits = cacheRequests(name, "hit")
    const misses = cacheRequests(name, "miss")
    const cache = yield* Cache.makeWith<K, Loaded<V>, E, R>(
      Effect.fnUntraced(function*(wanted) {
        const request = yield* CacheRequest
        request.loaded = true
        const by = yield* sampledSpan
        return { value: yield* load(wanted), by }
      }),
      {
        capacity: Math.max(1, Math.floor(capacity)),
        timeToLive: (exit) =>
          Exit.isFailure(exit)
            ? Duration.zero
            : ttlMillis === undefined
            ? Duration.infinity
            : Duration.millis(ttlMillis)
      }
    )
    const linkTo = Effect.fnUntraced(function*(by: Tracer.ExternalSpan) {
      const span = yield* Effect.serviceOption(Tracer.ParentSpan)
      if (Option.isSome(span) && span.value._tag === "Span") {
        span.value.addLinks([{ span: by, attributes: { "perigee.link": "cache" } }])
      }
    })
    return Effect.fnUntraced(function*(payload: A, context: EventContext) {
      const request = { loaded: false }
      const exit = yield* Effect.exit(
        Effect.provideService(Cache.get(cache, key(payload, context)), CacheRequest, request)
      )
      yield* Metric.update(request.loaded ? misses : hits, 1)
      const { by, value } = yield* exit
      if (!request.loaded && by !== undefined) yield* linkTo(by)
      return combine(payload, value)
    })
  }
)

export const lookup = <A, K, V, B, E, R>(
  options: LookupOptions<A, K, V, B, E, R>
): Operator<A, B, never, R | StageServices> => {
  const { classify, concurrency = 16, edge, name, retry } = options
  const operator = (call: (payload: A, context: EventContext) => Effect.Effect<B, E, R>) =>
    asyncCall<A, B, E, R>({
      name,
      call,
      concurrency,
      ...(classify === undefined ? {} : { classify }),
      ...(retry === undefined ? {} : { retry }),
      ...(edge === undefined ? {} : { edge })
    })
  // A cache for each run: what one run remembers is none of another's business.
  const { graph } = operator(() => Effect.never)
  return makeOperator<A, B, never, R | StageServices>(
    graph,
    (self) => Stream.unwrap(Effect.map(makeLookup(options), (call) => operator(call)(self)))
  )
}
