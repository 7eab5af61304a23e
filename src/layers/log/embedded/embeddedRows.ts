/** The embedded log's statements and rows. Everything here throws what `node:sqlite` throws, and {@link CorruptLog}. */
import { Data } from "effect"
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import { crc32 } from "node:zlib"
import type { LocalPartition, LocalTopic } from "../local/localStore.ts"
import type { TopicSpec } from "../LogRecord.ts"
import { BatchReader } from "./recordCodec.ts"

export interface EmbeddedPartition extends LocalPartition {
  /** Row of the partition. */
  readonly id: number
  /** Size of the records kept: key, value, headers. */
  bytes: number
}

export interface EmbeddedTopic extends LocalTopic<EmbeddedPartition> {
  readonly id: number
}

/** A batch without its data. */
interface BatchEntry {
  readonly base: number
  readonly count: number
  readonly bytes: number
  readonly newest: number
}

/** Rows that cannot be what this program wrote. */
export class CorruptLog extends Data.TaggedError("CorruptLog")<{ readonly message: string }> {}

export type Row = Record<string, SQLOutputValue>

export const integer = (row: Row | undefined, column: string): number => {
  const value = row?.[column]
  if (typeof value !== "number") throw new CorruptLog({ message: `column ${column} holds ${typeof value}` })
  return value
}

const entry = (row: Row): BatchEntry => ({
  base: integer(row, "base"),
  count: integer(row, "count"),
  bytes: integer(row, "bytes"),
  newest: integer(row, "newest")
})

const newTopic = (id: number, spec: TopicSpec, partitions: ReadonlyArray<EmbeddedPartition>): EmbeddedTopic => ({
  id,
  spec,
  partitions,
  waiters: new Set(),
  nextPartition: -1
})

export const prepareRows = (database: DatabaseSync) => {
  const entries = database.prepare(
    "SELECT base, count, bytes, newest FROM batches WHERE partition = ? AND base + count > ? ORDER BY base LIMIT ?"
  )
  const batchAt = database.prepare(
    "SELECT base, count, crc, data FROM batches WHERE partition = ? AND base <= ? ORDER BY base DESC LIMIT 1"
  )
  const totals = database.prepare(
    "SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(max(base + count), 0) AS next FROM batches WHERE partition = ?"
  )
  const insertBatch = database.prepare(
    "INSERT INTO batches (partition, base, count, bytes, newest, crc, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
  )
  const insertTopic = database.prepare(
    "INSERT INTO topics (name, retention_millis, retention_bytes) VALUES (?, ?, ?) RETURNING id"
  )
  const updateTopic = database.prepare("UPDATE topics SET retention_millis = ?, retention_bytes = ? WHERE id = ?")
  const insertPartition = database.prepare("INSERT INTO partitions (topic, number) VALUES (?, ?) RETURNING id")
  const partitions = database.prepare(
    "SELECT id, number, beginning, next FROM partitions WHERE topic = ? ORDER BY number"
  )
  const committed = database.prepare(
    "SELECT p.number, c.position FROM partitions p JOIN commits c ON c.partition = p.id WHERE p.topic = ? AND c.name = ?"
  )
  const commit = database.prepare(
    `INSERT INTO commits (name, partition, position) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET position = excluded.position WHERE excluded.position > position`
  )
  const deleteBatches = database.prepare("DELETE FROM batches WHERE partition = ? AND base < ?")
  const updatePartition = database.prepare("UPDATE partitions SET beginning = ?, next = ? WHERE id = ?")
  const [begin, commitAll, rollback] = ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"].map((sql) => database.prepare(sql))

  const transaction = <A>(body: () => A): A => {
    begin?.run()
    try {
      const result = body()
      commitAll?.run()
      return result
    } catch (cause) {
      if (database.isTransaction) rollback?.run()
      throw cause
    }
  }

  /** The batch that holds `offset`, and a reader of it that stands there. */
  const openBatch = (partition: EmbeddedPartition, offset: number) => {
    const row = batchAt.get(partition.id, offset)
    const end = row === undefined ? 0 : integer(row, "base") + integer(row, "count")
    const data = row?.data
    if (!(data instanceof Uint8Array) || end <= offset) throw new CorruptLog({ message: `offset ${offset} is missing` })
    if (crc32(data) !== integer(row, "crc")) {
      throw new CorruptLog({ message: `the batch of offset ${offset} has the wrong checksum` })
    }
    const reader = new BatchReader(data)
    let skipped = 0
    for (let before = integer(row, "base"); before < offset; before++) skipped += reader.skip().bytes
    return { end, reader, size: data.length, skipped }
  }

  const loadPartition = (row: Row): EmbeddedPartition => {
    const beginning = integer(row, "beginning")
    const id = integer(row, "id")
    const stored = totals.get(id)
    const end = Math.max(integer(row, "next"), integer(stored, "next"))
    const partition = { id, number: integer(row, "number"), beginning, end, bytes: integer(stored, "bytes") }
    if (beginning < end) partition.bytes -= openBatch(partition, beginning).skipped
    return partition
  }

  const loadTopic = (row: Row): EmbeddedTopic => {
    const id = integer(row, "id")
    const found = partitions.all(id).map(loadPartition)
    const { retention_millis, retention_bytes } = row
    const spec: TopicSpec = {
      name: String(row.name),
      partitions: found.length,
      ...(retention_millis === null ? {} : { retentionMillis: integer(row, "retention_millis") }),
      ...(retention_bytes === null ? {} : { retentionBytes: integer(row, "retention_bytes") })
    }
    return newTopic(id, spec, found)
  }

  return {
    transaction,
    openBatch,
    topics: (): ReadonlyArray<EmbeddedTopic> =>
      database.prepare("SELECT * FROM topics ORDER BY id").all().map(loadTopic),
    createTopic: (spec: TopicSpec): EmbeddedTopic =>
      transaction(() => {
        const row = insertTopic.get(spec.name, spec.retentionMillis ?? null, spec.retentionBytes ?? null)
        const id = integer(row, "id")
        const created = Array.from({ length: spec.partitions }, (_, number) => ({
          id: integer(insertPartition.get(id, number), "id"),
          number,
          beginning: 0,
          end: 0,
          bytes: 0
        }))
        return newTopic(id, spec, created)
      }),
    updateTopic: (topic: EmbeddedTopic, spec: TopicSpec): void => {
      updateTopic.run(spec.retentionMillis ?? null, spec.retentionBytes ?? null, topic.id)
    },
    insertBatch: (partition: EmbeddedPartition, batch: BatchEntry, data: Uint8Array): void => {
      insertBatch.run(partition.id, batch.base, batch.count, batch.bytes, batch.newest, crc32(data), data)
    },
    /** At most `limit` batches from the one that holds `offset` on. */
    entriesFrom: (partition: EmbeddedPartition, offset: number, limit: number): ReadonlyArray<BatchEntry> =>
      entries.all(partition.id, offset, limit).map(entry),
    /** Removes everything before `beginning`: whole batches from the table, the rest of one by the number alone. */
    truncate: (partition: EmbeddedPartition, beginning: number, firstKeptBase: number): void =>
      transaction(() => {
        deleteBatches.run(partition.id, firstKeptBase)
        updatePartition.run(beginning, partition.end, partition.id)
      }),
    committed: (topic: EmbeddedTopic, group: string): ReadonlyMap<number, number> =>
      new Map(committed.all(topic.id, group).map((row) => [integer(row, "number"), integer(row, "position")])),
    commit: (group: string, partition: EmbeddedPartition, position: number): void => {
      commit.run(group, partition.id, position)
    }
  }
}

export type EmbeddedRows = ReturnType<typeof prepareRows>
