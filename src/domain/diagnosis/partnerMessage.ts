/** A message to whoever sends what cannot be used, ready to be sent: counts, times, what is wrong, one sample, what is expected. */
import type { Evidence } from "./Evidence.ts"

export const expected =
  "metres, metres a second, radians, UTC; time stamps not ahead of receipt; the published layouts (docs/formats.md)"

export const partnerMessage = ({ letters, samples, sources }: Evidence, sensor: string): string | null => {
  const view = sources?.sensors.find(({ sourceId }) => sourceId === sensor)
  const counts = Object.entries(letters?.bySensor[sensor] ?? {})
  const hint = view?.hints[0]
  if (counts.length === 0 && hint === undefined) return null
  const shown = letters?.deadLetters.filter(({ sensorId }) => sensorId === sensor) ?? []
  const sample = samples?.find(({ sensorId }) => sensorId === sensor)
  const first = shown.at(-1)
  return [
    `Subject: data of ${sensor} that we cannot use`,
    "",
    `We receive data of your sensor ${sensor} that we cannot use.`,
    ...(hint === undefined ? [] : [`What we see: ${sensor}: ${hint.text}. Since ${hint.since}.`]),
    ...(counts.length === 0 ? [] : [`Given up: ${counts.map(([kind, count]) => `${count} ${kind}`).join(", ")}.`]),
    ...(first === undefined ? [] : [`Reason of the newest: ${shown[0]?.message ?? first.message}`]),
    ...(sample === undefined ? [] : [`A sample (${sample.id}): ${sample.text}`]),
    `Expected: ${expected}.`,
    "We keep the records, and will process them again when we know how to read them."
  ].join("\n")
}
