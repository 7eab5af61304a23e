/**
 * From the bytes of a request to the records that hold it: scanned, cut to limits, freed of rejected spans, dealt out over partitions, compressed.
 * All of it in one turn, so that the caller's buffer is free again afterwards. A request that keeps within the limits is never decoded.
 */
import { fromBinary, toBinary } from "@bufbuild/protobuf"
import { type Context, Result } from "effect"
import { type AttributeLimits, limitAttributes } from "../../../domain/traces/otlp/limitAttributes.ts"
import type { OtlpMalformed } from "../../../domain/traces/otlp/OtlpMalformed.ts"
import { ExportTraceServiceRequestSchema } from "../../../domain/traces/otlp/proto/traceService_pb.ts"
import { regroupSpans } from "../../../domain/traces/otlp/regroupSpans.ts"
import {
  resourceAt,
  resourceStride,
  spanAt,
  type SpanColumns,
  spanStride
} from "../../../domain/traces/otlp/SpanColumns.ts"
import { type SpanRecord, spanRecord } from "../../../domain/traces/otlp/spanRecord.ts"
import { SpanScanner } from "../../../domain/traces/otlp/SpanScanner.ts"
import { watchedKeys } from "../../../domain/traces/otlp/WatchedKeys.ts"
import { partitionForKey } from "../../log/partitioner.ts"
import { CollectorRefusal, type DroppedTraces } from "./Collector.ts"
import { type CollectorCounts, count } from "./CollectorCounts.ts"

export interface PrepareOptions {
  readonly limits: AttributeLimits
  /** Keys of attributes whose values nobody may see; with `*` at the end all that begin so. */
  readonly redact: ReadonlyArray<string>
  /** Of the topic. With more than one, a request is split by the partition of its traces. */
  readonly partitions: number
  /** A record's value at most. */
  readonly recordBytes: number
  readonly dropped: Context.Service.Shape<typeof DroppedTraces>
  /** Spans by service are wanted: there are rates to hold. */
  readonly services: boolean
}

export interface PreparedRecord extends SpanRecord {
  readonly partition: number | undefined
}

export interface PreparedRequest {
  readonly records: ReadonlyArray<PreparedRecord>
  readonly accepted: number
  readonly rejected: number
  readonly message: string
  /** Uncompressed. */
  readonly bytes: number
  readonly services: ReadonlyMap<string, number>
}

const noServices: ReadonlyMap<string, number> = new Map()

export type Prepare = (request: Uint8Array) => Result.Result<PreparedRequest, CollectorRefusal>

const refusal = ({ message, reason }: OtlpMalformed): CollectorRefusal =>
  new CollectorRefusal({ reason: reason === "TooManySpans" ? "TooLarge" : "Malformed", message })

const hexId = (words: Uint32Array, at: number): string => {
  let hex = ""
  for (let i = 0; i < 4; i++) hex += (words[at + i] ?? 0).toString(16).padStart(8, "0")
  return hex
}

const spansByService = (request: Uint8Array, columns: SpanColumns): ReadonlyMap<string, number> => {
  const byResource = new Uint32Array(columns.resources)
  for (let i = 0; i < columns.count; i++) {
    const resource = columns.words[i * spanStride + spanAt.resource] ?? 0
    byResource[resource] = (byResource[resource] ?? 0) + 1
  }
  const services = new Map<string, number>()
  byResource.forEach((spans, resource) => {
    const at = columns.resourceWords[resource * resourceStride + resourceAt.service] ?? 0
    const length = columns.resourceWords[resource * resourceStride + resourceAt.serviceLength] ?? 0
    count(services, Buffer.from(request.subarray(at, at + length)).toString("utf8"), spans)
  })
  return services
}

export const makePrepare = (options: PrepareOptions, counts: CollectorCounts): Prepare => {
  const { dropped, limits, partitions, recordBytes } = options
  const scanner = new SpanScanner({ watch: options.redact })
  const redacted = watchedKeys(options.redact)

  /** Written anew: what protobuf merges is merged, and attributes are within the limits. Scanned again, and watched keys are no surprise then. */
  const rewritten = (request: Uint8Array): Result.Result<Uint8Array, OtlpMalformed> => {
    const message = fromBinary(ExportTraceServiceRequestSchema, request)
    const touched = limitAttributes(message, limits, redacted)
    counts.truncated += touched.truncated
    counts.redacted += touched.redacted
    const bytes = toBinary(ExportTraceServiceRequestSchema, message)
    return Result.map(scanner.scan(bytes), () => bytes)
  }

  const mustBeRewritten = ({ longestKey, longestValue, mostAttributes, split, watched }: SpanColumns): boolean =>
    split || watched > 0 || mostAttributes > limits.attributes || longestKey > limits.keyBytes
    || longestValue > limits.valueBytes

  /** The records of one partition's spans; those of a span that fits none are counted and left out. */
  const fitting = (request: Uint8Array, partition: number | undefined): ReadonlyArray<PreparedRecord> => {
    const record = spanRecord(request)
    if (record.value.length <= recordBytes) return [{ ...record, partition }]
    const scanned = scanner.scan(request)
    if (Result.isFailure(scanned)) return []
    const columns = scanned.success
    if (columns.count === 1) {
      count(counts.rejected, "too_large", 1)
      return []
    }
    const half = (columns.count >> 1) * spanStride
    return regroupSpans(request, columns, 2, (row) => row < half ? 0 : 1)
      .flatMap((part) => part === undefined ? [] : fitting(part, partition))
  }

  const groupOf = (columns: SpanColumns) => (row: number): number => {
    if (dropped?.has(columns.words, row + spanAt.traceId) === true) {
      counts.discarded++
      return -1
    }
    return partitions === 1 ? 0 : partitionForKey(hexId(columns.words, row + spanAt.traceId), partitions)
  }

  return (given) => {
    const first = scanner.scan(given)
    if (Result.isFailure(first)) return Result.fail(refusal(first.failure))
    const { columns } = scanner
    let request = given
    if (mustBeRewritten(columns)) {
      const again = rewritten(given)
      if (Result.isFailure(again)) return Result.fail(refusal(again.failure))
      request = again.success
    }
    const faults = new Map<string, number>()
    for (const { fault } of columns.rejected) {
      count(counts.rejected, fault, 1)
      count(faults, fault, 1)
    }
    const rejectedIds = columns.rejected.length
    const sound = columns.count
    const services = options.services ? spansByService(request, columns) : noServices
    const tooLargeBefore = counts.rejected.get("too_large") ?? 0
    const parts = rejectedIds === 0 && partitions === 1 && dropped === undefined
      ? [sound === 0 ? undefined : request]
      : regroupSpans(request, columns, partitions, groupOf(columns))
    const records = parts.flatMap((part, partition) =>
      part === undefined ? [] : fitting(part, partitions === 1 ? undefined : partition)
    )
    const tooLarge = (counts.rejected.get("too_large") ?? 0) - tooLargeBefore
    count(faults, "too_large", tooLarge)
    return Result.succeed({
      records,
      accepted: sound - tooLarge,
      rejected: rejectedIds + tooLarge,
      message: Array.from(faults, ([fault, spans]) => `${spans} rejected: ${faultTexts[fault] ?? fault}`).join("; "),
      bytes: given.length,
      services
    })
  }
}

const faultTexts: Readonly<Record<string, string>> = {
  trace_id: "a trace id is 16 bytes (32 hex digits), not all zero",
  span_id: "a span id is 8 bytes (16 hex digits), not all zero",
  parent_span_id: "a parent span id is 8 bytes (16 hex digits) or absent",
  too_large: "the span is larger than a record of the log"
}
