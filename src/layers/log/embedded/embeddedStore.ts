/** The store of the embedded log over an open database whose schema is current. */
import { Effect, Result } from "effect"
import type { DatabaseSync } from "node:sqlite"
import { damagedAdvice, resultCode, resultCodes } from "../../sql/sqliteError.ts"
import { makeGroupCommit } from "../local/groupCommit.ts"
import type { LocalStore, OffsetOf } from "../local/localStore.ts"
import { LogError } from "../LogError.ts"
import type { LogRecord } from "../LogRecord.ts"
import {
  CorruptLog,
  type EmbeddedPartition,
  type EmbeddedRows,
  type EmbeddedTopic,
  prepareRows
} from "./embeddedRows.ts"
import { prepareState } from "./embeddedState.ts"

/** A read stops after the batch with which it has passed this many bytes, so that large records do not pile up. */
const readBytes = 4 * 1024 * 1024

/** Retention removes at most this many batches in one go. */
const removeBatches = 64

/** A batch whose reader stands at the offset `next`. */
interface OpenBatch extends ReturnType<EmbeddedRows["openBatch"]> {
  readonly next: number
}

/** What went wrong with `file`, in the log's words. */
export const embeddedError = (file: string, cause: unknown): LogError => {
  const code = resultCode(cause)
  const text = cause instanceof Error ? cause.message : String(cause)
  return cause instanceof CorruptLog || cause instanceof RangeError || code === resultCodes.corrupt
      || code === resultCodes.notADatabase
    ? new LogError({ reason: "Corrupt", message: `${file} is damaged: ${text}; ${damagedAdvice(file)}`, cause })
    : code === resultCodes.readonly || code === resultCodes.permission
    ? new LogError({ reason: "Unauthorized", message: `${file}: this process may not write it: ${text}`, cause })
    : new LogError({ reason: "Unavailable", message: `${file}: ${text}`, cause })
}

/** Must be closed by `flush` before the database is. Throws what {@link embeddedError} reads. */
export const makeEmbeddedStore = (database: DatabaseSync, file: string) => {
  const rows = prepareRows(database)
  const topics = new Map(rows.topics().map((topic) => [topic.spec.name, topic]))
  const fail = (cause: unknown): LogError => embeddedError(file, cause)
  const attempt = <A>(body: () => A): Result.Result<A, LogError> => Result.try({ try: body, catch: fail })
  const state = prepareState(database)
  const { append, flush, together } = makeGroupCommit(rows, fail)

  const at = (topic: EmbeddedTopic, partition: EmbeddedPartition) => (cause: unknown): LogError =>
    fail(
      cause instanceof CorruptLog
        ? new CorruptLog({ message: `${topic.spec.name}/${partition.number}: ${cause.message}` })
        : cause
    )

  /** Where the last read of a partition ended inside a batch: the next one goes on there. Holds that batch's bytes. */
  const unfinished = new Map<EmbeddedPartition, OpenBatch>()

  const openAt = (partition: EmbeddedPartition, offset: number): OpenBatch => {
    const begun = unfinished.get(partition)
    unfinished.delete(partition)
    return begun?.next === offset ? begun : { ...rows.openBatch(partition, offset), next: offset }
  }

  const read = (topic: EmbeddedTopic, partition: EmbeddedPartition, offset: number, max: number) =>
    Result.try({
      try: (): ReadonlyArray<LogRecord> => {
        const records: Array<LogRecord> = []
        const last = Math.min(partition.end, offset + max)
        let size = 0
        for (let next = offset; next < last && size < readBytes;) {
          const batch = openAt(partition, next)
          size += batch.size
          for (const end = Math.min(last, batch.end); next < end; next++) {
            records.push(batch.reader.next(topic.spec.name, partition.number, next))
          }
          if (next < batch.end) unfinished.set(partition, { ...batch, next })
        }
        return records
      },
      catch: at(topic, partition)
    })

  const removeExpired = (topic: EmbeddedTopic, partition: EmbeddedPartition, now: number): number => {
    const { retentionBytes = Number.POSITIVE_INFINITY, retentionMillis = Number.POSITIVE_INFINITY } = topic.spec
    const oldest = now - retentionMillis
    const expired = (bytes: number, timestamp: number): boolean => timestamp < oldest || left - bytes >= retentionBytes
    let left = partition.bytes
    let beginning = partition.beginning
    let firstKept = beginning
    for (const entry of rows.entriesFrom(partition, beginning, removeBatches)) {
      const end = entry.base + entry.count
      const batch = entry.base === beginning ? undefined : rows.openBatch(partition, beginning)
      const bytes = entry.bytes - (batch?.skipped ?? 0)
      if (!expired(bytes, entry.newest)) {
        firstKept = entry.base
        const { reader } = batch ?? rows.openBatch(partition, beginning)
        while (beginning < end) {
          const record = reader.skip()
          if (!expired(record.bytes, record.timestamp)) break
          left -= record.bytes
          beginning++
        }
        break
      }
      left -= bytes
      beginning = end
      firstKept = end
    }
    const removed = beginning - partition.beginning
    if (removed === 0) return 0
    rows.truncate(partition, beginning, firstKept)
    partition.beginning = beginning
    partition.bytes = left
    return removed
  }

  const commitAll = (topic: EmbeddedTopic, group: string, offsets: ReadonlyArray<OffsetOf>): void => {
    for (const { offset, partition } of offsets) {
      const found = topic.partitions[partition]
      if (found !== undefined) rows.commit(group, found, offset)
    }
  }

  const store: LocalStore<EmbeddedPartition, EmbeddedTopic> = {
    topics,
    putTopic: (spec) =>
      attempt(() => {
        const topic = topics.get(spec.name)
        if (topic === undefined) {
          topics.set(spec.name, rows.createTopic(spec))
        } else {
          rows.updateTopic(topic, spec)
          topic.spec = { ...spec, partitions: topic.partitions.length }
        }
      }),
    append,
    read,
    committed: (topic, group) => attempt(() => rows.committed(topic, group)),
    commit: (topic, group, offsets) => attempt(() => rows.transaction(() => commitAll(topic, group, offsets))),
    commitUnit: ({ appends, at, changes, closed, commits, task }) =>
      attempt(() => {
        try {
          return together(appends, () => {
            for (const { group, offsets, topic } of commits) commitAll(topic, group, offsets)
            state.commit(task, changes, closed, at)
          })
        } catch (cause) {
          state.forget()
          throw cause
        }
      }),
    state: {
      load: (task) => attempt(() => state.load(task)),
      tasks: () => attempt(state.tasks),
      reset: (task, stage) => attempt(() => rows.transaction(() => state.reset(task, stage)))
    },
    removeExpired: (topic, partition, now) =>
      Result.try({ try: () => removeExpired(topic, partition, now), catch: at(topic, partition) })
  }
  return { store, flush: Effect.sync(flush) }
}
