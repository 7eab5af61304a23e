/** The head of the pipeline: records of the log as batches, each array followed by the progress mark that lets its positions be committed. */
import { type Array as Arr, Clock, Effect, Stream } from "effect"
import { isCanaryKey } from "../../domain/canary/reserved.ts"
import { decodeRawRecordHeaders } from "../../domain/observation/formats/rawRecordHeaders.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import { followParent } from "../../domain/sampling/head/parent.ts"
import { type Element, sourceBatch } from "../../domain/stream/Batch.ts"
import { type EventContext, type Lineage, progress, type TraceContext } from "../../domain/stream/Envelope.ts"
import { ownTrace } from "../../domain/tracing/ownTrace.ts"
import { extract } from "../../domain/tracing/propagation.ts"
import type { LogRecord } from "../../layers/log/MessageLog.ts"
import { type HeadDecision, HeadSampler } from "../../layers/stage/HeadSampler.ts"
import { StageLineage, StageTracing } from "../../layers/stage/StageHooks.ts"

type Decide = (id: string, source: string) => HeadDecision

/**
 * A canary is always traced, outside the sampler; without a threshold its trace stands for no others in counts that are scaled back.
 */
const always: HeadDecision = { sampled: true, traceState: undefined }

/** The producer's trace, if it sent one that can be read; else the observation's own, sampled as its id says. */
const traceOf = (record: ReceivedRecord, decide: Decide): TraceContext => {
  const parent = record.trace === undefined ? undefined : extract({ ...record.trace })
  if (parent !== undefined) {
    const { random, spanId, traceId } = parent
    return { traceId, spanId, ...(random && { random }), ...followParent(parent) }
  }
  const { observationId } = record
  return ownTrace(observationId, isCanaryKey(record.key) ? always : decide(observationId, record.raw.source))
}

/** The context of one record. Until it is decoded, its event time is its receive time. */
const contextOf = (
  record: LogRecord,
  payload: ReceivedRecord,
  trace: TraceContext,
  lineage: Lineage | undefined
): EventContext => {
  const { format, source } = payload.raw
  return {
    id: payload.observationId,
    sourceId: source,
    sourceKind: format === "observation" || format === "tdm" ? "unknown" : format,
    eventTime: payload.receivedAt,
    ingestTime: payload.receivedAt,
    position: { topic: record.topic, partition: record.partition, offset: record.offset },
    trace,
    lineage,
    raw: payload.raw
  }
}

/** A subscription's records. Arrays and order kept; a progress mark ends each array. State: none. */
export const fusionSource = <E, R>(
  records: Stream.Stream<LogRecord, E, R>
): Stream.Stream<Element<ReceivedRecord>, E, R> =>
  Stream.unwrap(Effect.gen(function*() {
    const { decide } = yield* HeadSampler
    const tracing = yield* StageTracing
    const lineage = yield* StageLineage
    const clock = yield* Clock.Clock
    return Stream.mapArray(records, (array) => {
      const payloads: Array<ReceivedRecord> = []
      const contexts: Array<EventContext> = []
      for (const record of array) {
        const payload = decodeRawRecordHeaders(record)
        payloads.push(payload)
        const trace = traceOf(payload, decide)
        const history = isCanaryKey(payload.key) ? undefined : lineage.begin(payload.observationId, trace.sampled)
        const context = contextOf(record, payload, trace, history)
        contexts.push(trace.sampled ? tracing.root("observation", context, clock.currentTimeNanosUnsafe()) : context)
      }
      const { offset, partition, topic } = array[array.length - 1] ?? array[0]
      const elements: Arr.NonEmptyArray<Element<ReceivedRecord>> = [sourceBatch(payloads, contexts)]
      elements.push(progress([{ topic, partition, offset: offset + 1 }]))
      return elements
    })
  }))
