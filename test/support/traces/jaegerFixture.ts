/** The traces that a Jaeger was sent, and what it answered: see the README of the shared data. */
import { toBinary } from "@bufbuild/protobuf"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import type { EncodedSpan } from "../../../src/domain/traces/otlp/decodeStored.ts"
import { requestFromJson } from "../../../src/domain/traces/otlp/jsonRequest.ts"
import { InstrumentationScopeSchema } from "../../../src/domain/traces/otlp/proto/common_pb.ts"
import { ResourceSchema } from "../../../src/domain/traces/otlp/proto/resource_pb.ts"
import { SpanSchema } from "../../../src/domain/traces/otlp/proto/trace_pb.ts"
import type { TraceWrite } from "../../../src/layers/traces/store/TraceStore.ts"
import { sharedData } from "../sharedData.ts"
import { kept } from "./storedSpans.ts"

export const jaegerData = sharedData("jaeger")

/** One write per trace of the fixture. */
export const fixtureWrites = (directory: string): ReadonlyArray<TraceWrite> => {
  const request = Result.getOrThrow(requestFromJson(readFileSync(`${directory}/fixture.otlp.json`, "utf8")))
  const parts = new Map<string, Array<EncodedSpan>>()
  for (const { resource, scopeSpans } of request.resourceSpans) {
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) {
        const traceId = Buffer.from(span.traceId).toString("hex")
        const encoded = {
          resource: resource === undefined ? new Uint8Array() : toBinary(ResourceSchema, resource),
          scope: scope === undefined ? new Uint8Array() : toBinary(InstrumentationScopeSchema, scope),
          span: toBinary(SpanSchema, span)
        }
        const held = parts.get(traceId)
        if (held === undefined) parts.set(traceId, [encoded])
        else held.push(encoded)
      }
    }
  }
  return Array.from(parts, ([traceId, of]) => ({
    traceId,
    revision: 1,
    decision: kept,
    completion: { state: "partial", reason: "timeout" },
    parts: of
  }))
}

/** What Jaeger answered: the request's path with its query, status, body. */
export const recordedAnswer = (directory: string, name: string) => {
  const [request = "", status = ""] = readFileSync(`${directory}/${name}.http`, "utf8").split("\n")
  const [url = "", ...data] = request.replace(/^-G /, "").split(" --data-urlencode ")
  const query = data.map((pair) => {
    const at = pair.indexOf("=")
    return `${pair.slice(0, at)}=${encodeURIComponent(pair.slice(at + 1))}`
  }).join("&")
  const body: unknown = JSON.parse(readFileSync(`${directory}/${name}.json`, "utf8"))
  return {
    path: url.replace(/^https?:\/\/[^/]+/, "") + (query === "" ? "" : `?${query}`),
    status: Number.parseInt(status, 10),
    body
  }
}
