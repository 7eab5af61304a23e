/** The query API of the trace backend. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { BadRequest, NotFound, Unauthorized, Unavailable } from "./apiErrors.ts"
import {
  DecisionJson,
  DependenciesJson,
  OperationsJson,
  ServiceMetricsJson,
  ServicesJson,
  TraceDiffJson,
  TraceJson,
  TracePageJson
} from "./traceAnswers.ts"

const failures = [BadRequest, Unauthorized, Unavailable] as const
const orMissing = [BadRequest, Unauthorized, NotFound, Unavailable] as const

const text = (description: string) => Schema.optional(Schema.String.annotate({ description }))

const window = {
  start: text("RFC 3339, or how long ago, such as 2h; an hour ago without"),
  end: text("RFC 3339, or how long ago; now without")
}

const traceId = Schema.String.annotate({
  description: "Up to 32 hex digits; shorter ones are filled with zeros in front"
})

/** Parameters are texts, read by hand, so that what is wrong is told in words with the parameter's name. */
export const searchParameters = {
  service: text("The service of a span"),
  operation: text("The name of a span"),
  tag: Schema.optional(
    Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
      description: "key=value, of a span or its resource; several: one span has them all"
    })
  ),
  error: text("true: a span with an error; false: none"),
  minDuration: text("Of the trace, such as 200ms"),
  maxDuration: text("Of the trace"),
  start: text("The trace starts at this time or later: RFC 3339, or how long ago, such as 2h"),
  end: text("The trace starts before this time"),
  limit: text("Most traces in one answer: 20 without, at most 1000"),
  page: text("`next` of the answer before")
}

export class TracesApi extends HttpApiGroup.make("traces").add(
  HttpApiEndpoint.get("search", "/v1/traces", { query: searchParameters, success: TracePageJson, error: failures })
    .annotate(OpenApi.Description, "Traces with a span that all parameters hold for, newest first"),
  HttpApiEndpoint.get("trace", "/v1/traces/:id", {
    params: { id: traceId },
    query: { raw: text("true: times as the hosts said them, clock skew not corrected") },
    success: TraceJson,
    error: orMissing
  }).annotate(OpenApi.Description, "A whole trace: its tree, critical path, clock skew, links both ways"),
  HttpApiEndpoint.get("why", "/v1/traces/:id/why", { params: { id: traceId }, success: DecisionJson, error: failures })
    .annotate(OpenApi.Description, "Why a trace was kept or dropped"),
  HttpApiEndpoint.get("diff", "/v1/traces/:a/diff/:b", {
    params: { a: traceId, b: traceId },
    success: TraceDiffJson,
    error: orMissing
  }).annotate(OpenApi.Description, "Two traces compared by the paths of their spans"),
  HttpApiEndpoint.get("services", "/v1/services", { success: ServicesJson, error: failures })
    .annotate(OpenApi.Description, "The services that spans came from"),
  HttpApiEndpoint.get("operations", "/v1/services/:service/operations", {
    params: { service: Schema.String },
    success: OperationsJson,
    error: failures
  }).annotate(OpenApi.Description, "The names of a service's spans"),
  HttpApiEndpoint.get("serviceMetrics", "/v1/services/:service/metrics", {
    params: { service: Schema.String },
    query: window,
    success: ServiceMetricsJson,
    error: failures
  }).annotate(OpenApi.Description, "How much a service did, how often it failed, and how long it took"),
  HttpApiEndpoint.get("dependencies", "/v1/dependencies", { query: window, success: DependenciesJson, error: failures })
    .annotate(OpenApi.Description, "Which service calls which")
) {}
