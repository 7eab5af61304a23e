/** What a question about lineage is answered with, and the same as JSON. The JSON's shape is a promise; fields may be added. */
import type { LineageStep } from "../stream/Envelope.ts"
import { format, type UtcTime } from "../time/UtcTime.ts"
import type { LineageEdge } from "./LineageRecord.ts"

export type LineageDirection = "backward" | "forward"

/** A node as far as it is known: of one that was only named as a parent, nothing but its id. */
export interface KnownNode {
  readonly id: string
  /** `unknown` when nobody said. */
  readonly kind: string
  readonly sourceId: string | undefined
  readonly sensorTimestamp: UtcTime | undefined
}

export interface MatchedNode extends KnownNode {
  /** Inputs there were, named or not; 0 where no record of its own is kept. */
  readonly inputCount: number
}

export interface ReachedNode extends KnownNode {
  /** Edges between it and the nearest match. */
  readonly depth: number
}

/** A step and the output that took it. */
export interface KnownStep extends LineageStep {
  readonly id: string
}

export interface LineageAnswer {
  /** What was asked for: an id, or a source. */
  readonly id: string
  readonly direction: LineageDirection
  /** The nodes that this is: one, all versions of an alert, or all that a source gave in a period. */
  readonly matched: ReadonlyArray<MatchedNode>
  /**
   * All inputs (backward) or outputs (forward), however many edges away; of a source the alerts alone. Nearest first, then by time and id.
   */
  readonly reached: ReadonlyArray<ReachedNode>
  /** Those walked, in order of child and parent. */
  readonly edges: ReadonlyArray<LineageEdge>
  /** Of the nodes above that have a record of their own, in the same order. */
  readonly steps: ReadonlyArray<KnownStep>
  /** There was more beyond the bounds of the walk. */
  readonly truncated: boolean
}

const nodeJson = ({ id, kind, sensorTimestamp, sourceId }: KnownNode) => ({
  id,
  kind,
  sourceId: sourceId ?? null,
  sensorTimestamp: sensorTimestamp === undefined ? null : format(sensorTimestamp)
})

const reachedJson = (node: ReachedNode) => Object.assign(nodeJson(node), { depth: node.depth })

export const lineageJson = (answer: LineageAnswer) => ({
  id: answer.id,
  direction: answer.direction,
  matched: answer.matched.map((node) => Object.assign(nodeJson(node), { inputCount: node.inputCount })),
  ...(answer.direction === "backward"
    ? { inputs: answer.reached.map(reachedJson) }
    : { outputs: answer.reached.map(reachedJson) }),
  steps: answer.steps.map(({ at, id, operator, parentCount, parents }) => ({
    id,
    operator,
    at: format(at),
    parents,
    parentCount
  })),
  edges: answer.edges.map(({ at, child, operator, parent }) => ({ child, parent, operator, at: format(at) })),
  truncated: answer.truncated
})
