/**
 * Seeded random numbers: xoshiro128** 1.1 (Blackman and Vigna), its state filled by splitmix64 (Steele, Lea and Flood).
 *
 * Streams are named: `stream(seed, "radar-1", "noise")` gives the same numbers whatever else draws, so that one more sensor or
 * one fewer fault leaves all other frames as they were. Not for secrets.
 */

/** One stream of random numbers. State: 128 bits and one spare normal deviate. */
export interface Random {
  /** Uniform on [0, 2^32), an integer. */
  uint32(): number
  /** Uniform on [0, 1), 32 bits of resolution. */
  uniform(): number
  /** Uniform on [low, high). */
  between(low: number, high: number): number
  /** Uniform on the integers low to high, both included. */
  integer(low: number, high: number): number
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number
}

const mask64 = (1n << 64n) - 1n

/** The next output of splitmix64 for a state, and the state after it. */
export const splitmix64 = (state: bigint): readonly [output: bigint, state: bigint] => {
  const next = (state + 0x9e3779b97f4a7c15n) & mask64
  let z = next
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64
  return [z ^ (z >> 31n), next]
}

const rotateLeft = (x: number, k: number): number => (x << k) | (x >>> (32 - k))

/** xoshiro128** from its four 32-bit words of state, which must not all be zero. */
export const xoshiro128 = (a: number, b: number, c: number, d: number): Random => {
  let [s0, s1, s2, s3] = [a | 0, b | 0, c | 0, d | 0]
  let spare = Number.NaN

  const uint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
    const t = s1 << 9
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = rotateLeft(s3, 11)
    return result
  }
  const uniform = (): number => uint32() / 4294967296
  // Box and Muller's transform; 1 - uniform() keeps the logarithm's argument above zero.
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare
      spare = Number.NaN
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  return {
    uint32,
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (low, high) => low + Math.floor((high - low + 1) * uniform()),
    normal
  }
}

/** 64-bit FNV-1a of the UTF-16 code units of a text. */
const fnv1a = (text: string): bigint => {
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) {
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & mask64
  }
  return hash
}

const word = (value: bigint, shift: bigint): number => Number((value >> shift) & 0xffffffffn)

/** The stream of a seed (any safe integer) under a name. */
export const stream = (seed: number, ...name: ReadonlyArray<string | number>): Random => {
  const [mixed] = splitmix64(BigInt.asUintN(64, BigInt(Math.trunc(seed))))
  const [first, state] = splitmix64(mixed ^ fnv1a(name.join("\u0000")))
  const [second] = splitmix64(state)
  // Two successive outputs of splitmix64 differ, so not all words are zero.
  return xoshiro128(word(first, 0n), word(first, 32n), word(second, 0n), word(second, 32n))
}
