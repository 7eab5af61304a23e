/** Nanoseconds as people and JSON have them: lengths such as `1.5ms`, and times since the Unix epoch as RFC 3339 with nine decimals. */
import { format, parse } from "../time/UtcTime.ts"

const units: ReadonlyArray<readonly [nanos: bigint, ...names: ReadonlyArray<string>]> = [
  [86_400_000_000_000n, "d"],
  [3_600_000_000_000n, "h"],
  [60_000_000_000n, "m"],
  [1_000_000_000n, "s"],
  [1_000_000n, "ms"],
  [1000n, "us", "µs", "μs"],
  [1n, "ns"]
]

/** Reads `200ms`, `1.5s`, `250us`: `undefined` for anything else. Zero is a length. What is finer than a nanosecond is cut off. */
export const parseNanos = (text: string): bigint | undefined => {
  const [, whole, fraction = "", name] = /^(\d{1,15})(?:\.(\d+))?\s*([a-zµμ]+)$/.exec(text.trim()) ?? []
  const unit = units.find(([, ...names]) => name !== undefined && names.includes(name))
  if (whole === undefined || unit === undefined) return undefined
  const decimals = fraction.slice(0, 18)
  return BigInt(whole) * unit[0] + BigInt(decimals === "" ? 0 : decimals) * unit[0] / 10n ** BigInt(decimals.length)
}

const shown = ["s", "ms", "µs"] as const

/** At most four digits and a unit: `1.52s`, `381ms`, `12.4µs`, `640ns`; from a minute on `2m05s`. */
export const nanosText = (nanos: bigint): string => {
  if (nanos < 0n) return `-${nanosText(-nanos)}`
  if (nanos >= 60_000_000_000n) {
    const seconds = nanos / 1_000_000_000n
    return `${seconds / 60n}m${String(seconds % 60n).padStart(2, "0")}s`
  }
  let size = 1e9
  for (const unit of shown) {
    if (Number(nanos) >= size) {
      const value = Number(nanos) / size
      return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)}${unit}`
    }
    size /= 1000
  }
  return `${nanos}ns`
}

/** RFC 3339, UTC, nine decimals. */
export const timeOfNanos = (nanos: bigint): string => {
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const [second] = format(Number((nanos - rest) / 1_000_000n)).split(/[.Z]/)
  return `${second}.${String(rest).padStart(9, "0")}Z`
}

/** Reads RFC 3339 to the nanosecond; `undefined` for what is no time. */
export const nanosOfTime = (text: string): bigint | undefined => {
  const [, fraction = ""] = /\.(\d+)/.exec(text) ?? []
  const second = parse(text.replace(/\.\d+/, ""))
  return second === undefined
    ? undefined
    : BigInt(Math.round(second)) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"))
}
