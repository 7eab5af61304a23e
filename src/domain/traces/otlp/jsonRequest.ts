/**
 * OTLP's JSON: protobuf's JSON mapping, but ids are hex (in any case) and enums integers. Enums by name and fields in snake case, which the
 * mapping allows, are read too; unknown fields are passed over.
 */
import { fromJsonString } from "@bufbuild/protobuf"
import { Result } from "effect"
import { OtlpMalformed } from "./OtlpMalformed.ts"
import { type ExportTraceServiceRequest, ExportTraceServiceRequestSchema } from "./proto/traceService_pb.ts"

const none = new Uint8Array(0)

/** The library reads an id as base64, as the mapping says: back to the text, and that is hex. What is not becomes an id of no length. */
const hexOf = (id: Uint8Array): Uint8Array => {
  if (id.length === 0) return none
  const text = Buffer.from(id).toString("base64").replace(/=+$/, "")
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, "hex") : none
}

/** A parent that is no id must stay one byte at least, or its child would count as a root. */
const notAnId = Uint8Array.of(0)

const readIds = (request: ExportTraceServiceRequest): ExportTraceServiceRequest => {
  for (const { scopeSpans } of request.resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const span of spans) {
        span.traceId = hexOf(span.traceId)
        span.spanId = hexOf(span.spanId)
        if (span.parentSpanId.length > 0) {
          const parent = hexOf(span.parentSpanId)
          span.parentSpanId = parent.length > 0 ? parent : notAnId
        }
        for (const link of span.links) {
          link.traceId = hexOf(link.traceId)
          link.spanId = hexOf(link.spanId)
        }
      }
    }
  }
  return request
}

/** The request in a JSON text; the offset of a failure is not known. */
export const requestFromJson = (text: string): Result.Result<ExportTraceServiceRequest, OtlpMalformed> =>
  Result.try({
    try: () => readIds(fromJsonString(ExportTraceServiceRequestSchema, text, { ignoreUnknownFields: true })),
    catch: (cause) =>
      new OtlpMalformed({
        reason: "Json",
        message: `no OTLP in JSON: ${(cause instanceof Error ? cause.message : String(cause)).slice(0, 300)}`,
        offset: 0
      })
  })
