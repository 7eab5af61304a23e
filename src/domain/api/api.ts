/** The HTTP API: schemas only, so that a client can be made of it without the server. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Experiment } from "../chaos/Experiment.ts"
import { ApiError } from "./ApiError.ts"
import { Refused, Unauthorized, UnknownId } from "./apiErrors.ts"
import { CanaryStatus } from "./canary.ts"
import { ChaosAnswer, ChaosReport } from "./chaos.ts"
import { DiagnosisApi } from "./diagnosis.ts"
import { HealthAnswer, HealthReport } from "./health.ts"
import { HistoryAnswer, historyQuery } from "./history.ts"
import { OperationApi } from "./operation/operation.ts"
import { SourcesAnswer } from "./sources.ts"
import { StatusAnswer } from "./status.ts"
import { ToggleChange, TogglesAnswer } from "./toggles.ts"
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

/** Experiments on this process. */
export class ChaosApi extends HttpApiGroup.make("chaos").add(
  HttpApiEndpoint.get("list", "/v1/chaos", { success: ChaosAnswer }).annotate(
    OpenApi.Description,
    "Experiments under way, and the reports of those that are over"
  ),
  HttpApiEndpoint.post("run", "/v1/chaos", {
    payload: Experiment,
    success: ChaosReport,
    error: [Unauthorized, Refused]
  })
    .annotate(
      OpenApi.Description,
      "Injects a fault (admin token). It is rolled back when its time is over, its steady state breaks, or no heartbeat comes for 5 s"
    ),
  HttpApiEndpoint.post("heartbeat", "/v1/chaos/:id/heartbeat", {
    params: { id: Schema.String },
    success: ChaosReport,
    error: [Unauthorized, UnknownId]
  }).annotate(OpenApi.Description, "Whoever runs an experiment is still there (admin token)"),
  HttpApiEndpoint.delete("stop", "/v1/chaos/:id", {
    params: { id: Schema.String },
    success: ChaosReport,
    error: [Unauthorized, UnknownId]
  }).annotate(OpenApi.Description, "Rolls an experiment back (admin token)")
) {}

/** What is steered, and looked into, while a process runs. */
export class SteeringApi extends HttpApiGroup.make("steering").add(
  HttpApiEndpoint.get("toggles", "/v1/toggles", { success: TogglesAnswer }).annotate(
    OpenApi.Description,
    "The share of traces that is sampled, and the sensors that are paused"
  ),
  HttpApiEndpoint.post("toggle", "/v1/toggles", { payload: ToggleChange, success: TogglesAnswer, error: Unauthorized })
    .annotate(OpenApi.Description, "Changes one of them (admin token)"),
  HttpApiEndpoint.post("profile", "/v1/profile", {
    query: {
      seconds: Schema.FiniteFromString.pipe(Schema.check(Schema.isBetween({ minimum: 0.05, maximum: 60 })))
    },
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "application/json" })),
    error: [Unauthorized, Refused]
  }).annotate(OpenApi.Description, "What the processor does for some seconds, as a `.cpuprofile` (admin token)")
) {}

export class PerigeeApi extends HttpApi.make("perigee")
  .add(HealthApi)
  .add(MetricsApi)
  .add(CanaryApi)
  .add(InspectionApi)
  .add(TracesApi)
  .add(OperationApi)
  .add(ChaosApi)
  .add(SteeringApi)
  .add(DiagnosisApi)
  .annotateMerge(OpenApi.annotations({
    title: "Perigee",
    version: "1",
    description:
      "Every response carries its trace id in `traceresponse` and `x-trace-id`; `traceparent` is continued. Where the instance has tokens, all but health and canaries wants `Authorization: Bearer TOKEN`, or the token as the password of `Basic`."
  }))
{}
