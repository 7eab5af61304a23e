/**
 * Appends of many fibers in one transaction. All that arrive before the event loop goes on are written together: under load the cost of
 * a commit is shared, and a single append waits for nobody.
 */
import { Effect, Result } from "effect"
import type { EmbeddedPartition, EmbeddedRows, EmbeddedTopic } from "../embedded/embeddedRows.ts"
import { BatchWriter } from "../embedded/recordCodec.ts"
import type { LogError } from "../LogError.ts"
import type { NewLogRecord } from "../LogRecord.ts"
import { wake } from "./localStore.ts"

/** A batch is closed at this many records or bytes: it is read as a whole. */
const batchRecords = 512
const batchBytes = 256 * 1024

interface Append {
  readonly topic: EmbeddedTopic
  readonly records: ReadonlyArray<NewLogRecord>
  readonly partitions: ReadonlyArray<EmbeddedPartition>
}

interface Request extends Append {
  readonly resume: (effect: Effect.Effect<ReadonlyArray<number>, LogError>) => void
}

/** What the transaction adds to a partition: `base` is where the open batch begins, `end` and `bytes` are the partition's afterwards. */
interface Growth {
  readonly writer: BatchWriter
  base: number
  end: number
  bytes: number
}

export const makeGroupCommit = (rows: EmbeddedRows, onError: (cause: unknown) => LogError) => {
  let pending: Array<Request> = []
  const spare: Array<BatchWriter> = []

  const closeBatch = (partition: EmbeddedPartition, growth: Growth): void => {
    const { base, writer } = growth
    const { bytes, count, newest } = writer
    if (count === 0) return
    rows.insertBatch(partition, { base, count, bytes, newest }, writer.take())
    growth.bytes += bytes
    growth.base += count
  }

  const add = (growths: Map<EmbeddedPartition, Growth>, request: Append): ReadonlyArray<number> =>
    request.partitions.map((partition, i) => {
      let growth = growths.get(partition)
      if (growth === undefined) {
        const { bytes, end } = partition
        growth = { writer: spare.pop() ?? new BatchWriter(), base: end, end, bytes }
        growths.set(partition, growth)
      }
      const record = request.records[i]
      if (record !== undefined) growth.writer.add(record)
      if (growth.writer.count >= batchRecords || growth.writer.size >= batchBytes) closeBatch(partition, growth)
      return growth.end++
    })

  const write = (
    requests: ReadonlyArray<Append>,
    also: () => void = () => {}
  ): ReadonlyArray<ReadonlyArray<number>> => {
    const growths = new Map<EmbeddedPartition, Growth>()
    try {
      const offsets = rows.transaction(() => {
        const given = requests.map((request) => add(growths, request))
        for (const [partition, growth] of growths) closeBatch(partition, growth)
        also()
        return given
      })
      for (const [partition, { bytes, end }] of growths) {
        partition.end = end
        partition.bytes = bytes
      }
      return offsets
    } finally {
      for (const { writer } of growths.values()) {
        writer.take()
        spare.push(writer)
      }
    }
  }

  const flush = (): void => {
    const requests = pending
    pending = []
    if (requests.length === 0) return
    const written = Result.try({ try: () => write(requests), catch: onError })
    if (Result.isSuccess(written)) {
      for (const topic of new Set(requests.map((request) => request.topic))) wake(topic)
    }
    for (const [i, request] of requests.entries()) {
      request.resume(Effect.fromResult(Result.map(written, (offsets) => offsets[i] ?? [])))
    }
  }

  return {
    /** Writes what still waits. */
    flush,
    /** Writes these now, in one transaction with what `also` writes, and wakes those who wait. Throws. */
    together: (appends: ReadonlyArray<Append>, also: () => void): ReadonlyArray<ReadonlyArray<number>> => {
      const offsets = write(appends, also)
      for (const topic of new Set(appends.map((append) => append.topic))) wake(topic)
      return offsets
    },
    append: (
      topic: EmbeddedTopic,
      records: ReadonlyArray<NewLogRecord>,
      partitions: ReadonlyArray<EmbeddedPartition>
    ): Effect.Effect<ReadonlyArray<number>, LogError> =>
      Effect.callback((resume) => {
        if (pending.length === 0) queueMicrotask(flush)
        pending.push({ topic, records, partitions, resume })
      })
  }
}
