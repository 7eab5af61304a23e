/**
 * Trace and span ids: random, lower-case hex, never all zero.
 *
 * A block of random words is written as hex at once and cut: about 30 ns an id. The generator is xoshiro128** seeded by Effect's `Random`
 * when it is made, so that a seeded `Random` gives the same ids again and no id draws from it later.
 */
import { Effect, Random } from "effect"
import { Buffer } from "node:buffer"
import { xoshiro128 } from "../../domain/simulation/random.ts"

/** The span id that stands for "none": a parent that has it gives its trace, and no parent. */
export const noSpanId = "0".repeat(16)

export interface TraceIds {
  /** 32 digits. */
  readonly traceId: () => string
  /** 16 digits. */
  readonly spanId: () => string
}

/** Kept small: an id that is kept keeps the text of its block, twice as many bytes, alive. */
const blockBytes = 1024

export const makeTraceIds: Effect.Effect<TraceIds> = Effect.map(
  Effect.all([Random.nextInt, Random.nextInt, Random.nextInt, Random.nextInt]),
  ([a, b, c, d]) => {
    // `| 1`: the state must not be all zero.
    const random = xoshiro128(a | 1, b, c, d)
    const words = new Uint32Array(blockBytes / 4)
    const block = Buffer.from(words.buffer)
    let digits = ""
    let at = 0
    const refill = (): void => {
      // No word is zero, so no id is.
      for (let i = 0; i < words.length; i++) words[i] = random.uint32() || 1
      digits = block.toString("hex")
      at = 0
    }
    const take = (length: number): string => {
      if (at + length > digits.length) refill()
      at += length
      return digits.substring(at - length, at)
    }
    return { traceId: () => take(32), spanId: () => take(16) }
  }
)
