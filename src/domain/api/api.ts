/** The HTTP API: schemas only, so that a client can be made of it without the server. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { HealthAnswer, HealthReport } from "./health.ts"

/** Whoever watches the process asks these. `degraded` answers 200, `failed` 503, with the same body. */
export class HealthApi extends HttpApiGroup.make("health").add(
  HttpApiEndpoint.get("health", "/health", {
    success: HealthReport,
    error: HealthReport.pipe(HttpApiSchema.status(503))
  }).annotate(OpenApi.Description, "Both answers at once: 503 if either failed"),
  HttpApiEndpoint.get("live", "/health/live", {
    success: HealthAnswer,
    error: HealthAnswer.pipe(HttpApiSchema.status(503))
  }).annotate(OpenApi.Description, "Whether the process works at all; restart it if not"),
  HttpApiEndpoint.get("ready", "/health/ready", {
    success: HealthAnswer,
    error: HealthAnswer.pipe(HttpApiSchema.status(503))
  }).annotate(OpenApi.Description, "Whether sources, message log and stages are at work")
) {}

export class MetricsApi extends HttpApiGroup.make("metrics").add(
  HttpApiEndpoint.get("metrics", "/metrics", {
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" }))
  }).annotate(
    OpenApi.Description,
    "Prometheus text, or OpenMetrics 1.0.0 with exemplars where `Accept` asks for application/openmetrics-text; 404 with PERIGEE_METRICS=off"
  )
) {}

export class PerigeeApi extends HttpApi.make("perigee")
  .add(HealthApi)
  .add(MetricsApi)
  .annotateMerge(OpenApi.annotations({
    title: "Perigee",
    version: "1",
    description: "Every response carries its trace id in `traceresponse` and `x-trace-id`; `traceparent` is continued."
  }))
{}
