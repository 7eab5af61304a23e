/** Records of several partitions as one sequence: within a partition in its order, between partitions by their times. */
import { Effect } from "effect"
import type { LogReaderShape } from "../../layers/log/LogReader.ts"
import type { LogRecord } from "../../layers/log/LogRecord.ts"
import type { Positions } from "./positions.ts"

const pageRecords = 500

interface Reading {
  readonly partition: number
  next: number
  /** Read and not taken yet. */
  page: ReadonlyArray<LogRecord>
  place: number
  ended: boolean
}

export interface MergedRecords {
  readonly records: ReadonlyArray<LogRecord>
  /** What comes behind them. */
  readonly next: Positions
}

/** At most `limit` records from these positions on, to the end as it is now. What retention removed meanwhile is left out. Memory: a page a partition. */
export const mergedRecords = Effect.fnUntraced(
  function*(log: LogReaderShape, topic: string, from: Positions, limit: number) {
    const readings = Array.from(
      from,
      ([partition, next]): Reading => ({ partition, next, page: [], place: 0, ended: false })
    )
    const fill = Effect.fnUntraced(function*(reading: Reading, most: number) {
      const { next: offset, partition } = reading
      const read = log.read({ topic, partition, offset, max: Math.min(pageRecords, most) })
      const page = yield* Effect.catchIf(
        read,
        ({ reason }) => reason === "OffsetOutOfRange",
        () =>
          Effect.gen(function*() {
            const kept = (yield* log.offsets(topic)).find((each) => each.partition === partition)
            if (kept === undefined || kept.beginning <= offset) return []
            reading.next = kept.beginning
            return yield* log.read({ topic, partition, offset: kept.beginning, max: Math.min(pageRecords, most) })
          })
      )
      reading.page = page
      reading.place = 0
      reading.ended = page.length === 0
    })
    const records: Array<LogRecord> = []
    while (records.length < limit) {
      let first: Reading | undefined
      let head: LogRecord | undefined
      for (const reading of readings) {
        if (!reading.ended && reading.place >= reading.page.length) yield* fill(reading, limit - records.length)
        const record = reading.page[reading.place]
        if (record !== undefined && (head === undefined || record.timestamp < head.timestamp)) {
          first = reading
          head = record
        }
      }
      if (first === undefined || head === undefined) break
      records.push(head)
      first.place++
      first.next = head.offset + 1
    }
    const next: Positions = new Map(readings.map((reading) => [reading.partition, reading.next]))
    return { records, next } satisfies MergedRecords
  }
)
