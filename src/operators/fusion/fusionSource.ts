/** The head of the fusion pipeline: records of the topic `observations` as received records. */
import type { Stream } from "effect"
import { decodeRawRecordHeaders, observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import { readerOf } from "../../domain/observation/readers/readers.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { Element } from "../../domain/stream/Batch.ts"
import type { LogRecord } from "../../layers/log/MessageLog.ts"
import type { HeadDecision } from "../../layers/stage/HeadSampler.ts"
import { fromRecords, type LogEvent } from "../log/fromLog.ts"
import { noSynthetics, type Synthetics } from "./Synthetics.ts"

/**
 * Synthetic traffic is always traced, outside the sampler; without a threshold a trace of it stands for no others in counts that are scaled back.
 */
const always: HeadDecision = { sampled: true, traceState: undefined }

/** Until it is decoded, its event time is its receive time. The trace in its headers is the producer's, as the source found it. */
const readBeside = ({ hasKey }: Synthetics) => (record: LogRecord): LogEvent<ReceivedRecord> => {
  const payload = decodeRawRecordHeaders(record)
  const { key, observationId, raw, receivedAt, trace } = payload
  return {
    payload,
    id: observationId,
    sourceId: raw.source,
    sourceKind: readerOf(raw.format)?.kind ?? "unknown",
    eventTime: receivedAt,
    ingestTime: receivedAt,
    raw,
    trace: { ...trace },
    ...(hasKey(key) && { decision: always, hasLineage: false })
  }
}

/** How records are read where there is such traffic. */
export const observationEventsBeside = (synthetics: Synthetics) => ({
  topic: observationsTopic,
  root: "observation",
  read: readBeside(synthetics)
})

/** A subscription's records. Arrays and order kept; a progress mark ends each array. State: none. */
export const fusionSource = <E, R>(
  records: Stream.Stream<LogRecord, E, R>,
  synthetics = noSynthetics
): Stream.Stream<Element<ReceivedRecord>, E, R> => fromRecords(records, observationEventsBeside(synthetics))
