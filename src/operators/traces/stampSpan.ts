/** Writes into a kept span the threshold that it was kept with, in its bytes: `th` of its `tracestate`. */
import { consistentThreshold, withThreshold } from "../../domain/sampling/head/otMember.ts"
import {
  always,
  equalBits,
  isNever,
  maxThreshold,
  type Randomness,
  type Threshold
} from "../../domain/sampling/head/threshold.ts"

/** Field 3 of a span. */
const traceStateTag = 26

const varintLength = (value: number): number => value < 128 ? 1 : 1 + varintLength(Math.floor(value / 128))

const readVarint = (bytes: Uint8Array, at: number): readonly [value: number, next: number] => {
  let value = 0
  for (let scale = 1, i = at; i < bytes.length; scale *= 128) {
    const byte = bytes[i++] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return [value, i]
  }
  return [value, bytes.length]
}

/** Where the last `tracestate` stands: its tag, its text, its end. */
const findTraceState = (bytes: Uint8Array): readonly [tag: number, text: number, end: number] | undefined => {
  let found: readonly [number, number, number] | undefined
  for (let at = 0; at < bytes.length;) {
    const [tag, next] = readVarint(bytes, at)
    const type = tag & 7
    if (type === 2) {
      const [length, text] = readVarint(bytes, next)
      if (tag === traceStateTag) found = [at, text, text + length]
      at = text + length
    } else at = type === 0 ? readVarint(bytes, next)[1] : next + (type === 1 ? 8 : 4)
  }
  return found
}

/**
 * The greater of the span's own threshold and `effective`. A span without one counted as one of one: it was not sampled before. One whose own cannot be trusted
 * stays as it is: how many it stands for is unknown.
 */
export const stampSpan = (bytes: Uint8Array, randomness: Randomness, effective: Threshold): Uint8Array => {
  if (equalBits(effective, always) || isNever(effective)) return bytes
  const place = findTraceState(bytes)
  const text = place === undefined
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8", place[1], place[2])
  const written = consistentThreshold(text, randomness)
  if (written === undefined && text !== undefined && /(?:^|,)[ \t]*ot=[^,]*th:/.test(text)) return bytes
  const threshold = maxThreshold(written ?? always, effective)
  if (written !== undefined && equalBits(written, threshold)) return bytes
  const state = Buffer.from(withThreshold(text, threshold) ?? "")
  const [from, , to] = place ?? [bytes.length, 0, bytes.length]
  const stamped = Buffer.alloc(bytes.length - (to - from) + 1 + varintLength(state.length) + state.length)
  stamped.set(bytes.subarray(0, from))
  stamped.set(bytes.subarray(to), from)
  let at = bytes.length - (to - from)
  stamped[at++] = traceStateTag
  let rest = state.length
  for (; rest > 127; rest = Math.floor(rest / 128)) stamped[at++] = (rest & 127) | 128
  stamped[at++] = rest
  stamped.set(state, at)
  return stamped
}
