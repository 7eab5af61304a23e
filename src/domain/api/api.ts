/** The HTTP API: schemas only, so that a client can be made of it without the server. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ApiError } from "./ApiError.ts"
import { CanaryStatus } from "./canary.ts"
import { HealthAnswer, HealthReport } from "./health.ts"
import { HistoryAnswer, historyQuery } from "./history.ts"
import { OperationApi } from "./operation/operation.ts"
import { SourcesAnswer } from "./sources.ts"
import { StatusAnswer } from "./status.ts"
import { TracesApi } from "./traces.ts"

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

export class CanaryApi extends HttpApiGroup.make("canary").add(
  HttpApiEndpoint.get("status", "/canary", { success: CanaryStatus }).annotate(
    OpenApi.Description,
    "The canaries so far. Once `firstArrival` is a time, everything between the sources and the alert sink is known to work"
  )
) {}

/** A run that is not there yet, or no more, answers 503. */
const notRunning = ApiError.pipe(HttpApiSchema.status(503))

/** What a run says of itself. */
export class InspectionApi extends HttpApiGroup.make("inspection").add(
  HttpApiEndpoint.get("status", "/v1/status", { success: StatusAnswer, error: notRunning }).annotate(
    OpenApi.Description,
    "Health, rates, lag, sensors, alerts, dead letters, budgets, canaries, dependencies and tasks at a glance"
  ),
  HttpApiEndpoint.get("sources", "/v1/sources", { success: SourcesAnswer, error: notRunning }).annotate(
    OpenApi.Description,
    "A row per sensor: cadence against what is expected now, lag, shares given up and uncorrelated, residuals, hints; and per feed"
  ),
  HttpApiEndpoint.get("history", "/v1/history", {
    query: historyQuery,
    success: HistoryAnswer,
    error: ApiError.pipe(HttpApiSchema.status(400))
  }).annotate(
    OpenApi.Description,
    "The last ten minutes by the second, the last six hours by ten seconds, of the metrics that a diagnosis needs"
  )
) {}

export class PerigeeApi extends HttpApi.make("perigee")
  .add(HealthApi)
  .add(MetricsApi)
  .add(CanaryApi)
  .add(InspectionApi)
  .add(TracesApi)
  .add(OperationApi)
  .annotateMerge(OpenApi.annotations({
    title: "Perigee",
    version: "1",
    description:
      "Every response carries its trace id in `traceresponse` and `x-trace-id`; `traceparent` is continued. Where the instance has tokens, all but health and canaries wants `Authorization: Bearer TOKEN`, or the token as the password of `Basic`."
  }))
{}
