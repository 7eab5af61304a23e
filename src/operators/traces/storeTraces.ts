/**
 * Decided traces into the store: their spans out of their requests, which are read from the log again where their bytes gave way.
 *
 * Arrays and order kept. State: none. Errors: while store or log cannot be reached the write is tried again, for as long as it takes, and what is above waits; a request
 * that is gone from the log (retention) costs its spans, which is told; every other failure of the store makes the traces a dead letter. Cost: that of the store.
 */
import { Effect, Result } from "effect"
import { isNever } from "../../domain/sampling/head/threshold.ts"
import { randomnessOfTraceId } from "../../domain/sampling/head/threshold.ts"
import { readSpanRecord, spansTopic } from "../../domain/traces/otlp/spanRecord.ts"
import { type LogError, MessageLog } from "../../layers/log/MessageLog.ts"
import { TraceStore, type TraceStoreError, type TraceWrite } from "../../layers/traces/store/TraceStore.ts"
import { sink } from "../sinks/sink.ts"
import { type ErrorClass, type Operator, retry, type StageServices } from "../stage/Stage.ts"
import type { ClosedTrace, ClosedTraces } from "./ClosedTraces.ts"
import { encodedSpan, type SpanBody } from "./SpanBodies.ts"
import { stampSpan } from "./stampSpan.ts"

const withoutEnd = retry(Infinity, { baseMillis: 50, capMillis: 5000 })

const classify = (error: LogError | TraceStoreError): ErrorClass =>
  error.reason === "Unavailable" ? "transient" : "permanent"

/** Reads the bytes of those that have none; of those next to each other together. */
const fetchBodies = Effect.fnUntraced(function*(bodies: ReadonlySet<SpanBody>) {
  const log = yield* MessageLog
  for (const body of bodies) {
    if (body.bytes !== undefined) continue
    const records = yield* log.read({ topic: spansTopic, partition: body.partition, offset: body.offset, max: 1 }).pipe(
      Effect.catchIf(({ reason }) => reason === "OffsetOutOfRange", () => Effect.succeed([]))
    )
    const record = records.find(({ offset }) => offset === body.offset)
    const bytes = record === undefined ? undefined : Result.getOrUndefined(readSpanRecord(record))
    if (bytes === undefined) {
      yield* Effect.logWarning(
        `spans/${body.partition} ${body.offset} is gone from the log: its spans cannot be stored`
      )
    } else body.bytes = bytes
  }
})

const writeOf = ({ completion, decision, revision, spans, traceId }: ClosedTrace): TraceWrite => {
  const { threshold } = decision
  const stamps = decision.keep && !isNever(threshold) && (threshold.high | threshold.low) !== 0
  const randomness = randomnessOfTraceId(traceId)
  return {
    traceId,
    revision,
    decision,
    completion,
    parts: spans.flatMap((place) => {
      const encoded = encodedSpan(place)
      if (encoded === undefined) return []
      return stamps ? { ...encoded, span: stampSpan(encoded.span, randomness, threshold) } : encoded
    })
  }
}

export const storeTraces = (
  stored?: (closed: ClosedTraces) => void
): Operator<ClosedTraces, ClosedTraces, never, StageServices | MessageLog | TraceStore> =>
  sink<ClosedTraces, LogError | TraceStoreError, MessageLog | TraceStore>({
    name: "store",
    classify,
    retry: withoutEnd,
    write: Effect.fnUntraced(function*(batch: ReadonlyArray<ClosedTraces>) {
      const store = yield* TraceStore
      for (const closed of batch) {
        const missing = new Set<SpanBody>()
        for (const { spans } of closed.traces) {
          for (const { body } of spans) if (body.bytes === undefined) missing.add(body)
        }
        if (missing.size > 0) yield* fetchBodies(missing)
        yield* store.write(closed.traces.map(writeOf))
        stored?.(closed)
      }
    })
  })
