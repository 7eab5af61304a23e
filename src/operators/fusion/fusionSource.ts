/** The head of the fusion pipeline: records of the topic `observations` as received records. */
import type { Stream } from "effect"
import { isCanaryKey } from "../../domain/canary/reserved.ts"
import { decodeRawRecordHeaders, observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { Element } from "../../domain/stream/Batch.ts"
import type { LogRecord } from "../../layers/log/MessageLog.ts"
import type { HeadDecision } from "../../layers/stage/HeadSampler.ts"
import { fromRecords, type LogEvent } from "../log/fromLog.ts"

/**
 * A canary is always traced, outside the sampler; without a threshold its trace stands for no others in counts that are scaled back.
 */
const always: HeadDecision = { sampled: true, traceState: undefined }

/** Until it is decoded, its event time is its receive time. The trace in its headers is the producer's, as the source found it. */
const read = (record: LogRecord): LogEvent<ReceivedRecord> => {
  const payload = decodeRawRecordHeaders(record)
  const { key, observationId, raw, receivedAt, trace } = payload
  const isCanary = isCanaryKey(key)
  return {
    payload,
    id: observationId,
    sourceId: raw.source,
    sourceKind: kindOfFormat(raw.format),
    eventTime: receivedAt,
    ingestTime: receivedAt,
    raw,
    trace: { ...trace },
    ...(isCanary && { decision: always, hasLineage: false })
  }
}

/** Lines and messages say themselves of which sensor they are. */
const kindOfFormat = (format: string): string => format === "observation" || format === "tdm" ? "unknown" : format

export const observationEvents = { topic: observationsTopic, root: "observation", read }

/** A subscription's records. Arrays and order kept; a progress mark ends each array. State: none. */
export const fusionSource = <E, R>(
  records: Stream.Stream<LogRecord, E, R>
): Stream.Stream<Element<ReceivedRecord>, E, R> => fromRecords(records, observationEvents)
