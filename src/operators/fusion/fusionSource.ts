/** The head of the pipeline: records of the log as envelopes, each array followed by the progress mark that lets its positions be committed. */
import { type Array, Effect, Stream } from "effect"
import { type Element, envelope, type EventContext, progress, type TraceContext } from "../../domain/Envelope.ts"
import { traceIdOf } from "../../domain/observation/observationId.ts"
import { decodeRawRecordHeaders } from "../../domain/observation/rawRecordHeaders.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import { followParent } from "../../domain/sampling/parent.ts"
import { extract } from "../../domain/tracing/propagation.ts"
import type { LogRecord } from "../../layers/log/MessageLog.ts"
import { type HeadDecision, HeadSampler } from "../../layers/stage/HeadSampler.ts"

type Decide = (traceId: string, source: string) => HeadDecision

/** The producer's trace, if it sent one that can be read; else the observation's own, sampled as its id says. */
const traceOf = (record: ReceivedRecord, decide: Decide): TraceContext => {
  const parent = record.trace === undefined ? undefined : extract({ ...record.trace })
  if (parent !== undefined) {
    const { spanId, traceId } = parent
    return { traceId, spanId, ...followParent(parent) }
  }
  const traceId = traceIdOf(record.observationId)
  return { traceId, spanId: undefined, ...decide(traceId, record.raw.source) }
}

/** The envelope of one record. Until it is decoded, its event time is its receive time. */
const received = (record: LogRecord, decide: Decide) => {
  const payload = decodeRawRecordHeaders(record)
  const { format } = payload.raw
  const context: EventContext = {
    id: payload.observationId,
    sourceId: payload.raw.source,
    sourceKind: format === "observation" || format === "tdm" ? "unknown" : format,
    eventTime: payload.receivedAt,
    ingestTime: payload.receivedAt,
    position: { topic: record.topic, partition: record.partition, offset: record.offset },
    trace: traceOf(payload, decide),
    lineage: undefined,
    raw: payload.raw
  }
  return envelope(payload, context)
}

/** Envelopes of a subscription's records. Arrays and order kept; a progress mark ends each array. State: none. */
export const fusionSource = <E, R>(
  records: Stream.Stream<LogRecord, E, R>
): Stream.Stream<Element<ReceivedRecord>, E, R> =>
  Stream.unwrap(Effect.map(HeadSampler, ({ decide }) =>
    Stream.mapArray(records, (array) => {
      const last = array[array.length - 1] ?? array[0]
      const elements: Array.NonEmptyArray<Element<ReceivedRecord>> = [received(array[0], decide)]
      for (let i = 1; i < array.length; i++) {
        const record = array[i]
        if (record !== undefined) elements.push(received(record, decide))
      }
      elements.push(progress([{ topic: last.topic, partition: last.partition, offset: last.offset + 1 }]))
      return elements
    })))
