/** The bodies that are not protobuf, made into it: OTLP's JSON and Zipkin's. The slow way in. */
import { toBinary } from "@bufbuild/protobuf"
import { Result } from "effect"
import { requestFromJson } from "../../../../domain/traces/otlp/jsonRequest.ts"
import { ExportTraceServiceRequestSchema } from "../../../../domain/traces/otlp/proto/traceService_pb.ts"
import { requestFromZipkin } from "../../../../domain/traces/otlp/zipkinRequest.ts"
import { CollectorRefusal } from "../Collector.ts"

export type Format = "protobuf" | "json" | "zipkin"

const readers = { json: requestFromJson, zipkin: requestFromZipkin }
const decoder = new TextDecoder("utf-8", { fatal: true })

const malformed = (message: string): CollectorRefusal => new CollectorRefusal({ reason: "Malformed", message })

export const toProtobuf = (bytes: Uint8Array, format: Format): Result.Result<Uint8Array, CollectorRefusal> => {
  if (format === "protobuf") return Result.succeed(bytes)
  return Result.try({ try: () => decoder.decode(bytes), catch: () => malformed("the JSON is not UTF-8") }).pipe(
    Result.flatMap((text) => Result.mapError(readers[format](text), ({ message }) => malformed(message))),
    Result.flatMap((request) =>
      Result.try({
        try: () => toBinary(ExportTraceServiceRequestSchema, request),
        // Text with half of a surrogate pair, which JSON can say and UTF-8 cannot.
        catch: (cause) => malformed(cause instanceof Error ? cause.message : String(cause))
      })
    )
  )
}
