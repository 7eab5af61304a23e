/** Between the log's records and the Kafka client's messages. */
import type { IHeaders, KafkaMessage, Message } from "kafkajs"
import type { LogHeaders, LogRecord, NewLogRecord } from "../LogRecord.ts"

/** A message for a partition that is already chosen: the client must not choose again when it retries. */
export type PlacedMessage = Message & { readonly partition: number }

export const toMessage = (record: NewLogRecord, partition: number): PlacedMessage => ({
  partition,
  key: record.key ?? null,
  value: Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength),
  headers: { ...record.headers },
  timestamp: String(Math.floor(record.timestamp))
})

/** Kafka allows a name twice: the last one counts, as for its own `lastHeader`. A header without a value is empty text. */
const toHeaders = (headers: IHeaders | undefined): LogHeaders => {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value
    // `__proto__` is a name like any other.
    Object.defineProperty(texts, name, {
      value: last?.toString("utf8") ?? "",
      enumerable: true,
      configurable: true,
      writable: true
    })
  }
  return texts
}

/** The value is copied: a view would keep the whole fetch response alive for as long as the record. */
export const fromMessage = (topic: string, partition: number, message: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  key: message.key?.toString("utf8"),
  value: message.value === null ? new Uint8Array(0) : new Uint8Array(message.value),
  headers: toHeaders(message.headers),
  timestamp: Number(message.timestamp)
})
