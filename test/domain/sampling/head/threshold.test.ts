import { assert, describe, expect, it } from "@effect/vitest"
import {
  above,
  adjustedCount,
  always,
  type Bits56,
  compareBits,
  complement,
  formatRandomness,
  formatThreshold,
  isKept,
  isNever,
  keepsTraceId,
  maxThreshold,
  minThreshold,
  never,
  parseRandomness,
  parseThreshold,
  probabilityOf,
  proportional,
  randomnessOfTraceId,
  thresholdOf
} from "../../../../src/domain/sampling/head/threshold.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"

const range = 1n << 56n
const whole = ({ high, low }: Bits56): bigint => (BigInt(high) << 32n) + BigInt(low)
const bits = (value: bigint): Bits56 => ({ high: Number(value >> 32n), low: Number(value & 0xffffffffn) })
const uuidOf = (traceId: string): string => traceId.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")

const traceIdOf = (value: bigint): string => "4bf92f3577b34da6ff" + value.toString(16).padStart(14, "0")

const random = stream(7, "thresholds")
const randomBits = (): Bits56 => ({ high: random.uint32() >>> 8, low: random.uint32() })
const many = Array.from({ length: 2000 }, randomBits)

/** The exact value of a double in units of 2^-56, rounded half up: an oracle that only uses whole numbers. */
const exactly = (probability: number): bigint => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, probability)
  const word = view.getBigUint64(0)
  const exponent = Number((word >> 52n) & 0x7ffn)
  const mantissa = (word & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n)
  const shift = Math.max(exponent, 1) - 1075 + 56
  if (shift >= 0) return mantissa << BigInt(shift)
  return shift < -120 ? 0n : (mantissa + (1n << BigInt(-shift - 1))) >> BigInt(-shift)
}

describe("thresholdOf", () => {
  it.each([
    [1, "0"],
    [0.5, "8"],
    [0.25, "c"],
    [0.75, "4"],
    [0.01, "fd70a3d70a3d71"],
    [2 ** -56, "ffffffffffffff"],
    [2, "0"],
    [0, undefined],
    [-1, undefined],
    [2 ** -58, undefined],
    [Number.NaN, undefined]
  ])("%d is written %s", (probability, text) => {
    expect(formatThreshold(thresholdOf(probability))).toBe(text)
  })

  it("is exact to the last of 56 bits", () => {
    for (let i = 0; i < 5000; i++) {
      const probability = random.uniform() * 2 ** -random.integer(0, 50)
      assert.strictEqual(whole(thresholdOf(probability)), range - exactly(probability), String(probability))
    }
  })
})

describe("thresholds and randomness", () => {
  it("compares as the whole numbers do, from the halves and from the trace id, and nothing is lost in the last bit", () => {
    for (const threshold of [...many.slice(0, 200), always, never, bits(range - 1n)]) {
      const near = [whole(threshold) - 1n, whole(threshold), whole(threshold) + 1n].filter((n) => n >= 0n && n < range)
      for (const randomness of [...many.slice(0, 50).map(whole), ...near]) {
        const kept = randomness >= whole(threshold)
        assert.strictEqual(isKept(bits(randomness), threshold), kept)
        assert.strictEqual(keepsTraceId(threshold, traceIdOf(randomness)), kept)
        assert.strictEqual(keepsTraceId(threshold, traceIdOf(randomness).toUpperCase()), kept)
        assert.strictEqual(keepsTraceId(threshold, uuidOf(traceIdOf(randomness))), kept)
      }
    }
  })

  it("reads back what it writes", () => {
    for (const value of [...many, always, bits(1n), bits(range - 1n), bits(0xf0n << 44n)]) {
      const text = formatThreshold(value)
      assert.match(text ?? "", /^([0-9a-f]{0,13}[1-9a-f]|0)$/)
      assert.deepStrictEqual(parseThreshold(text ?? ""), value)
      assert.deepStrictEqual(parseRandomness(formatRandomness(value)), value)
      assert.deepStrictEqual(randomnessOfTraceId(traceIdOf(whole(value))), value)
    }
  })

  it.each(["", "g", "FD", "0x1", " 8", "123456789012345"])("a th of %j cannot be read", (text) => {
    expect(parseThreshold(text)).toBeUndefined()
  })

  it("values are compared, not texts: fourteen digits and four are the same", () => {
    expect(parseThreshold("c0000000000000")).toEqual(parseThreshold("c"))
  })

  it.each(["", "1234567890123", "123456789012345", "1234567890123G"])("an rv of %j cannot be read", (text) => {
    expect(parseRandomness(text)).toBeUndefined()
  })

  it("weights are the inverse of the share", () => {
    expect([always, thresholdOf(0.5), never].map(adjustedCount)).toEqual([1, 2, Infinity])
    assert.closeTo(adjustedCount(thresholdOf(0.01)), 100, 1e-12)
    for (const value of many) {
      const exact = Number(range - whole(value)) / 2 ** 56
      assert.closeTo(probabilityOf(value) / exact, 1, 1e-15)
    }
  })

  it("the complement keeps what the other share would, and is its own inverse", () => {
    expect([complement(always), complement(never)]).toEqual([never, always])
    for (const value of many) {
      assert.strictEqual(whole(complement(value)), range - whole(value))
      assert.deepStrictEqual(complement(complement(value)), value)
    }
  })

  it("the threshold above a randomness is the least that does not keep it", () => {
    for (const value of [...many, bits(0xffffffffn), bits(range - 1n)]) {
      assert.strictEqual(whole(above(value)), whole(value) + 1n)
    }
    expect(isNever(above(bits(range - 1n)))).toBe(true)
  })

  it("orders, bounds and multiplies", () => {
    for (let i = 1; i < many.length; i++) {
      const [a = always, b = always] = [many[i - 1], many[i]]
      assert.strictEqual(Math.sign(compareBits(a, b)), whole(a) < whole(b) ? -1 : whole(a) > whole(b) ? 1 : 0)
      assert.strictEqual(whole(maxThreshold(a, b)), whole(a) > whole(b) ? whole(a) : whole(b))
      assert.strictEqual(whole(minThreshold(a, b)), whole(a) < whole(b) ? whole(a) : whole(b))
    }
    expect(formatThreshold(proportional(thresholdOf(0.5), 0.5))).toBe("c")
    expect(proportional(thresholdOf(0.3), 1)).toEqual(thresholdOf(0.3))
  })
})
