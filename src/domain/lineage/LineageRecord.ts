/**
 * What one output leaves behind of where it came from: itself, the steps that made it, and its inputs.
 *
 * Records make a graph. Its nodes are outputs and inputs by id; an edge goes from a child to a parent, with the operator that joined them
 * and when. Everything here is bounded: a step names at most {@link mostParents} parents, a record at most {@link mostInputs} inputs, and
 * each carries the exact count.
 */
import { type EventContext, type LineageNode, type LineageStep, lineageSteps } from "../stream/Envelope.ts"
import type { UtcTime } from "../time/UtcTime.ts"

export { type LineageNode } from "../stream/Envelope.ts"

/** Parents that a step names. */
export const mostParents = 4

/** Inputs that a record names: the first, the last and 16 more, as a set of contributors holds them. */
export const mostInputs = 18

/** The kind whose records are kept whatever the ratio, and whose ids are versions: see {@link alertVersionId}. */
export const alertKind = "alert"

export interface LineageRecord extends LineageNode {
  /** In the order in which they were taken. */
  readonly steps: ReadonlyArray<LineageStep>
  readonly inputs: ReadonlyArray<LineageNode>
  /** Inputs there were, named or not. */
  readonly inputCount: number
}

export interface LineageEdge {
  readonly child: string
  readonly parent: string
  readonly operator: string
  readonly at: UtcTime
}

/** The id of one version of an alert; the alert's own id finds all its versions. */
export const alertVersionId = (alertId: string, sequence: number): string => `${alertId}/${sequence}`

/** The event of a context, `observation` unless it is said to be something else. */
export const lineageNode = (context: EventContext, kind = "observation"): LineageNode => ({
  id: context.id,
  kind,
  sourceId: context.sourceId,
  sensorTimestamp: context.eventTime
})

/**
 * The record of an output: source, time and steps are those of its context, its id too unless another is given. The first
 * {@link mostInputs} inputs are named. Without `inputs` the output is its own event further on, as an observation at its last stage is.
 */
export const lineageRecord = (
  { context, id = context.id, inputCount, inputs = [], kind }: {
    readonly kind: string
    readonly context: EventContext
    readonly id?: string
    readonly inputs?: ReadonlyArray<LineageNode>
    readonly inputCount?: number
  }
): LineageRecord => ({
  id,
  kind,
  sourceId: context.sourceId,
  sensorTimestamp: context.eventTime,
  steps: lineageSteps(context.lineage ?? "source").map(({ at, operator, parentCount, parents }) => ({
    operator,
    at,
    parents,
    parentCount
  })),
  inputs: inputs.length > mostInputs ? inputs.slice(0, mostInputs) : inputs,
  inputCount: inputCount ?? inputs.length
})

/**
 * The edges of a record, one per parent: the last step that names a parent joined them; an input that no step names was joined by
 * the last step of all. A step whose parent is the output itself (the same event one stage on) makes no edge.
 */
export const edgesOf = (record: LineageRecord): ReadonlyArray<LineageEdge> => {
  const { id: child, inputs, kind, sensorTimestamp, steps } = record
  const edges = new Map<string, LineageEdge>()
  const last = steps.at(-1)
  for (const { id } of inputs) {
    edges.set(id, { child, parent: id, operator: last?.operator ?? kind, at: last?.at ?? sensorTimestamp })
  }
  for (const { at, operator, parents } of steps) {
    for (const parent of parents) edges.set(parent, { child, parent, operator, at })
  }
  edges.delete(child)
  return Array.from(edges.values())
}
