/**
 * The ingest pipeline: what the sources receive, to the topic `observations` of the message log.
 *
 * Each source is read into one bounded buffer of arrays, from which one stage appends what has gathered there, several arrays at a time when the log
 * is slower than the sources. While the log is unavailable the append is tried again, for as long as it takes, and the sources are read until the buffer is
 * full; then pulled sources wait and pushed ones count what they drop. An append that was tried again may have been written before: the observation
 * id makes the copies one. A record over the log's size limit is a dead letter. Every other failure of the log, and of a source, ends the pipeline with that
 * error, after what was received has been written.
 *
 * With commit units, records and how far their sources have been read are in the log together: a file goes on where it was. Then the unit is what is
 * tried again, and each array is a unit.
 *
 * Order: records of one source stay in order, and so do those of one key. A record's trace begins where it is read from the log: here it passes as it
 * came. State: how far each source has been read; its buffer is written before the end.
 */
import { type Cause, Effect, Queue, Stream } from "effect"
import { encodeRawRecordHeaders, observationsTopic } from "../../../domain/observation/formats/rawRecordHeaders.ts"
import type { ReceivedRecord } from "../../../domain/observation/ReceivedRecord.ts"
import { type Batch, sourceBatch } from "../../../domain/stream/Batch.ts"
import type { EventContext } from "../../../domain/stream/Envelope.ts"
import { traceIdOf } from "../../../domain/tracing/traceId.ts"
import type { GroupMember } from "../../../layers/log/GroupMember.ts"
import type { LogError, MessageLog, NewLogRecord } from "../../../layers/log/MessageLog.ts"
import type { Source, SourceError } from "../../../layers/sources/Source.ts"
import { StageState } from "../../../layers/stage/StageState.ts"
import { commit } from "../../log/commit.ts"
import { toLog } from "../../log/toLog.ts"
import { from, type Pipeline } from "../../stage/Pipeline.ts"
import type { StageServices } from "../../stage/Stage.ts"
import { EntryTable } from "../../state/Table.ts"
import { tablePart } from "../../state/tablePart.ts"

interface IngestOptions {
  /** Arrays (of up to 256 records) between the sources and the log (default 32). */
  readonly bufferedArrays?: number
  /** Most arrays in one append (default 4). */
  readonly arraysPerAppend?: number
}

/** The pipeline of one run of its sources. */
export interface Ingest {
  readonly pipeline: Pipeline<LogError | SourceError, MessageLog | GroupMember | StageServices>
  /** Ends the sources; what they had received is written, then the pipeline ends. */
  readonly stop: Effect.Effect<void>
  /** Records taken from the sources so far. */
  readonly received: () => number
}

/** The stage that writes: its counts tell what is in the log. */
export const ingestStage = "ingest"

/** The stage by which what it wrote becomes durable. */
export const ingestCommitStage = "ingest-commit"

interface Gathered {
  readonly source: Source
  readonly records: ReadonlyArray<ReceivedRecord>
}

const toLogRecord = (record: ReceivedRecord): NewLogRecord => ({
  key: record.key,
  value: record.raw.bytes,
  headers: encodeRawRecordHeaders(record),
  timestamp: Math.max(0, record.receivedAt)
})

const contextOf = ({ observationId, raw, receivedAt }: ReceivedRecord): EventContext => ({
  id: observationId,
  sourceId: raw.source,
  sourceKind: "unknown",
  eventTime: receivedAt,
  ingestTime: receivedAt,
  position: undefined,
  trace: { traceId: traceIdOf(observationId), spanId: undefined, sampled: false, traceState: undefined },
  lineage: undefined,
  raw
})

/** How far each source is in the log, by its name: not a stage's, but kept as one's. */
const openPassed = Effect.map(StageState, ({ open }) => {
  const passed = new EntryTable<string, string>({ capacity: 1024 })
  const part = tablePart("passed", passed, {})
  const kept = open("sources", { parts: [part], readings: () => ({}) })?.get("passed")
  if (kept !== undefined) part.restore(kept.entries, kept.version)
  part.changes()
  return passed
})

export const ingest = (sources: ReadonlyArray<Source>, options: IngestOptions = {}): Ingest => {
  const { arraysPerAppend = 4, bufferedArrays = 32 } = options
  const ofRecord = new WeakMap<ReceivedRecord, Source>()
  let received = 0

  const stop = Effect.forEach(sources, (source) => source.stop, { concurrency: "unbounded", discard: true })

  const gathered = Stream.unwrap(Effect.gen(function*() {
    const passed = yield* openPassed
    for (const source of sources) {
      const resume = passed.get(source.name)
      if (resume !== undefined) source.goOnBehind?.(resume)
    }
    const buffer = yield* Queue.bounded<Gathered, SourceError | Cause.Done>(bufferedArrays)
    const read = (source: Source) =>
      Stream.runForEachArray(source.records, (records) => {
        received += records.length
        return Queue.offer(buffer, { source, records })
      }).pipe(Effect.tapError(() => stop), Effect.exit)
    // A source that fails ends the others; the failure comes out behind what was received.
    yield* Effect.forEach(sources, read, { concurrency: "unbounded" }).pipe(
      Effect.flatMap((exits) => Effect.all(exits, { discard: true })),
      Effect.matchCauseEffect({
        onSuccess: () => Queue.end(buffer),
        onFailure: (cause) => Queue.failCause(buffer, cause)
      }),
      Effect.forkScoped
    )
    return Stream.fromEffectRepeat(Queue.takeBetween(buffer, 1, arraysPerAppend)).pipe(
      Stream.map((arrays): Batch<ReceivedRecord> => {
        for (const { records, source } of arrays) {
          for (const record of records) ofRecord.set(record, source)
          const resume = records.findLast((record) => record.resume !== undefined)?.resume
          if (resume !== undefined) passed.set(source.name, resume)
        }
        const records = arrays.flatMap((array) => array.records)
        return sourceBatch(records, records.map(contextOf))
      })
    )
  }))

  /** Tells each source which of its records are in the log, in order. */
  const appended = (records: ReadonlyArray<ReceivedRecord>): Effect.Effect<void> =>
    Effect.forEach(
      Map.groupBy(records, (record) => ofRecord.get(record)),
      ([source, theirs]) => source?.appended(theirs) ?? Effect.void,
      { discard: true }
    )

  return {
    pipeline: from(gathered, sources.map(({ name }) => name).join(", ") || "no source")
      .via(toLog({
        name: ingestStage,
        topic: observationsTopic,
        record: toLogRecord,
        traced: false,
        written: appended,
        edge: {
          capacity: bufferedArrays * 256,
          policy: "backpressure",
          reason: "while the log is slow, pulled sources wait and pushed ones count what they drop"
        }
      })).to(commit(ingestCommitStage)),
    stop,
    received: () => received
  }
}
