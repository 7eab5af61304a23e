/** Whether what was kept of the alerts belongs to the topic that is there. */
import { Effect } from "effect"
import type { LogReaderShape } from "../log/LogReader.ts"
import type { AlertSnapshot, TopicRead } from "./AlertTable.ts"

/**
 * Each position lies within the topic, and the last record read before it is still the one that was read: a log that was emptied, or another one,
 * has others there. Costs a read of one record a partition.
 */
export const fitsTopic = Effect.fnUntraced(
  function*(log: LogReaderShape, topic: string, { alerts, read }: AlertSnapshot) {
    if (read.length === 0) return alerts.length === 0
    const offsets = yield* log.offsets(topic)
    const fits = Effect.fnUntraced(function*({ last, next, partition }: TopicRead) {
      const kept = offsets.find((each) => each.partition === partition)
      if (kept === undefined || next < kept.beginning || next > kept.end) return false
      if (last === undefined || next === kept.beginning) return next === kept.beginning
      const [record] = yield* log.read({ topic, partition, offset: next - 1, max: 1 })
      return record !== undefined && (record.key ?? "") === last.alertId
        && Number(record.headers.sequence ?? 0) === last.sequence
    })
    for (const each of read) if (!(yield* fits(each))) return false
    return true
  }
)
