/** Cycles in a directed graph, one per edge that closes one in a depth-first walk; none exactly when the graph has no cycle. */
export const findCycles = <E extends { readonly from: string; readonly to: string | undefined }>(
  edges: ReadonlyArray<E>
): ReadonlyArray<{ readonly edge: E; readonly path: ReadonlyArray<string> }> => {
  const outgoing = Map.groupBy(edges, (edge) => edge.from)
  const done = new Set<string>()
  const cycles: Array<{ readonly edge: E; readonly path: ReadonlyArray<string> }> = []
  const walk = (node: string, path: ReadonlyArray<string>): void => {
    for (const edge of outgoing.get(node) ?? []) {
      if (edge.to === undefined || done.has(edge.to)) continue
      const start = path.indexOf(edge.to)
      if (start >= 0) cycles.push({ edge, path: [...path.slice(start), edge.to] })
      else walk(edge.to, [...path, edge.to])
    }
    done.add(node)
  }
  for (const node of outgoing.keys()) if (!done.has(node)) walk(node, [node])
  return cycles
}
