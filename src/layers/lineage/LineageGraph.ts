/** What a store of lineage must be able to do; batching, bounds and answers are the same for all. Calls are synchronous and may throw. */
import type { LineageDirection } from "../../domain/lineage/LineageAnswer.ts"
import type { NodeRow, RecordRows } from "../../domain/lineage/lineageRows.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** An edge by the keys of its nodes. */
export interface KeyedEdge<K> {
  readonly child: K
  readonly parent: K
  readonly operator: string
  readonly at: UtcTime
}

/** `K` is a store's own name for a node. */
export interface ReadableGraph<K> {
  /** The node of this id, and all versions of the alert of this id. */
  readonly find: (id: string) => ReadonlyArray<K>
  readonly node: (key: K) => NodeRow | undefined
  /** The edges to the parents of a node (backward) or to its children (forward). */
  readonly edges: (key: K, direction: LineageDirection) => ReadonlyArray<KeyedEdge<K>>
  /** The first `limit` nodes of a source in event time order, of those that are alerts or have children. */
  readonly ofSource: (source: string, since: UtcTime, until: UtcTime, limit: number) => ReadonlyArray<K>
}

export interface WritableGraph<K> extends ReadableGraph<K> {
  /** All or nothing. `now` is what the retention of these nodes counts from. */
  readonly write: (records: ReadonlyArray<RecordRows>, now: UtcTime) => void
  /** Removes what is out of its time or over the capacity; gives the number of nodes. */
  readonly evict: (now: UtcTime) => number
}
