/**
 * How a received record is written to the topic `observations`: its bytes are the value, everything else is headers.
 *
 * | header                  | value                                                             |
 * |-------------------------|-------------------------------------------------------------------|
 * | `perigee-format`        | the wire format: radar, optical, isl, observation, tdm             |
 * | `perigee-source`        | the source's name, as it went into the observation id              |
 * | `perigee-observation-id`| UUIDv5 of source and bytes                                         |
 * | `perigee-received-us`   | receive time, microseconds since 1970-01-01T00:00:00Z, decimal     |
 * | `perigee-locator`       | file and line, or peer address                                     |
 * | `traceparent`, `tracestate` | W3C Trace Context, when the producer sent one                  |
 *
 * The log's own time stamp has milliseconds only; that is why the receive time is a header.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { isObservationId, observationIdOf } from "../observationId.ts"
import type { IncomingTrace, ReceivedRecord } from "../ReceivedRecord.ts"

/** The topic that ingest writes and fusion reads. */
export const observationsTopic = "observations"

export const rawRecordHeaders = {
  format: "perigee-format",
  source: "perigee-source",
  observationId: "perigee-observation-id",
  received: "perigee-received-us",
  locator: "perigee-locator",
  traceparent: "traceparent",
  tracestate: "tracestate"
} as const

type Headers = Readonly<Record<string, string>>

const wholeMicros = /^\d{1,16}$/

/** The headers of a received record. */
export const encodeRawRecordHeaders = (record: ReceivedRecord): Headers => ({
  [rawRecordHeaders.format]: record.raw.format,
  [rawRecordHeaders.source]: record.raw.source,
  [rawRecordHeaders.observationId]: record.observationId,
  [rawRecordHeaders.received]: String(Math.max(0, Math.round(record.receivedAt * 1000))),
  [rawRecordHeaders.locator]: record.raw.locator,
  ...(record.trace !== undefined && { [rawRecordHeaders.traceparent]: record.trace.traceparent }),
  ...(record.trace?.tracestate !== undefined && { [rawRecordHeaders.tracestate]: record.trace.tracestate })
})

const traceOf = (headers: Headers): IncomingTrace | undefined => {
  const traceparent = headers[rawRecordHeaders.traceparent]
  return traceparent === undefined ? undefined : { traceparent, tracestate: headers[rawRecordHeaders.tracestate] }
}

/**
 * Reads back what {@link encodeRawRecordHeaders} wrote. Never fails: a producer that knows none of the headers may put the JSON of an
 * `Observation` on the topic; its source is then `observation`, its receive time the log's time stamp, its locator the position.
 */
export const decodeRawRecordHeaders = (record: {
  readonly headers: Headers
  readonly value: Uint8Array
  readonly timestamp: UtcTime
  readonly key: string | undefined
  readonly topic: string
  readonly partition: number
  readonly offset: number
}): ReceivedRecord => {
  const { headers, value } = record
  const format = headers[rawRecordHeaders.format] ?? "observation"
  const source = headers[rawRecordHeaders.source] ?? format
  const id = headers[rawRecordHeaders.observationId]
  const received = headers[rawRecordHeaders.received]
  const locator = headers[rawRecordHeaders.locator] ?? `${record.topic}/${record.partition}/${record.offset}`
  return {
    raw: { format, source, bytes: value, locator },
    observationId: isObservationId(id) ? id : observationIdOf(source, value),
    receivedAt: received !== undefined && wholeMicros.test(received) ? Number(received) / 1000 : record.timestamp,
    trace: traceOf(headers),
    key: record.key ?? source,
    cursor: undefined
  }
}
