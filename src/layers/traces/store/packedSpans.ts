/** The encoded spans of a trace in one text, for stores and caches that hold texts. */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib"
import type { EncodedSpan } from "../../../domain/traces/otlp/decodeStored.ts"

/** Lengths of 4 bytes before each part; a resource or scope that is the one before is written as empty with length 2^32-1. */
const same = 0xffffffff

/** Spans of a trace as one text: compressed, in base 64. */
export const packSpans = (parts: ReadonlyArray<EncodedSpan>): string => {
  const chunks: Array<Uint8Array> = []
  const length = (value: number): void => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    chunks.push(bytes)
  }
  let before: EncodedSpan | undefined
  for (const part of parts) {
    for (
      const [bytes, held] of [[part.resource, before?.resource], [part.scope, before?.scope], [
        part.span,
        undefined
      ]] as const
    ) {
      if (held !== undefined && Buffer.compare(bytes, held) === 0) length(same)
      else {
        length(bytes.length)
        chunks.push(bytes)
      }
    }
    before = part
  }
  return zstdCompressSync(Buffer.concat(chunks)).toString("base64")
}

/** What {@link packSpans} packed. */
export const unpackSpans = (packed: string): ReadonlyArray<EncodedSpan> => {
  if (packed === "") return []
  const bytes = zstdDecompressSync(Buffer.from(packed, "base64"))
  const parts: Array<EncodedSpan> = []
  let at = 0
  const next = (held: Uint8Array): Uint8Array => {
    const length = bytes.readUInt32LE(at)
    at += 4
    if (length === same) return held
    at += length
    return bytes.subarray(at - length, at)
  }
  let last: EncodedSpan = { resource: new Uint8Array(), scope: new Uint8Array(), span: new Uint8Array() }
  while (at < bytes.length) {
    last = { resource: next(last.resource), scope: next(last.scope), span: next(last.span) }
    parts.push(last)
  }
  return parts
}
