/**
 * The collector that the settings ask for, on the log at hand: the service for this process, and both receivers on the network.
 *
 * A port that is taken, or an address that is not there, is a warning: spans that would have come by it do not, all else goes on.
 */
import { type Config, Context, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { collectorSettings as settings } from "../../config/collectorSettings.ts"
import { settings as allSettings } from "../../config/settings.ts"
import type { LogError, MessageLog } from "../../log/MessageLog.ts"
import type { Collectors } from "../../metrics/Collectors.ts"
import { Collector, CollectorEndpoints } from "./Collector.ts"
import { showCollectorCounts } from "./collectorMetrics.ts"
import { makeCollector } from "./makeCollector.ts"
import { makeAuthorize } from "./receivers/apiKeys.ts"
import { serveHttp } from "./receivers/httpReceiver.ts"

/** The parts of a list separated by commas. */
const listOf = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "")

const orWithout = <A, E, R>(
  receiver: Effect.Effect<A, E, R>,
  what: string
): Effect.Effect<A | undefined, never, R> =>
  Effect.catch(
    receiver,
    (error) =>
      Effect.as(
        Effect.logWarning(`collector: ${what} cannot be had, no spans come by it: ${reasonOf(error)}`),
        undefined
      )
  )

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}

const makeParts = Effect.gen(function*() {
  const kafka = (yield* allSettings.log) === "kafka"
  const parts = yield* makeCollector({
    partitions: (yield* settings.spanPartitions) ?? (kafka ? 100 : 1),
    retentionMillis: yield* settings.spanRetention,
    retentionBytes: yield* settings.spanRetentionBytes,
    limits: {
      attributes: yield* settings.otlpAttributes,
      keyBytes: yield* settings.otlpAttributeKeyBytes,
      valueBytes: yield* settings.otlpAttributeValueBytes
    },
    redact: listOf(yield* settings.otlpRedact),
    spansPerSecond: yield* settings.otlpServiceRate
  })
  yield* showCollectorCounts(parts.counts)
  return parts
})

const make = Effect.gen(function*() {
  const parts = yield* makeParts
  const host = yield* settings.otlpHost
  const authorize = makeAuthorize(listOf(yield* settings.otlpApiKeys))
  const [httpPort, grpcPort] = [yield* settings.otlpHttpPort, yield* settings.otlpGrpcPort]
  const http = yield* orWithout(
    serveHttp(parts, { host, port: httpPort, authorize, corsOrigins: listOf(yield* settings.otlpCorsOrigins) }),
    `${host}:${httpPort} (HTTP)`
  )
  // Loaded beside, as it is no small package.
  const { serveGrpc } = yield* Effect.promise(() => import("./receivers/grpcReceiver.ts"))
  const grpc = yield* orWithout(serveGrpc(parts, { host, port: grpcPort, authorize }), `${host}:${grpcPort} (gRPC)`)
  if (http !== undefined) yield* Effect.logInfo(`collector: ${http}/v1/traces ${http}/api/v2/spans`)
  if (grpc !== undefined) yield* Effect.logInfo(`collector: ${grpc} (gRPC)`)
  return Context.make(Collector, Collector.of(parts.service)).pipe(
    Context.add(CollectorEndpoints, CollectorEndpoints.of({ http, grpc }))
  )
})

/** {@link Collector} for this process's own spans alone, without a port. */
export const layerOwnCollectorFromConfig: Layer.Layer<
  Collector,
  Config.ConfigError | LogError,
  MessageLog | Collectors
> = Layer.effect(Collector, Effect.map(makeParts, ({ service }) => Collector.of(service))).pipe(
  Layer.provide(RateLimiter.layerStoreMemory)
)

/**
 * {@link Collector} for this process's own spans, {@link CollectorEndpoints} for the others'. Fails with a `ConfigError` for a value that is none, and
 * with a `LogError` where the topic `spans` cannot be made.
 */
export const layerCollectorFromConfig: Layer.Layer<
  Collector | CollectorEndpoints,
  Config.ConfigError | LogError,
  MessageLog | Collectors
> = Layer.effectContext(make).pipe(Layer.provide(RateLimiter.layerStoreMemory))
