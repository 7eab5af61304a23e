/** Tracing as `PERIGEE_TRACING` has it. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { type Config, Effect, Layer } from "effect"
import { OtlpSerialization } from "effect/observability"
import type { Attributes } from "../../domain/tracing/SpanData.ts"
import { addressUnder } from "../client/address.ts"
import { settings } from "../config/settings.ts"
import { ProcessResource } from "../resource/ProcessResource.ts"
import { RootSampling } from "../sampling/RootSampling.ts"
import { StageTracing } from "../stage/StageHooks.ts"
import type { OtlpOptions } from "./otlp/OtlpSpanExporter.ts"
import { OwnSpans } from "./store/OwnSpans.ts"
import type { SpanSink } from "./store/SpanSink.ts"
import { Tracing } from "./Tracing.ts"

/** `/v1/traces` behind the common address, unless traces have their own. */
export const tracesUrl = (endpoint: string, tracesEndpoint: string | undefined): string =>
  tracesEndpoint ?? addressUnder(endpoint, "v1/traces")

const otlpOptions = Effect.fnUntraced(function*(resource: Attributes, version: string): Effect.fn.Return<
  OtlpOptions,
  Config.ConfigError
> {
  return {
    url: tracesUrl(yield* settings.otlpEndpoint, yield* settings.otlpTracesEndpoint),
    headers: (yield* settings.otlpTracesHeaders) ?? (yield* settings.otlpHeaders) ?? {},
    resource,
    version,
    maxQueued: yield* settings.otlpQueue,
    timeout: yield* settings.otlpTimeout,
    shutdownTimeout: "2 seconds"
  }
})

const transport = Effect.map(settings.otlpProtocol, (protocol) =>
  Layer.merge(
    NodeHttpClient.layerUndici,
    protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf
  ))

/** The SDK is loaded only where it is chosen: a start without it is sooner. */
const otelSdk = Effect.fnUntraced(function*(resource: Attributes, options: OtlpOptions) {
  const { OtelSdkTracer } = yield* Effect.promise(() => import("./otel/OtelSdkTracer.ts"))
  return Layer.provideMerge(OtelSdkTracer.layer({ resource }), Tracing.layerSinkOtlp(options))
})

/**
 * The tracer, the spans of the stages, and those that wait for the trace backend in this process, if that is where they go. Spans that belong to no
 * event are not sampled. `version` is the program's.
 */
export const layerTracingFromConfig = (
  version: string
): Layer.Layer<SpanSink | OwnSpans, Config.ConfigError, ProcessResource> =>
  Layer.unwrap(Effect.gen(function*() {
    const variant = yield* settings.tracing
    if (variant === "off") {
      return Layer.merge(Tracing.layerOff, OwnSpans.layerOff)
    }
    if (variant !== "backend" && (yield* settings.otelSdkDisabled)) {
      return Layer.merge(Tracing.layerOff, OwnSpans.layerOff)
    }
    const { attributes: resource } = yield* ProcessResource
    if (variant === "backend") {
      return withStages(Layer.provideMerge(Tracing.layerOwn, OwnSpans.layer(yield* settings.otlpQueue)))
    }
    const options = yield* otlpOptions(resource, version)
    const spans = variant === "otlp" ? Tracing.layerOtlp(options) : yield* otelSdk(resource, options)
    return withStages(Layer.merge(spans, OwnSpans.layerOff).pipe(Layer.provide(yield* transport)))
  }))

/** At 10,000 observations/s and 1 % these are the traces of ten seconds. */
const openTraces = 1024

const withStages = <A, E>(tracing: Layer.Layer<A, E>): Layer.Layer<A, E> =>
  StageTracing.layerWith({ maxOpen: openTraces }).pipe(
    Layer.provideMerge(tracing),
    Layer.provide(RootSampling.layerOff)
  )
