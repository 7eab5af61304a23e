/** What is checked of topics and records before any engine takes them. */
import { LogError } from "./LogError.ts"
import type { NewLogRecord, TopicSpec } from "./LogRecord.ts"

const topicName = /^[A-Za-z0-9._-]{1,249}$/

const invalid = (message: string, topic: string): LogError => new LogError({ reason: "Invalid", message, topic })

const isLimit = (limit: number | undefined): boolean =>
  limit === undefined || (Number.isSafeInteger(limit) && limit >= 0)

export const checkTopicSpec = (spec: TopicSpec): LogError | undefined => {
  const { name, partitions } = spec
  if (!topicName.test(name) || name === "." || name === "..") {
    return invalid(`topic name ${JSON.stringify(name)} is not 1 to 249 of A-Z a-z 0-9 . _ -`, name)
  }
  if (!Number.isSafeInteger(partitions) || partitions < 1) {
    return invalid(`topic ${name}: ${partitions} is no number of partitions`, name)
  }
  if (!isLimit(spec.retentionMillis) || !isLimit(spec.retentionBytes)) {
    return invalid(`topic ${name}: retention must be a whole number, not negative`, name)
  }
  return undefined
}

/** Size of a record for retention and limits: the UTF-8 bytes of key and headers, and the value. */
export const recordBytes = (record: Pick<NewLogRecord, "key" | "value" | "headers">): number => {
  let size = record.value.length + (record.key === undefined ? 0 : Buffer.byteLength(record.key))
  for (const name in record.headers) size += Buffer.byteLength(name) + Buffer.byteLength(record.headers[name] ?? "")
  return size
}

/** An upper bound of {@link recordBytes} that looks at no character: a UTF-16 unit is at most three bytes of UTF-8. */
const mostBytes = (record: NewLogRecord): number => {
  let units = record.key === undefined ? 0 : record.key.length
  for (const name in record.headers) units += name.length + (record.headers[name] ?? "").length
  return record.value.length + 3 * units
}

/** The first thing wrong with `records`, if any. */
export const checkRecords = (
  topic: string,
  records: ReadonlyArray<NewLogRecord>,
  maxRecordBytes: number
): LogError | undefined => {
  for (const [i, record] of records.entries()) {
    if (!(record.timestamp >= 0 && record.timestamp <= Number.MAX_SAFE_INTEGER)) {
      return invalid(`append to ${topic}: record ${i} has the timestamp ${record.timestamp}`, topic)
    }
    if (mostBytes(record) > maxRecordBytes && recordBytes(record) > maxRecordBytes) {
      return new LogError({
        reason: "RecordTooLarge",
        message: `append to ${topic}: record ${i} has ${recordBytes(record)} bytes, the limit is ${maxRecordBytes}`,
        topic
      })
    }
  }
  return undefined
}
