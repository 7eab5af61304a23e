/** Lengths of time as a person writes them. */

const units: ReadonlyArray<readonly [millis: number, ...names: ReadonlyArray<string>]> = [
  [86_400_000, "d", "day", "days"],
  [3_600_000, "h", "hour", "hours"],
  [60_000, "m", "minute", "minutes"],
  [1000, "s", "second", "seconds"],
  [1, "ms", "milli", "millis", "millisecond", "milliseconds"]
]

/**
 * Reads `20s`, `10m`, `1.5h`, and the longer `20 seconds` or `250 millis`: milliseconds, or `undefined` for anything else and for nothing
 * or less.
 */
export const parseDuration = (text: string): number | undefined => {
  const [, digits, name] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? []
  const unit = name === undefined ? undefined : units.find(([, ...names]) => names.includes(name))
  const millis = Number(digits) * (unit?.[0] ?? 0)
  return millis > 0 && millis < Infinity ? millis : undefined
}

/** The shortest that {@link parseDuration} reads back as the same number. `millis` is above 0. */
export const formatDuration = (millis: number): string => {
  const [size, name] = units.find(([size]) => millis % size === 0) ?? [1, "ms"]
  return `${millis / size}${name}`
}
