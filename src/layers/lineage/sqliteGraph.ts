/** The lineage graph in SQLite. Everything here throws what `node:sqlite` throws. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import { alertKind } from "../../domain/lineage/LineageRecord.ts"
import { type NodeRow, rowRank, supersedes, supersedesEdge } from "../../domain/lineage/lineageRows.ts"
import type { KeyedEdge, ReadableGraph, WritableGraph } from "./LineageGraph.ts"
import type { LineageRetention } from "./LineageStore.ts"
import { defaultCapacity, defaultRetentionMillis } from "./retention.ts"

type Row = Record<string, SQLOutputValue>

const columns = "key, id, kind, source, time, rank, at, input_count, steps"

/** What is asked of a store that may hold millions of rows: each finds its rows by an index. */
export const queries = {
  byId: `SELECT ${columns} FROM nodes WHERE id = ?`,
  byKey: `SELECT ${columns} FROM nodes WHERE key = ?`,
  versions: `SELECT key, id FROM nodes WHERE id > ? AND id < ? AND kind = '${alertKind}'`,
  parents: "SELECT child, parent, operator, at FROM edges WHERE child = ?",
  children: "SELECT child, parent, operator, at FROM edges WHERE parent = ?",
  edge: "SELECT operator, at FROM edges WHERE child = ? AND parent = ?",
  ofSource: `SELECT key FROM nodes WHERE source = ? AND time >= ? AND time < ?
     AND (kind = '${alertKind}' OR EXISTS (SELECT 1 FROM edges WHERE edges.parent = nodes.key)) ORDER BY time LIMIT ?`,
  expired: "SELECT key FROM nodes WHERE pinned = ? AND named < ? ORDER BY named LIMIT ?",
  oldest: "SELECT key FROM nodes WHERE pinned = ? ORDER BY named LIMIT ?"
} as const

/** What one call of `evict` removes for its age, so that it is short after a long pause too. */
const mostExpired = 5000

const nodeRow = (row: Row): NodeRow => ({
  id: String(row.id),
  kind: String(row.kind),
  source: String(row.source),
  time: row.time === null ? null : Number(row.time),
  rank: Number(row.rank),
  at: Number(row.at),
  inputCount: Number(row.input_count),
  steps: String(row.steps)
})

const keyedEdge = ({ at, child, operator, parent }: Row): KeyedEdge<number> => ({
  child: Number(child),
  parent: Number(parent),
  operator: String(operator),
  at: Number(at)
})

export const readSqliteGraph = (database: DatabaseSync): ReadableGraph<number> => {
  const byId = database.prepare(queries.byId)
  const byKey = database.prepare(queries.byKey)
  const versions = database.prepare(queries.versions)
  const parents = database.prepare(queries.parents)
  const children = database.prepare(queries.children)
  const ofSource = database.prepare(queries.ofSource)
  return {
    find: (id) => {
      const exact = byId.get(id)
      // What begins with the id and a slash sorts before the id and "0", the character after the slash.
      const begin = id.length + 1
      const found = versions.all(`${id}/`, `${id}0`).filter((row) => !String(row.id).includes("/", begin))
      return [...(exact === undefined ? [] : [exact]), ...found].map(({ key }) => Number(key))
    },
    node: (key) => {
      const row = byKey.get(key)
      return row === undefined ? undefined : nodeRow(row)
    },
    edges: (key, direction) => (direction === "backward" ? parents : children).all(key).map(keyedEdge),
    ofSource: (source, since, until, limit) => ofSource.all(source, since, until, limit).map(({ key }) => Number(key))
  }
}

export const makeSqliteGraph = (
  database: DatabaseSync,
  { capacity = defaultCapacity, retentionMillis = defaultRetentionMillis }: LineageRetention
): WritableGraph<number> => {
  const byId = database.prepare(queries.byId)
  const edge = database.prepare(queries.edge)
  const expired = database.prepare(queries.expired)
  const oldest = database.prepare(queries.oldest)
  const insertNode = database.prepare(
    `INSERT INTO nodes (id, kind, source, time, rank, at, input_count, steps, pinned, named)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
  )
  // What was named a moment ago is not written again for it.
  const touch = database.prepare(
    `UPDATE nodes SET pinned = max(pinned, ?1), named = ?2
     WHERE key = ?3 AND (pinned < ?1 OR named < ?2 - ${retentionMillis / 256})`
  )
  const replace = database.prepare(
    "UPDATE nodes SET kind = ?, source = ?, time = ?, rank = ?, at = ?, input_count = ?, steps = ? WHERE key = ?"
  )
  const putEdge = database.prepare(
    `INSERT INTO edges (child, parent, operator, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (child, parent) DO UPDATE SET operator = excluded.operator, at = excluded.at`
  )
  const deletions = ["edges WHERE child = ?", "edges WHERE parent = ?", "nodes WHERE key = ?"].map((rows) =>
    database.prepare(`DELETE FROM ${rows}`)
  )
  // One pass over the smallest index at start; afterwards what is written and removed is counted.
  let size = Number(database.prepare("SELECT count(*) AS size FROM nodes").get()?.size ?? 0)

  const transaction = <A>(body: () => A): A => {
    const before = size
    database.exec("BEGIN IMMEDIATE")
    try {
      const result = body()
      database.exec("COMMIT")
      return result
    } catch (cause) {
      size = before
      if (database.isTransaction) database.exec("ROLLBACK")
      throw cause
    }
  }

  const remove = (rows: ReadonlyArray<Row>): void => {
    if (rows.length === 0) return
    transaction(() => {
      for (const { key = 0 } of rows) for (const statement of deletions) statement.run(key)
      size -= rows.length
    })
  }

  const putNode = (row: NodeRow, pinned: number, now: number): number => {
    const content = [row.kind, row.source, row.time, row.rank, row.at, row.inputCount, row.steps]
    const { changes, lastInsertRowid } = insertNode.run(row.id, ...content, pinned, now)
    if (changes === 1) {
      size++
      return Number(lastInsertRowid)
    }
    const held = byId.get(row.id) ?? {}
    const key = Number(held.key)
    touch.run(pinned, now, key)
    // Most rows about a known node say that it is an input, which it says of itself.
    if (row.rank > rowRank.named && supersedes(row, nodeRow(held))) replace.run(...content, key)
    return key
  }

  return {
    ...readSqliteGraph(database),
    write: (records, now) =>
      transaction(() => {
        for (const { edges, nodes, pinned } of records) {
          const keys = new Map(nodes.map((row) => [row.id, putNode(row, pinned ? 1 : 0, now)] as const))
          for (const next of edges) {
            const [child = 0, parent = 0] = [keys.get(next.child), keys.get(next.parent)]
            const held = edge.get(child, parent)
            if (held !== undefined && !supersedesEdge(next, { operator: String(held.operator), at: Number(held.at) })) {
              continue
            }
            putEdge.run(child, parent, next.operator, next.at)
          }
        }
      }),
    evict: (now) => {
      const before = size
      remove([0, 1].flatMap((pinned) => expired.all(pinned, now - retentionMillis, mostExpired)))
      for (const pinned of [0, 1]) if (size > capacity) remove(oldest.all(pinned, size - capacity))
      return before - size
    }
  }
}
