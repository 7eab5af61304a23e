/** What somebody who operates a run asks it, beside `/v1/status`. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { BadRequest, NotFound, Unavailable } from "../apiErrors.ts"
import { HealthStatus } from "../health.ts"
import { AlertAnswer, AlertsAnswer } from "./alertAnswers.ts"
import { LetterAnswer, letterParameters, LettersAnswer } from "./letterAnswers.ts"
import { LineageJson } from "./lineageAnswer.ts"
import { PipelineAnswer } from "./pipelineAnswer.ts"

/** That the process lives, how it is, and how much there is of what people wait for: who shows one of these asks for it when its count changes. */
export const LivePulse = Schema.Struct({
  at: Schema.String,
  status: HealthStatus,
  /** Records of the topics so far; null: not known now. */
  alerts: Schema.NullOr(Schema.Int),
  deadLetters: Schema.NullOr(Schema.Int)
})
export type LivePulse = typeof LivePulse.Type

export class OperationApi extends HttpApiGroup.make("operation").add(
  HttpApiEndpoint.get("pipeline", "/v1/pipeline", { success: PipelineAnswer })
    .annotate(OpenApi.Description, "The pipelines that run, as graphs; how they fare is in /v1/status"),
  HttpApiEndpoint.get("alerts", "/v1/alerts", { success: AlertsAnswer, error: Unavailable })
    .annotate(OpenApi.Description, "Every alert that is kept by its newest version"),
  HttpApiEndpoint.get("alert", "/v1/alerts/:id", {
    params: { id: Schema.String },
    success: AlertAnswer,
    error: [NotFound, Unavailable]
  }).annotate(OpenApi.Description, "One alert, version by version"),
  HttpApiEndpoint.get("letters", "/v1/letters", {
    query: letterParameters,
    success: LettersAnswer,
    error: [BadRequest, Unavailable]
  }).annotate(OpenApi.Description, "Dead letters: counts by kind, sensor and time, and the newest of them"),
  HttpApiEndpoint.get("letter", "/v1/letters/:id", {
    params: { id: Schema.String },
    success: LetterAnswer,
    error: [NotFound, Unavailable]
  }).annotate(OpenApi.Description, "One dead letter with its payload"),
  HttpApiEndpoint.get("lineage", "/v1/lineage/:id", {
    params: { id: Schema.String },
    query: { direction: Schema.optionalKey(Schema.Literals(["backward", "forward"])) },
    success: LineageJson,
    error: [BadRequest, NotFound, Unavailable]
  }).annotate(
    OpenApi.Description,
    "What an output rests on (backward, the default), or what an input touched (forward)"
  ),
  HttpApiEndpoint.get("live", "/v1/live", {
    success: HttpApiSchema.StreamSse({ data: LivePulse }),
    error: Unavailable
  }).annotate(OpenApi.Description, "Server-sent events: a pulse every second, to 32 listeners at most")
) {}
