/** Reading a topic from what it still holds to where it ends now. */
import { Effect } from "effect"
import type { LogError, LogRecord, MessageLog } from "./MessageLog.ts"

/** All records of a topic, partition by partition. Held whole: for topics that are small by design. */
export const readAll = Effect.fn("readAll")(function*(
  log: MessageLog["Service"],
  topic: string
): Effect.fn.Return<ReadonlyArray<LogRecord>, LogError> {
  const records: Array<LogRecord> = []
  for (const { beginning, end, partition } of yield* log.offsets(topic)) {
    let offset = beginning
    while (offset < end) {
      const batch = yield* log.read({ topic, partition, offset, max: 1000 })
      const last = batch.at(-1)
      if (last === undefined) break
      for (const record of batch) records.push(record)
      offset = last.offset + 1
    }
  }
  return records
})
