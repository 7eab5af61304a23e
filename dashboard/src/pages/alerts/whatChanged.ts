/** What one version of an alert says that the one before did not, in words. */
import type { AnswerOf } from "../../data/api.ts"
import { metres, probability, relative } from "../../parts/format.ts"

type Version = AnswerOf<"/v1/alerts/:id">["versions"][number]

export const whatChanged = (now: Version, before: Version | undefined): string => {
  if (before === undefined) return "raised"
  const parts: Array<string> = []
  if (now.level !== before.level) parts.push(`level ${before.level} → ${now.level}`)
  if (now.validity !== before.validity) parts.push(`${before.validity} → ${now.validity}`)
  const miss = now.missDistanceMetres - before.missDistanceMetres
  if (Math.abs(miss) > 0.05 * now.missDistanceSigmaMetres || Math.abs(miss) > 1) {
    parts.push(`miss ${miss > 0 ? "+" : "−"}${metres(Math.abs(miss))}`)
  }
  const sigma = now.missDistanceSigmaMetres / before.missDistanceSigmaMetres
  if (Number.isFinite(sigma) && Math.abs(sigma - 1) > 0.02) {
    parts.push(`1σ ${metres(before.missDistanceSigmaMetres)} → ${metres(now.missDistanceSigmaMetres)}`)
  }
  if (now.pc !== before.pc) parts.push(`Pc ${probability(before.pc)} → ${probability(now.pc)}`)
  const newer = Date.parse(now.observedUntil) - Date.parse(before.observedUntil)
  const cause = newer > 0
    ? `an observation ${relative(0, newer).replace(" ago", "")} newer`
    : now.final && !before.final
    ? "no older observation can come: it is final"
    : "the same observations"
  return `${cause}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`
}
