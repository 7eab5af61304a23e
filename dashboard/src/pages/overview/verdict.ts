/** Whether all is well, in words, and each reason against it with the page that shows more. */
import type { AnswerOf } from "../../data/api.ts"
import type { Status } from "../../parts/basics.tsx"
import { percent } from "../../parts/format.ts"

type StatusAnswer = AnswerOf<"/v1/status">

export interface Reason {
  readonly status: Exclude<Status, "unknown" | "ok">
  readonly text: string
  readonly href: string
}

const words = {
  ok: "Yes: nothing needs you.",
  degraded: "It works, but somebody should look.",
  failed: "No."
} as const

export const verdictOf = ({ budget, canaries, health, rates, sensors }: StatusAnswer) => {
  const reasons: Array<Reason> = [
    ...health.checks.filter(({ status }) => status !== "ok").map(({ name, reason, status }): Reason => ({
      status: status === "failed" ? "failed" : "degraded",
      text: `${name}: ${reason}`,
      href: name.startsWith("source ") ? "/sources" : "/pipeline"
    })),
    ...sensors.suspects.map(({ sourceId, text }): Reason => ({
      status: "degraded",
      text: `${sourceId}: ${text}`,
      href: `/sources#${sourceId}`
    })),
    ...budget.filter(({ remaining }) => remaining < 0.5).map(({ name, remaining }): Reason => ({
      status: remaining <= 0 ? "failed" : "degraded",
      text: `${name}: ${percent(Math.max(0, remaining))} of its error budget is left`,
      href: "/"
    })),
    ...(canaries.missed > 0
      ? [{ status: "degraded" as const, text: `${canaries.missed} canaries did not arrive`, href: "/pipeline" }]
      : []),
    ...(rates.bottleneck === null
      ? []
      : [{ status: "degraded" as const, text: `the others wait for stage ${rates.bottleneck}`, href: "/pipeline" }])
  ]
  const worst: keyof typeof words = reasons.some(({ status }) => status === "failed")
    ? "failed"
    : reasons.length > 0
    ? "degraded"
    : "ok"
  return { status: worst, word: words[worst], reasons }
}
