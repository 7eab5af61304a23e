/** Everything that can be reached from some nodes of a graph, breadth first. Safe on cycles; bounded. */

interface WalkBounds {
  /** Edges from a start to the farthest node. */
  readonly maxDepth: number
  /** Nodes reached, the starts not counted. */
  readonly maxNodes: number
}

export const defaultWalkBounds: WalkBounds = { maxDepth: 64, maxNodes: 10_000 }

interface Walked<K, E> {
  /** By node, the starts among them with 0: the fewest edges from a start. */
  readonly depths: ReadonlyMap<K, number>
  /** Every edge between nodes reached, once. */
  readonly edges: ReadonlyArray<E>
  /** There was more beyond the bounds. */
  readonly truncated: boolean
}

/**
 * `edgesFrom` gives the edges that leave a node, `end` the node that such an edge leads to. Each node is asked for its edges once. Cost: a
 * call per node and a step per edge; memory: what is returned.
 */
export const walk = <K, E>(
  starts: Iterable<K>,
  edgesFrom: (node: K) => Iterable<E>,
  end: (edge: E) => K,
  { maxDepth, maxNodes }: WalkBounds = defaultWalkBounds
): Walked<K, E> => {
  const depths = new Map<K, number>()
  for (const start of starts) depths.set(start, 0)
  const most = depths.size + maxNodes
  const edges: Array<E> = []
  let truncated = false
  // A map is visited in the order of insertion, with what is inserted meanwhile: this is the queue.
  for (const [node, depth] of depths) {
    for (const edge of edgesFrom(node)) {
      const next = end(edge)
      if (!depths.has(next)) {
        if (depth >= maxDepth || depths.size >= most) {
          truncated = true
          continue
        }
        depths.set(next, depth + 1)
      }
      edges.push(edge)
    }
  }
  return { depths, edges, truncated }
}
