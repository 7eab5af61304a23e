/**
 * A body as its `content-encoding` says, never more than the limit: small results at once on this thread, larger ones on Node's pool, which gives up as
 * soon as the limit is passed. A bomb costs at most the limit in memory.
 */
import { Effect, Predicate } from "effect"
import { gunzip, gunzipSync, zstdDecompress, zstdDecompressSync } from "node:zlib"
import { CollectorRefusal } from "../Collector.ts"

/** Results up to this size are made at once. */
const atOnce = 2 * 2 ** 20

type Encoding = "gzip" | "zstd"

const isEncoding = (name: string): name is Encoding => name === "gzip" || name === "zstd"

const isTooLarge = (cause: unknown): boolean =>
  Predicate.hasProperty(cause, "code") && cause.code === "ERR_BUFFER_TOO_LARGE"

const refusalOf = (encoding: Encoding, cause: unknown, limit: number): CollectorRefusal =>
  isTooLarge(cause)
    ? new CollectorRefusal({ reason: "TooLarge", message: `the body is larger than ${limit} bytes once unpacked` })
    : new CollectorRefusal({
      reason: "Malformed",
      message: `the body is no ${encoding}: ${cause instanceof Error ? cause.message : String(cause)}`
    })

/** The size that a gzip's last bytes claim; 0 if there are none. A hint, no more. */
const claimedSize = (bytes: Uint8Array): number => {
  const at = bytes.length - 4
  return at < 14 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true)
}

/** `undefined` for an encoding that needs nothing; the refusal of one that is not known is `Unsupported`. */
export const decompress = (
  bytes: Uint8Array,
  encoding: string | undefined,
  limit: number
): Effect.Effect<Uint8Array, CollectorRefusal> => {
  const name = encoding?.trim().toLowerCase() ?? ""
  if (name === "" || name === "identity") return Effect.succeed(bytes)
  if (!isEncoding(name)) {
    return Effect.fail(
      new CollectorRefusal({
        reason: "Unsupported",
        message: `content-encoding ${name} is none of gzip, zstd, identity`
      })
    )
  }
  const now = name === "gzip" ? gunzipSync : zstdDecompressSync
  const options = { maxOutputLength: limit, chunkSize: 256 * 1024 }
  const claimed = name === "gzip" ? claimedSize(bytes) : 0
  const chunkSize = Math.max(16_384, Math.min(claimed + 1, atOnce))
  return Effect.suspend(() => {
    try {
      return Effect.succeed(now(bytes, { maxOutputLength: Math.min(atOnce, limit), chunkSize }))
    } catch (cause) {
      if (!isTooLarge(cause) || limit <= atOnce) return Effect.fail(refusalOf(name, cause, limit))
    }
    return Effect.callback<Uint8Array, CollectorRefusal>((resume) => {
      const done = (cause: Error | null, result: Uint8Array): void =>
        resume(cause === null ? Effect.succeed(result) : Effect.fail(refusalOf(name, cause, limit)))
      if (name === "gzip") gunzip(bytes, options, done)
      else zstdDecompress(bytes, options, done)
    })
  })
}
