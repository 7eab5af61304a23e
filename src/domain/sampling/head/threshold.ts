/**
 * OpenTelemetry's consistent probability sampling: a trace is kept if its randomness is at or above a threshold, both 56-bit numbers.
 *
 * The 56 bits are held as their upper 24 and lower 32: a double is exact for each, a comparison costs one or two of them, and nothing is
 * allocated. The same threshold keeps the same traces on every machine, and a higher one keeps a subset of what a lower one keeps.
 */
import { traceIdOf } from "../../tracing/traceId.ts"

/** A number of 56 bits. As a threshold it may also be 2^56 (`high` = 2^24), which no randomness reaches: {@link never}. */
export interface Bits56 {
  /** The upper 24 bits. */
  readonly high: number
  /** The lower 32 bits, unsigned. */
  readonly low: number
}

export type Threshold = Bits56
export type Randomness = Bits56

const uuidLength = 36
const highRange = 2 ** 24
const lowRange = 2 ** 32
const range = 2 ** 56

/** Keeps everything: weight 1. */
export const always: Threshold = { high: 0, low: 0 }

/** Keeps nothing. It has no written form and no weight. */
export const never: Threshold = { high: highRange, low: 0 }

export const isNever = (threshold: Threshold): boolean => threshold.high >= highRange

/** Below 0 if `a` is less than `b`, above if it is more. Orders thresholds and randomness alike. */
export const compareBits = (a: Bits56, b: Bits56): number => a.high === b.high ? a.low - b.low : a.high - b.high

export const equalBits = (a: Bits56, b: Bits56): boolean => a.high === b.high && a.low === b.low

/** Whether this randomness is kept. */
export const isKept = (randomness: Randomness, threshold: Threshold): boolean =>
  keepsBits(threshold, randomness.high, randomness.low)

/** {@link isKept} for whoever holds the numbers. */
export const keepsBits = (threshold: Threshold, high24: number, low32: number): boolean =>
  high24 === threshold.high ? low32 >= threshold.low : high24 > threshold.high

/** The stricter of two: what passes both, and downstream's way of raising. */
export const maxThreshold = (a: Threshold, b: Threshold): Threshold => compareBits(a, b) >= 0 ? a : b

/** The more generous of two. */
export const minThreshold = (a: Threshold, b: Threshold): Threshold => compareBits(a, b) <= 0 ? a : b

/** Keeps with probability 1 - p where the other keeps with p; its own inverse. */
export const complement = ({ high, low }: Threshold): Threshold =>
  low === 0 ? { high: highRange - high, low: 0 } : { high: highRange - 1 - high, low: lowRange - low }

/** The least threshold that does not keep this randomness. */
export const above = ({ high, low }: Randomness): Threshold =>
  low === lowRange - 1 ? { high: high + 1, low: 0 } : { high, low: low + 1 }

/**
 * The threshold that keeps a share of `probability`, held to [0, 1] and rounded to a multiple of 2^-56; not a number keeps nothing.
 * Exact: the share of a double is a whole number of 2^-56 or is rounded to one, and only whole numbers are subtracted.
 */
export const thresholdOf = (probability: number): Threshold => {
  if (!(probability > 0)) return never
  const kept = Math.round(Math.min(1, probability) * range)
  const low = kept % lowRange
  const high = highRange - (kept - low) / lowRange
  return low === 0 ? { high, low } : { high: high - 1, low: lowRange - low }
}

/** The share that a threshold keeps, in [0, 1]. */
export const probabilityOf = ({ high, low }: Threshold): number => ((highRange - high) * lowRange - low) / range

/**
 * How many traces a kept one stands for: 1 / {@link probabilityOf}. Sums of it over what was kept estimate counts over all, without bias
 * and with variance (1 - p) / p² a trace. `Infinity` for {@link never}.
 */
export const adjustedCount = (threshold: Threshold): number => 1 / probabilityOf(threshold)

/** A share of what another threshold keeps: probabilities multiply. `probability` as in {@link thresholdOf}. */
export const proportional = (threshold: Threshold, probability: number): Threshold =>
  probability >= 1 ? threshold : thresholdOf(probabilityOf(threshold) * probability)

const toHex = (high: number, low: number): string =>
  high.toString(16).padStart(6, "0") + low.toString(16).padStart(8, "0")

/** As in `th`: 1 to 14 hex digits without trailing zeros, `0` for {@link always}. `undefined` for {@link never}. */
export const formatThreshold = (threshold: Threshold): string | undefined =>
  isNever(threshold) ? undefined : toHex(threshold.high, threshold.low).replace(/0{1,13}$/, "")

/** Reads a `th`: 1 to 14 lower-case hex digits, zeros understood after them. */
export const parseThreshold = (text: string): Threshold | undefined => {
  if (!/^[0-9a-f]{1,14}$/.test(text)) return undefined
  const digits = text.padEnd(14, "0")
  return { high: hexDigits(digits, 0, 6), low: hexDigits(digits, 6, 14) }
}

/** Reads an `rv`: exactly 14 lower-case hex digits. */
export const parseRandomness = (text: string): Randomness | undefined =>
  /^[0-9a-f]{14}$/.test(text) ? { high: hexDigits(text, 0, 6), low: hexDigits(text, 6, 14) } : undefined

/** As in `rv`. */
export const formatRandomness = ({ high, low }: Randomness): string => toHex(high, low)

/** The number that the hex digits from `start` to `end` (at most 13 of them) write. No allocation; the digits are not checked. */
const hexDigits = (text: string, start: number, end: number): number => {
  let value = 0
  for (let i = start; i < end; i++) {
    value = value * 16 + digitAt(text, i)
  }
  return value
}

/** The value of a hex digit: the low four bits of "0" are 0, of "a" and "A" are 1, and only letters have bit 6. */
const digitAt = (text: string, at: number): number => {
  const unit = text.charCodeAt(at)
  return (unit & 15) + 9 * (unit >> 6)
}

/** The upper 24 bits of the randomness of a trace id of 32 hex digits. */
export const traceIdHigh24 = (traceId: string): number => hexDigits(traceId, 18, 24)

/** The lower 32 bits of the randomness of a trace id of 32 hex digits. */
export const traceIdLow32 = (traceId: string): number => hexDigits(traceId, 24, 32)

/** The randomness of a trace id of 32 hex digits: its last 7 bytes, whether or not its flags say that they are random. */
export const randomnessOfTraceId = (traceId: string): Randomness => ({
  high: traceIdHigh24(traceId),
  low: traceIdLow32(traceId)
})

/**
 * {@link isKept} of a trace id of 32 hex digits, or of the UUID that it is without its dashes. The upper eight bits settle all but one case in 256,
 * so no more is read at first.
 */
export const keepsTraceId = (threshold: Threshold, id: string): boolean => {
  const at = id.length === uuidLength ? 21 : 18
  const top = (digitAt(id, at) << 4) | digitAt(id, at + 1)
  const limit = threshold.high >> 16
  if (top !== limit) return top > limit
  const traceId = traceIdOf(id)
  return keepsBits(threshold, traceIdHigh24(traceId), traceIdLow32(traceId))
}
