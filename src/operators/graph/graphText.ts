/** A pipeline's graph for a person, and for programs. */
import type { Graph, StageNode } from "./Graph.ts"
import { stateLines } from "./stateLines.ts"

/**
 * A line an edge: from where to where, how much may wait, what happens when it is full, and why. Then a line for each part of the stages' state: what
 * is kept over a restart and how much of it there may be, or that it is not kept.
 */
export const graphText = ({ edges, nodes }: Graph): ReadonlyArray<string> => [
  ...edges.map(({ capacity, from, policy, reason, to }) =>
    `${nodes[from]?.name} (${nodes[from]?.kind}) -> ${nodes[to]?.name} (${
      nodes[to]?.kind
    }): capacity ${capacity}, ${policy}: ${reason}`
  ),
  ...nodes.flatMap((node) => stateLines(node).map((line) => `${node.name} holds ${line}`))
]

/** JSON has no infinity: a part without a bound of its own has none there. */
const stateJson = (state: NonNullable<StageNode["state"]>) =>
  typeof state === "string"
    ? state
    : state.map(({ bound, name }) => ({ name, ...(Number.isFinite(bound) && { bound }) }))

/**
 * Plain data: edges name their stages by their place in `stages`. `state`: the parts that are kept, "not kept", or "read again"; absent: it holds
 * nothing.
 */
export const graphJson = ({ edges, nodes }: Graph) => ({
  stages: nodes.map(({ kind, name, state = [] }) => ({
    name,
    kind,
    ...(state.length > 0 && { state: stateJson(state) })
  })),
  edges: edges.map(({ capacity, from, policy, reason, to }) => ({ from, to, capacity, policy, reason }))
})
