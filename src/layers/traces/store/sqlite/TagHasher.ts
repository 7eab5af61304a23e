/**
 * What a search by `key=value` looks for, as 32-bit hashes of both texts. Attributes are hashed where they stand in a span's bytes; only lists, maps, bytes and
 * values that are not there are decoded first. Values are compared as the texts that `attributeText` makes.
 *
 * The hash is MurmurHash3's 32-bit mixing (Austin Appleby, public domain) over words of four bytes.
 */
import { Result } from "effect"
import { decodeResource, decodeSpan } from "../../../../domain/traces/otlp/decodeSpan.ts"
import { attributeText } from "../../../../domain/tracing/attributeText.ts"
import type { Attributes } from "../../../../domain/tracing/SpanData.ts"
import { attributeRow, attributeStride, type SpanView } from "./SpanView.ts"

const round = (hash: number, word: number): number => {
  const mixed = Math.imul((Math.imul(word, 0xcc9e2d51) << 15) | (Math.imul(word, 0xcc9e2d51) >>> 17), 0x1b873593)
  const next = hash ^ mixed
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0
}

/** The last step of a hash; also makes a second one of the first. */
export const finish = (hash: number): number => {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const hashBytes = (seed: number, bytes: Uint8Array, from: number, to: number): number => {
  let hash = seed
  let at = from
  for (; at + 4 <= to; at += 4) {
    hash = round(
      hash,
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
    )
  }
  let rest = to - from
  for (let shift = 0; at < to; at++, shift += 8) rest ^= (bytes[at] ?? 0) << (shift + 6)
  return round(hash, rest)
}

const keySeed = 0x9747b28c
const encoder = new TextEncoder()
const [yes, no] = [encoder.encode("true"), encoder.encode("false")]

const hashText = (seed: number, text: string): number => {
  const bytes = encoder.encode(text)
  return hashBytes(seed, bytes, 0, bytes.length)
}

/** As {@link TagHasher} finds it in a span. */
export const tagHash = (key: string, value: string): number => finish(hashText(hashText(keySeed, key), value))

/** Of an operation of a service. No attribute has an empty key. */
export const operationHash = (service: number, operation: number): number =>
  finish(round(round(0x51ed270b, service), operation))

/** The varint at a place as text. */
const integerText = (bytes: Uint8Array, at: number): string => {
  let low = 0n
  let shift = 0n
  for (let i = at; i < at + 10; i++) {
    const byte = bytes[i] ?? 0
    low |= BigInt(byte & 127) << shift
    shift += 7n
    if (byte < 128) break
  }
  return String(BigInt.asIntN(64, low))
}

const smallTexts = Array.from({ length: 16_384 }, (_, n) => encoder.encode(String(n)))
const scratch = new DataView(new ArrayBuffer(8))

const doubleText = (bytes: Uint8Array, at: number): string => {
  for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[at + i] ?? 0)
  return String(scratch.getFloat64(0, true))
}

/** Text, boolean, integer, double: what is read where it stands. */
const isPlain = (type: number): boolean => type >= 1 && type <= 4

/** The hash of the value in a row, going on from `seed`; `undefined` for what must be decoded. */
const hashValue = (view: SpanView, row: number, seed: number): number | undefined => {
  const { bytes, rows } = view
  const at = rows[row + attributeRow.value] ?? 0
  switch (rows[row + attributeRow.type]) {
    case 1:
      return hashBytes(seed, bytes, at, rows[row + attributeRow.valueEnd] ?? 0)
    case 2: {
      const text = bytes[at] === 0 ? no : yes
      return hashBytes(seed, text, 0, text.length)
    }
    case 3: {
      const first = bytes[at] ?? 0
      const second = bytes[at + 1] ?? 0
      const small = first < 128
        ? smallTexts[first]
        : second < 128
        ? smallTexts[(first & 127) | (second << 7)]
        : undefined
      return small === undefined ? hashText(seed, integerText(bytes, at)) : hashBytes(seed, small, 0, small.length)
    }
    case 4:
      return hashText(seed, doubleText(bytes, at))
    default:
      return undefined
  }
}

export const attributesOfSpan = (bytes: Uint8Array): Attributes =>
  Result.getOrElse(Result.map(decodeSpan(bytes), ({ attributes }) => attributes), () => ({}))

export const attributesOfResource = (bytes: Uint8Array): Attributes =>
  Result.getOrElse(decodeResource(bytes), () => ({}))

const keyText = (view: SpanView, row: number): string =>
  Buffer.from(view.bytes.buffer, view.bytes.byteOffset, view.bytes.length)
    .toString("utf8", view.rows[row + attributeRow.key], view.rows[row + attributeRow.keyEnd])

/** Gives the hash of each attribute of the view to `add`. `decode` is asked for the attributes if one must be decoded. */
export const hashAttributes = (
  view: SpanView,
  add: (hash: number) => void,
  decode: (bytes: Uint8Array) => Attributes
): void => {
  let decoded: Attributes | undefined
  const { bytes, rows } = view
  for (let row = 0; row < view.attributes * attributeStride; row += attributeStride) {
    const key = hashBytes(keySeed, bytes, rows[row + attributeRow.key] ?? 0, rows[row + attributeRow.keyEnd] ?? 0)
    const hash = hashValue(view, row, key)
    if (hash !== undefined) add(finish(hash))
    else {
      decoded ??= decode(bytes)
      add(finish(hashText(key, attributeText(decoded[keyText(view, row)] ?? ""))))
    }
  }
}

/** Whether the last attribute of this key has this value; `undefined` where there is none of the key. */
export const hasTag = (
  view: SpanView,
  key: Uint8Array,
  value: string,
  decode: (bytes: Uint8Array) => Attributes
): boolean | undefined => {
  const { bytes, rows } = view
  for (let row = (view.attributes - 1) * attributeStride; row >= 0; row -= attributeStride) {
    const from = rows[row + attributeRow.key] ?? 0
    if ((rows[row + attributeRow.keyEnd] ?? 0) - from !== key.length) continue
    let same = 0
    while (same < key.length && bytes[from + same] === key[same]) same++
    if (same < key.length) continue
    if (!isPlain(rows[row + attributeRow.type] ?? 0)) {
      return attributeText(decode(bytes)[keyText(view, row)] ?? "") === value
    }
    const at = rows[row + attributeRow.value] ?? 0
    switch (rows[row + attributeRow.type]) {
      case 1:
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
          .toString("utf8", at, rows[row + attributeRow.valueEnd]) === value
      case 2:
        return (bytes[at] === 0 ? "false" : "true") === value
      case 3:
        return integerText(bytes, at) === value
      default:
        return doubleText(bytes, at) === value
    }
  }
  return undefined
}
