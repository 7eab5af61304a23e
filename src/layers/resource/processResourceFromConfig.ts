/** The resource of this process as `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have it. */
import { type Config, Effect, Layer } from "effect"
import { hostname } from "node:os"
import type { Attributes } from "../../domain/tracing/SpanData.ts"
import { settings } from "../config/settings.ts"
import { makeTraceIds } from "../tracing/traceIds.ts"
import { ProcessResource } from "./ProcessResource.ts"

/**
 * A host is told by `host.name`, and where it says nothing by `service.instance.id`, which no two processes share. OTEL_SERVICE_NAME wins over
 * OTEL_RESOURCE_ATTRIBUTES, and that over what is found out here. `version` is the program's.
 */
const resourceFromConfig = Effect.fnUntraced(function*(version: string): Effect.fn.Return<
  Attributes,
  Config.ConfigError
> {
  const { traceId } = yield* makeTraceIds
  const serviceName = yield* settings.serviceName
  return {
    "service.name": "perigee",
    "service.version": version,
    "service.instance.id": traceId(),
    "host.name": hostname(),
    "telemetry.sdk.name": "perigee",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.version": version,
    ...(yield* settings.resourceAttributes),
    ...(serviceName === undefined ? undefined : { "service.name": serviceName })
  }
})

/** Fails with a `ConfigError` for a value that is none. */
export const layerProcessResourceFromConfig = (version: string): Layer.Layer<ProcessResource, Config.ConfigError> =>
  Layer.effect(ProcessResource, Effect.map(resourceFromConfig(version), (attributes) => ({ attributes })))
