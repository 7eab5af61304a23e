/** Whether all spans of a trace are there, as far as anyone can say, and what that rests on. A root that ended is not a trace that is done. */
import { hasRemoteParent } from "../../sampling/tail/TraceSummary.ts"
import { counted } from "../../text/counted.ts"
import type { Completion } from "../TraceRecord.ts"
import type { SpanTree } from "./spanTree.ts"

export interface Completeness {
  readonly complete: boolean
  /** For a person. */
  readonly reason: string
}

const closed: Readonly<Record<Completion["reason"], string>> = {
  structure: "closed when it was quiet",
  root: "closed some time after its root ended",
  timeout: "closed when the longest wait was over",
  span_cap: "cut off at the most spans that a trace may have",
  byte_cap: "cut off at the most bytes that a trace may have",
  shutdown: "closed when the process that collected it stopped",
  unknown: "closed for a reason that was not written down"
}

const cutOff: ReadonlySet<Completion["reason"]> = new Set(["span_cap", "byte_cap", "shutdown"])

const missing = ({ brokenCycles, orphans, parents, spans }: SpanTree): ReadonlyArray<string> => {
  const orphaned = new Set(orphans)
  const roots = parents.flatMap((parent, place) => parent < 0 && !orphaned.has(place) ? [place] : [])
  const remote = orphans.filter((place) => {
    const span = spans[place]
    return span !== undefined && hasRemoteParent(span)
  }).length
  return [
    ...(roots.length === 0 ? ["no root came"] : []),
    ...(orphans.length === 0
      ? []
      : [
        `${counted(orphans.length, "span")} without the parent named${
          remote > 0 ? `, ${remote} of them from another process` : ""
        }`
      ]),
    ...(brokenCycles.size === 0 ? [] : [`${counted(brokenCycles.size, "cycle")} of parents cut`])
  ]
}

export const completeness = (tree: SpanTree, { reason, state }: Completion): Completeness => {
  const gaps = missing(tree)
  const structure = gaps.length === 0 ? "root and all parents are there" : gaps.join("; ")
  return state === "open"
    ? { complete: false, reason: `${structure}; more spans may come` }
    : { complete: gaps.length === 0 && !cutOff.has(reason), reason: `${structure}; ${closed[reason]}` }
}
