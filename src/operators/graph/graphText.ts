/** A pipeline's graph for a person, and for programs. */
import type { Graph } from "./Graph.ts"

/** A line an edge: from where to where, how much may wait, what happens when it is full, and why. */
export const graphText = ({ edges, nodes }: Graph): ReadonlyArray<string> =>
  edges.map(({ capacity, from, policy, reason, to }) =>
    `${nodes[from]?.name} (${nodes[from]?.kind}) -> ${nodes[to]?.name} (${
      nodes[to]?.kind
    }): capacity ${capacity}, ${policy}: ${reason}`
  )

/** Plain data: edges name their stages by their place in `stages`. */
export const graphJson = ({ edges, nodes }: Graph) => ({
  stages: nodes.map(({ kind, name }) => ({ name, kind })),
  edges: edges.map(({ capacity, from, policy, reason, to }) => ({ from, to, capacity, policy, reason }))
})
