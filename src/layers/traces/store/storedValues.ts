/** Values of traces as the columns and fields of databases hold them. */
import { createHash } from "node:crypto"
import type { EncodedSpan } from "../../../domain/traces/otlp/decodeStored.ts"

const largest = 2n ** 63n - 1n

/** OTLP's times are unsigned. */
export const bigintOf = (nanos: bigint): bigint => nanos > largest ? largest : nanos

/** Text columns hold no character 0. */
export const textOf = (text: string): string => text.replaceAll("\u0000", "\ufffd")

export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"))

export const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")

const digest = (...parts: ReadonlyArray<Uint8Array | string>): Buffer => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest()
}

/** What a search compares of an attribute. */
export const tagHash = (key: string, text: string): bigint => digest(key, text).readBigInt64BE(0)

/** Names a resource and a scope by what they hold. */
export const resourceHash = ({ resource, scope }: EncodedSpan): Uint8Array =>
  new Uint8Array(digest(resource, scope).subarray(0, 16))

/** Names a span by all that it holds: what comes again is the same. */
export const contentHash = ({ resource, scope, span }: EncodedSpan): Uint8Array =>
  new Uint8Array(digest(resource, scope, span).subarray(0, 16))
