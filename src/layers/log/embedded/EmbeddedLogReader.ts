/**
 * Reads the embedded log's file beside the process that writes it: SQLite's WAL lets readers in, and this one takes neither the directory's
 * lock nor any lock that a writer would wait for. Each call sees one state of the file. Nothing is created in a directory without a log;
 * where there is one and nobody writes, SQLite leaves an empty `log.sqlite-wal` and its `-shm`, which the next writer takes away.
 */
import { Effect, Layer, Result } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { missingFile } from "../../sql/missingFile.ts"
import { openSqliteReader } from "../../sql/openSqliteReader.ts"
import { LogError } from "../LogError.ts"
import { LogReader, type LogReaderShape } from "../LogReader.ts"
import type { LogRecord, PartitionOffsets, TopicSpec } from "../LogRecord.ts"
import { type EmbeddedPartition, prepareRows } from "./embeddedRows.ts"
import * as schema from "./embeddedSchema.ts"
import { prepareState } from "./embeddedState.ts"
import { embeddedError } from "./embeddedStore.ts"

/** A read stops after the batch with which it has passed this many bytes. */
const readBytes = 4 * 1024 * 1024

const make = Effect.fnUntraced(function*(directory: string) {
  const file = join(directory, "log.sqlite")
  const failed = (cause: unknown): LogError => embeddedError(file, cause)
  const attempt = <A>(body: () => A): Effect.Effect<A, LogError> => Effect.try({ try: body, catch: failed })
  if (!existsSync(file)) {
    return yield* new LogError({ reason: "Invalid", message: missingFile("message log", directory, file) })
  }
  const database = yield* openSqliteReader({
    file,
    component: schema.component,
    steps: schema.steps,
    failed,
    otherVersion: (message) => new LogError({ reason: "Invalid", message })
  })
  const reader = yield* attempt(() => makeReader(database))
  const state = yield* attempt(() => prepareState(database))
  return LogReader.of({
    topics: attempt(reader.topics),
    tasks: attempt(state.tasks),
    offsets: (topic) => Effect.flatMap(attempt(() => reader.offsets(topic)), Effect.fromResult),
    read: (options) => Effect.flatMap(attempt(() => reader.read(options)), Effect.fromResult)
  })
})

/** Throws what `node:sqlite` throws, and `CorruptLog`. */
const makeReader = (database: DatabaseSync) => {
  const { openBatch } = prepareRows(database)
  const partitions = database.prepare(
    `SELECT p.id, p.number, p.beginning, max(p.next, coalesce(
       (SELECT b.base + b.count FROM batches b WHERE b.partition = p.id ORDER BY b.base DESC LIMIT 1), 0)) AS end
     FROM partitions p JOIN topics t ON t.id = p.topic WHERE t.name = ? ORDER BY p.number`
  )

  const topicRows = database.prepare(
    `SELECT t.name, t.retention_millis, t.retention_bytes, count(p.id) AS partitions
     FROM topics t JOIN partitions p ON p.topic = t.id GROUP BY t.id ORDER BY t.name`
  )

  /** In one transaction, so that what retention removes meanwhile is still there for this call. */
  const snapshot = <A>(body: () => A): A => {
    database.exec("BEGIN")
    try {
      return body()
    } finally {
      database.exec("ROLLBACK")
    }
  }

  const partitionsOf = (topic: string) => {
    const rows = partitions.all(topic)
    return rows.length === 0
      ? Result.fail(new LogError({ reason: "TopicNotFound", message: `no topic ${topic}`, topic }))
      : Result.succeed(rows.map(({ beginning, end, id, number }) => ({
        id: Number(id),
        number: Number(number),
        beginning: Number(beginning),
        end: Number(end),
        bytes: 0
      })))
  }

  const offsets = (topic: string): Result.Result<ReadonlyArray<PartitionOffsets>, LogError> =>
    Result.map(
      partitionsOf(topic),
      (found) => found.map(({ beginning, end, number }) => ({ partition: number, beginning, end }))
    )

  const recordsFrom = (topic: string, partition: EmbeddedPartition, offset: number, max: number) => {
    const records: Array<LogRecord> = []
    const last = Math.min(partition.end, offset + max)
    for (let next = offset, size = 0; next < last && size < readBytes;) {
      const batch = openBatch(partition, next)
      size += batch.size
      for (const end = Math.min(last, batch.end); next < end; next++) {
        records.push(batch.reader.next(topic, partition.number, next))
      }
    }
    return records
  }

  const read = (
    { max, offset, partition: number, topic }: Parameters<LogReaderShape["read"]>[0]
  ): Result.Result<ReadonlyArray<LogRecord>, LogError> =>
    Result.flatMap(partitionsOf(topic), (found) => {
      const partition = found[number]
      const fail = (reason: "PartitionNotFound" | "OffsetOutOfRange", message: string) =>
        Result.fail(new LogError({ reason, message, topic, partitions: [number] }))
      if (partition === undefined) return fail("PartitionNotFound", `no partition ${topic}/${number}`)
      const { beginning, end } = partition
      return offset >= beginning && offset <= end
        ? Result.succeed(recordsFrom(topic, partition, offset, max))
        : fail("OffsetOutOfRange", `${topic}/${number} holds offsets ${beginning} to ${end}, not ${offset}`)
    })

  const topics = (): ReadonlyArray<TopicSpec> =>
    topicRows.all().map(({ name, partitions, retention_bytes, retention_millis }) =>
      Object.assign(
        { name: String(name), partitions: Number(partitions) },
        retention_millis !== null && { retentionMillis: Number(retention_millis) },
        retention_bytes !== null && { retentionBytes: Number(retention_bytes) }
      )
    )

  return {
    topics,
    offsets: (topic: string) => snapshot(() => offsets(topic)),
    read: (options: Parameters<LogReaderShape["read"]>[0]) => snapshot(() => read(options))
  }
}

/**
 * Fails with `Invalid` for a directory without a log or a file of another version, `Corrupt` for a damaged one, `Unavailable` when it cannot be
 * opened.
 */
const layer = (directory: string): Layer.Layer<LogReader, LogError> => Layer.effect(LogReader, make(directory))

/** Reads the log of a directory beside its owner. */
export const EmbeddedLogReader = { layer }
