/**
 * A {@link TraceStore} behind a {@link TraceCache}: traces by id for 5 minutes, decisions for an hour, the operations of a service for 10 minutes.
 *
 * Only what has no more to come is held: traces that are closed. Whoever writes through this Layer takes out what it changes before and after, so that an answer never lacks what a
 * `write` that has returned brought. A cache that is gone, frozen or empty changes no answer.
 */
import { Context, Effect, Layer, Metric, Option, Result, Schema } from "effect"
import { makeSpanDecoder } from "../../../domain/traces/otlp/decodeStored.ts"
import { encodeResource, encodeScope, encodeSpan } from "../../../domain/traces/otlp/encodeSpans.ts"
import { serviceOfSpan, type StoredSpan } from "../../../domain/traces/StoredSpan.ts"
import { completionReasons, type TraceRecord } from "../../../domain/traces/TraceRecord.ts"
import { cacheRequests } from "../../stage/cacheRequests.ts"
import { packSpans, unpackSpans } from "../store/packedSpans.ts"
import { TraceReader, TraceStore, type TraceWrite } from "../store/TraceStore.ts"
import { TraceCache } from "./TraceCache.ts"

const minute = 60_000

const Decision = Schema.Struct({
  keep: Schema.Boolean,
  threshold: Schema.Struct({ high: Schema.Finite, low: Schema.Finite }),
  policy: Schema.String,
  ruleset: Schema.String,
  decidedAt: Schema.Finite,
  late: Schema.Boolean
})

const Trace = Schema.Struct({
  traceId: Schema.String,
  revision: Schema.Finite,
  decision: Decision,
  completion: Schema.Struct({
    state: Schema.Literals(["open", "complete", "partial"]),
    reason: Schema.Literals(completionReasons)
  }),
  packed: Schema.String
})

const Operations = Schema.Array(Schema.Struct({
  name: Schema.String,
  kind: Schema.Literals(["internal", "server", "client", "producer", "consumer"])
}))

const once = <A, B>(make: (value: A) => B) => {
  const held = new Map<A, B>()
  return (value: A): B => {
    const known = held.get(value)
    if (known !== undefined) return known
    const made = make(value)
    held.set(value, made)
    return made
  }
}

const encoded = (spans: ReadonlyArray<StoredSpan>): string => {
  const [resource, scope] = [once(encodeResource), once(encodeScope)]
  return packSpans(spans.map((span) => ({
    resource: resource(span.resource),
    scope: scope(span.scope),
    span: encodeSpan(span)
  })))
}

/** How one kind of answer is written down. */
interface Kind<A> {
  readonly key: (name: string) => string
  readonly ttlMillis: number
  readonly encode: (value: A) => string
  /** `undefined` for a text that is none, such as another version's. */
  readonly decode: (text: string) => A | undefined
}

const decodeTrace = Schema.decodeUnknownResult(Schema.fromJsonString(Trace))
const traces: Kind<TraceRecord> = {
  key: (traceId) => `trace:${traceId}`,
  ttlMillis: 5 * minute,
  encode: ({ spans, ...rest }) => JSON.stringify({ ...rest, packed: encoded(spans) }),
  decode: (text) => {
    const held = decodeTrace(text)
    if (Result.isFailure(held)) return undefined
    const { packed, ...rest } = held.success
    const spans = Result.all(unpackSpans(packed).map(makeSpanDecoder()))
    return Result.isFailure(spans) ? undefined : { ...rest, spans: spans.success }
  }
}

const json = <A>(
  schema: Schema.Codec<A, unknown>,
  kind: Pick<Kind<A>, "key" | "ttlMillis">
): Kind<A> => {
  const decode = Schema.decodeUnknownResult(Schema.fromJsonString(schema))
  return {
    ...kind,
    encode: (value) => JSON.stringify(value),
    decode: (text) => Result.getOrUndefined(decode(text))
  }
}

const decisions = json(Decision, { key: (traceId) => `sampled:${traceId}`, ttlMillis: 60 * minute })
const operationsOf = json(Operations, { key: (service) => `service:${service}`, ttlMillis: 10 * minute })

const counters = {
  trace: [cacheRequests("trace", "hit"), cacheRequests("trace", "miss")],
  sampled: [cacheRequests("sampled", "hit"), cacheRequests("sampled", "miss")],
  service: [cacheRequests("service", "hit"), cacheRequests("service", "miss")]
} as const

/** What a write changes. */
const keysOf = (writes: ReadonlyArray<TraceWrite>): ReadonlyArray<string> =>
  writes.flatMap(({ traceId }) => [traces.key(traceId), decisions.key(traceId)])

const make = Effect.gen(function*() {
  const store = yield* TraceStore
  const cache = yield* TraceCache
  /** Operations that this process has written already. */
  const seen = new Set<string>()

  const through = <A, E>(
    kind: Kind<A>,
    counter: keyof typeof counters,
    name: string,
    read: Effect.Effect<Option.Option<A>, E>,
    holds: (value: A) => boolean
  ): Effect.Effect<Option.Option<A>, E> =>
    Effect.gen(function*() {
      const [hit, miss] = counters[counter]
      const { lease, value: text } = yield* cache.get(kind.key(name))
      const held = text === undefined ? undefined : kind.decode(text)
      yield* Metric.update(held === undefined ? miss : hit, 1)
      if (held !== undefined) return Option.some(held)
      const found = yield* read
      if (lease !== undefined && Option.isSome(found) && holds(found.value)) {
        yield* cache.put(kind.key(name), lease, kind.encode(found.value), kind.ttlMillis)
      }
      return found
    })

  /** Services of which a write brings an operation that was not seen. */
  const servicesOf = (writes: ReadonlyArray<TraceWrite>): ReadonlyArray<string> => {
    const decode = makeSpanDecoder()
    const found = new Set<string>()
    for (const { parts } of writes) {
      for (const part of parts) {
        const span = decode(part)
        if (Result.isFailure(span)) continue
        const service = serviceOfSpan(span.success)
        const operation = JSON.stringify([service, span.success.name, span.success.kind])
        if (seen.has(operation)) continue
        if (seen.size >= mostSeen) seen.clear()
        seen.add(operation)
        found.add(operationsOf.key(service))
      }
    }
    return Array.from(found)
  }

  return TraceStore.of({
    ...store,
    write: Effect.fnUntraced(function*(writes) {
      const keys = [...keysOf(writes), ...servicesOf(writes)]
      yield* cache.invalidate(keys)
      yield* store.write(writes)
      yield* cache.invalidate(keys)
    }),
    trace: (traceId) =>
      through(traces, "trace", traceId, store.trace(traceId), ({ completion }) => completion.state !== "open"),
    decision: (traceId) => through(decisions, "sampled", traceId, store.decision(traceId), () => true),
    operations: (service) =>
      Effect.map(
        through(
          operationsOf,
          "service",
          service,
          Effect.asSome(store.operations(service)),
          (found) => found.length > 0
        ),
        Option.getOrElse(() => [])
      )
  })
})

/** Operations that are remembered to have been written; past that they are forgotten, which costs a look more. */
const mostSeen = 100_000

/** In front of the store beneath. */
export const layerCachedTraces: Layer.Layer<TraceStore | TraceReader, never, TraceStore | TraceCache> = Layer
  .effectContext(Effect.map(make, (store) => Context.make(TraceStore, store).pipe(Context.add(TraceReader, store))))
