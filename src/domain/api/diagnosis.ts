/** `/v1/diagnosis`: what is wrong, by the evidence that the run has of itself. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Diagnosis, Symptom } from "../diagnosis/Diagnosis.ts"
import { BadRequest } from "./apiErrors.ts"

export class DiagnosisApi extends HttpApiGroup.make("diagnosis").add(
  HttpApiEndpoint.get("diagnosis", "/v1/diagnosis", {
    query: {
      symptom: Schema.optionalKey(Symptom),
      id: Schema.optionalKey(Schema.String.annotate({ description: "With wrong-alert: the alert" }))
    },
    success: Diagnosis,
    error: BadRequest
  }).annotate(
    OpenApi.Description,
    "What is wrong: steps in the order metrics, lineage, traces, and a conclusion: a cause, healthy, or that one cannot tell"
  )
) {}
