/**
 * A record of the topic `spans`: one `ExportTraceServiceRequest` in protobuf, compressed with zstd (level 1) where that is worth a call, which
 * the header `content-encoding` tells. All its spans are sound: a collector has scanned it.
 */
import { Result } from "effect"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { OtlpMalformed } from "./OtlpMalformed.ts"

export const spansTopic = "spans"

/** The name of the header. */
const contentEncoding = "content-encoding"

/** Below this a call costs more than it saves. */
const compressedFrom = 512

/** A request uncompressed, as a collector takes it at most. */
export const mostRequestBytes = 64 * 1024 * 1024

export interface SpanRecord {
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

const plain = {}
const compressed = { [contentEncoding]: "zstd" }
/** Level 1 with a table that stays in the cache and longer matches: an eighth less CPU for a fortieth more bytes. */
const params = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_hashLog]: 13,
  [constants.ZSTD_c_minMatch]: 7
}

/** The library's output in one piece where it shrinks to an eighth, as OTLP does: pieces are put together by copying. */
const chunkFor = (bytes: number): number => Math.max(1024, Math.min(1 << 20, bytes >> 3))

/** The bytes may be used for something else afterwards: a short value is a copy (`slice` of a `Buffer` would be none). */
export const spanRecord = (request: Uint8Array): SpanRecord =>
  request.length < compressedFrom
    ? { value: new Uint8Array(request), headers: plain }
    : { value: zstdCompressSync(request, { params, chunkSize: chunkFor(request.length) }), headers: compressed }

/** Output in one piece, as a rule: pieces of zlib's default size and their joining cost more than half as much again. */
const chunkOf = (compressedBytes: number): number => Math.min(1 << 20, Math.max(1 << 14, compressedBytes * 12))

/** The request in a record. */
export const readSpanRecord = ({ headers, value }: SpanRecord): Result.Result<Uint8Array, OtlpMalformed> => {
  const encoding = headers[contentEncoding]
  if (encoding === undefined) return Result.succeed(value)
  return encoding === "zstd"
    ? Result.try({
      try: () => zstdDecompressSync(value, { maxOutputLength: mostRequestBytes, chunkSize: chunkOf(value.length) }),
      catch: (cause) => unreadable(cause instanceof Error ? cause.message : String(cause))
    })
    : Result.fail(unreadable(`content-encoding ${encoding}`))
}

const unreadable = (message: string): OtlpMalformed =>
  new OtlpMalformed({ reason: "Encoding", message: `a record of ${spansTopic} cannot be read: ${message}`, offset: 0 })
