/** Figures for people: with units, with as many digits as they deserve. */

const fixed = (value: number, digits: number): string => value.toFixed(digits)

/** `12`, `1.2 k`, `3.4 M`. */
export const count = (value: number): string => {
  const size = Math.abs(value)
  if (size < 10_000) return Number.isInteger(value) ? String(value) : fixed(value, size < 10 ? 1 : 0)
  if (size < 1e6) return `${fixed(value / 1e3, size < 1e5 ? 1 : 0)} k`
  if (size < 1e9) return `${fixed(value / 1e6, size < 1e7 ? 2 : 1)} M`
  return `${fixed(value / 1e9, 2)} G`
}

export const rate = (perSecond: number): string =>
  `${perSecond > 0 && perSecond < 10 ? fixed(perSecond, perSecond < 0.1 ? 2 : 1) : count(Math.round(perSecond))}/s`

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? `${fixed(share * 100, 1)} %` : `${Math.round(share * 100)} %`

/** Nanoseconds up to days, three digits. */
export const duration = (millis: number): string => {
  const size = Math.abs(millis)
  const three = (value: number) => fixed(value, Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)
  if (size === 0) return "0 ms"
  if (size < 0.001) return `${Math.round(millis * 1e6)} ns`
  if (size < 1) return `${three(millis * 1e3)} µs`
  if (size < 1000) return `${three(millis)} ms`
  if (size < 60_000) return `${three(millis / 1000)} s`
  if (size < 3_600_000) return `${Math.floor(millis / 60_000)} min ${Math.round(millis / 1000) % 60} s`
  if (size < 86_400_000) return `${Math.floor(millis / 3_600_000)} h ${Math.round(millis / 60_000) % 60} min`
  return `${Math.floor(millis / 86_400_000)} d ${Math.round(millis / 3_600_000) % 24} h`
}

/** One unit, rounded down: `12 s`, `3 min`. */
const roughly = (millis: number): string => {
  const size = Math.abs(millis)
  if (size < 60_000) return `${Math.floor(size / 1000)} s`
  if (size < 3_600_000) return `${Math.floor(size / 60_000)} min`
  if (size < 86_400_000) return `${Math.floor(size / 3_600_000)} h`
  return `${Math.floor(size / 86_400_000)} d`
}

/** `12 s ago`, `in 3 min`. */
export const relative = (time: number, now: number): string => {
  const past = now - time
  return Math.abs(past) < 1000 ? "now" : past > 0 ? `${roughly(past)} ago` : `in ${roughly(past)}`
}

const two = (value: number): string => String(value).padStart(2, "0")

/** UTC; the date only where it is not today's. */
export const utc = (time: number, now: number): string => {
  const at = new Date(time)
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}Z`
  const day = at.toISOString().slice(0, 10)
  return day === new Date(now).toISOString().slice(0, 10) ? clock : `${day} ${clock}`
}

/** A distance, metres: `873 m`, `12.4 km`. */
export const metres = (value: number): string => {
  const size = Math.abs(value)
  return size < 1000 ? `${fixed(value, size < 100 ? 1 : 0)} m` : `${fixed(value / 1000, size < 10_000 ? 2 : 1)} km`
}

/** Below this a probability is no more than a way to say "not". */
const leastProbability = 1e-20

/** `1.2e-4`; what cannot be told is told. */
export const probability = (value: number | null | undefined): string =>
  value === null || value === undefined
    ? "none"
    : value === 0
    ? "0"
    : value < leastProbability
    ? "under 1e-20"
    : value.toExponential(1)

export const bytes = (value: number): string =>
  value < 1024
    ? `${value} B`
    : value < 1_048_576
    ? `${fixed(value / 1024, 1)} KiB`
    : `${fixed(value / 1_048_576, 1)} MiB`

/** An id on sight: its first eight characters. */
export const short = (id: string): string => id.length > 14 && !id.includes(" ") ? `${id.slice(0, 8)}…` : id

/** A hue, degrees, that a stage or a service keeps on all pages: by its name, spread by the golden angle. */
export const hue = (name: string): number => {
  let hash = 2166136261
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619) >>> 0
  return Math.round((hash % 1024) * 137.508) % 360
}
