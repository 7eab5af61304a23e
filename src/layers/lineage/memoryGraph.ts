/** The lineage graph in memory. State: about 600 bytes a node, 200 an edge. */
import { alertKind } from "../../domain/lineage/LineageRecord.ts"
import { type NodeRow, supersedes, supersedesEdge } from "../../domain/lineage/lineageRows.ts"
import type { KeyedEdge, WritableGraph } from "./LineageGraph.ts"
import type { LineageRetention } from "./LineageQueries.ts"
import { defaultCapacity, defaultRetentionMillis } from "./retention.ts"

interface MemoryNode {
  row: NodeRow
  readonly parents: Map<string, KeyedEdge<string>>
  readonly children: Map<string, KeyedEdge<string>>
}

/** The alert that an id would be a version of. */
const versionOf = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf("/")))

/** Sets by a name, gone when they are empty. */
const makeIndex = () => {
  const sets = new Map<string, Set<string>>()
  return {
    of: (name: string): Iterable<string> => sets.get(name) ?? [],
    add: (name: string, id: string): void => {
      const set = sets.get(name)
      if (set === undefined) sets.set(name, new Set([id]))
      else set.add(id)
    },
    remove: (name: string, id: string): void => {
      const set = sets.get(name)
      set?.delete(id)
      if (set?.size === 0) sets.delete(name)
    }
  }
}

export const makeMemoryGraph = (
  { capacity = defaultCapacity, retentionMillis = defaultRetentionMillis }: LineageRetention
): WritableGraph<string> => {
  const nodes = new Map<string, MemoryNode>()
  /** When each was last named, oldest first; the second those of alerts. */
  const ages = [new Map<string, number>(), new Map<string, number>()] as const
  const bySource = makeIndex()
  const versions = makeIndex()

  const index = ({ id, kind, source }: NodeRow): void => {
    if (source !== "") bySource.add(source, id)
    if (kind === alertKind) versions.add(versionOf(id), id)
  }

  const unindex = ({ id, kind, source }: NodeRow): void => {
    bySource.remove(source, id)
    if (kind === alertKind) versions.remove(versionOf(id), id)
  }

  const put = (row: NodeRow): MemoryNode => {
    const held = nodes.get(row.id)
    if (held === undefined) {
      const node = { row, parents: new Map(), children: new Map() }
      nodes.set(row.id, node)
      index(row)
      return node
    }
    if (supersedes(row, held.row)) {
      unindex(held.row)
      held.row = row
      index(row)
    }
    return held
  }

  const touch = (id: string, pinned: boolean, now: number): void => {
    const wasPinned = ages[1].delete(id)
    ages[0].delete(id)
    ages[pinned || wasPinned ? 1 : 0].set(id, now)
  }

  const remove = (id: string): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    for (const parent of node.parents.keys()) nodes.get(parent)?.children.delete(id)
    for (const child of node.children.keys()) nodes.get(child)?.parents.delete(id)
    nodes.delete(id)
    unindex(node.row)
  }

  return {
    find: (id) => [...(nodes.has(id) ? [id] : []), ...versions.of(id)],
    node: (id) => nodes.get(id)?.row,
    edges: (id, direction) => {
      const node = nodes.get(id)
      return node === undefined ? [] : Array.from((direction === "backward" ? node.parents : node.children).values())
    },
    ofSource: (source, since, until, limit) => {
      const found: Array<NodeRow> = []
      for (const id of bySource.of(source)) {
        const node = nodes.get(id)
        if (node === undefined || (node.row.kind !== alertKind && node.children.size === 0)) continue
        const { time } = node.row
        if (time !== null && time >= since && time < until) found.push(node.row)
      }
      return found.sort((a, b) => (a.time ?? 0) - (b.time ?? 0)).slice(0, limit).map(({ id }) => id)
    },
    write: (records, now) => {
      for (const { edges, nodes: rows, pinned } of records) {
        for (const row of rows) {
          put(row)
          touch(row.id, pinned, now)
        }
        for (const edge of edges) {
          const child = nodes.get(edge.child)
          const held = child?.parents.get(edge.parent)
          if (held !== undefined && !supersedesEdge(edge, held)) continue
          child?.parents.set(edge.parent, edge)
          nodes.get(edge.parent)?.children.set(edge.child, edge)
        }
      }
    },
    evict: (now) => {
      const before = nodes.size
      for (const age of ages) {
        for (const [id, named] of age) {
          if (named >= now - retentionMillis && nodes.size <= capacity) break
          age.delete(id)
          remove(id)
        }
      }
      return before - nodes.size
    }
  }
}
