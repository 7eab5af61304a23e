/** A span as the trace backend holds it: OpenTelemetry's span in plain data, with the process and the instrumentation that it comes from. */
import type { Attributes, SpanData } from "../tracing/SpanData.ts"
import type { InstrumentationScope } from "./otlp/decodeSpan.ts"

export interface StoredSpan extends SpanData {
  readonly resource: Attributes
  readonly scope: InstrumentationScope
}

export const unknownService = "unknown_service"

/** The resource's `service.name`, which OpenTelemetry wants there; else the span's own. */
export const serviceOfSpan = ({ attributes, resource }: Pick<StoredSpan, "attributes" | "resource">): string => {
  const name = resource["service.name"] ?? attributes["service.name"]
  return typeof name === "string" && name !== "" ? name : unknownService
}
