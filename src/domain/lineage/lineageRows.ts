/**
 * Records as the rows of a graph, for every store alike: which rows a record gives, and which of two rows about one node holds. Both
 * depend on the records alone, so a store's answers do not depend on the order in which records came, nor on how often.
 */
import { alertKind, edgesOf, type LineageEdge, type LineageNode, type LineageRecord } from "./LineageRecord.ts"
import { encodeSteps } from "./storedSteps.ts"

/** How much a row knows: a parent that was only named, an input that was described, or an output with its own record. */
export const rowRank = { named: 0, described: 1, recorded: 2 } as const

export interface NodeRow {
  readonly id: string
  /** Empty when only named, as `source` is. */
  readonly kind: string
  readonly source: string
  /** Sensor timestamp, ms; `null` when only named. */
  readonly time: number | null
  readonly rank: number
  /** When its last step was taken, ms; 0 without steps. */
  readonly at: number
  readonly inputCount: number
  /** See storedSteps.ts; empty without a record. */
  readonly steps: string
}

export interface RecordRows {
  readonly nodes: ReadonlyArray<NodeRow>
  readonly edges: ReadonlyArray<LineageEdge>
  /** An alert's rows go last when room is made. */
  readonly pinned: boolean
}

const described = ({ id, kind, sensorTimestamp, sourceId }: LineageNode): NodeRow => ({
  id,
  kind,
  source: sourceId,
  time: sensorTimestamp,
  rank: rowRank.described,
  at: 0,
  inputCount: 0,
  steps: ""
})

const named = (id: string): NodeRow => ({
  id,
  kind: "",
  source: "",
  time: null,
  rank: rowRank.named,
  at: 0,
  inputCount: 0,
  steps: ""
})

export const rowsOf = (record: LineageRecord): RecordRows => {
  const { id, inputCount, inputs, kind, steps } = record
  const edges = edgesOf(record)
  const known = new Map(inputs.map((input) => [input.id, input] as const))
  const nodes: Array<NodeRow> = [{
    ...described(record),
    rank: rowRank.recorded,
    at: steps.at(-1)?.at ?? 0,
    inputCount,
    steps: encodeSteps(id, steps)
  }]
  for (const { parent } of edges) {
    const input = known.get(parent)
    nodes.push(input === undefined ? named(parent) : described(input))
  }
  return { nodes, edges, pinned: kind === alertKind }
}

const compared = ["rank", "at", "steps", "kind", "source", "time", "inputCount"] as const

/** Whether `next` takes the place of `held`: it knows more, or is later, or, for what is left, compares greater. A total order. */
export const supersedes = (next: NodeRow, held: NodeRow): boolean => {
  for (const field of compared) {
    const [a, b] = [next[field] ?? -Infinity, held[field] ?? -Infinity]
    if (a !== b) return a > b
  }
  return false
}

/** The same for two edges between one child and one parent. */
export const supersedesEdge = (
  next: Pick<LineageEdge, "at" | "operator">,
  held: Pick<LineageEdge, "at" | "operator">
): boolean => next.at === held.at ? next.operator > held.operator : next.at > held.at
