/** A raw record as a source hands it over: what came, when, under which identity and trace. */
import type { RawRecord } from "../stream/Envelope.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import type { ObservationId } from "./Observation.ts"

/** The W3C headers that the producer sent, unread. */
export interface IncomingTrace {
  readonly traceparent: string
  readonly tracestate: string | undefined
}

export interface ReceivedRecord {
  readonly raw: RawRecord
  /** UUIDv5 of `raw.source` and `raw.bytes`. */
  readonly observationId: ObservationId
  readonly receivedAt: UtcTime
  readonly trace: IncomingTrace | undefined
  /** Partitioning: records of one key stay in order. */
  readonly key: string
  /** Once this record and all before it are in the log, the source's cursor may be this event time. */
  readonly cursor: UtcTime | undefined
  /** Where its source goes on behind this record, in the source's own words; kept with the record, all or none. */
  readonly resume?: string
}
