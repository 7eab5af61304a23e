/**
 * Ingest: writes what the sources receive to the topic `observations` of the message log.
 *
 * Each source is read into one bounded buffer of arrays; one writer appends what has gathered there, several arrays at a time when the log
 * is slower than the sources. While the log is `Unavailable` the append is retried with decorrelated jitter, for as long as it takes,
 * and the sources are read until the buffer is full; then pulled sources wait and pushed ones count what they drop. An append that was
 * retried may have been written before: the observation id makes the copies one.
 *
 * A record over the log's size limit is logged, counted as rejected and left out. Every other failure of the log, and of a source, ends
 * ingest with that error, after what was received has been written.
 *
 * Order: records of one source stay in order, and so do those of one key.
 */
import { type Cause, Effect, Fiber, Queue, type Schedule, type Scope, Stream } from "effect"
import { encodeRawRecordHeaders, observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import { type LogError, MessageLog, type NewLogRecord } from "../log/MessageLog.ts"
import { decorrelatedJitter } from "./decorrelatedJitter.ts"
import type { Source, SourceError } from "./Source.ts"

interface IngestOptions {
  /** Default `observations`; it must exist. */
  readonly topic?: string
  /** Arrays (of up to 256 records) between the sources and the log (default 32). */
  readonly bufferedArrays?: number
  /** Most arrays in one append (default 4). */
  readonly arraysPerAppend?: number
  /** Between tries while the log is unavailable (default: decorrelated jitter from 50 ms to 2 s, without end). */
  readonly retry?: Schedule.Schedule<unknown>
}

interface IngestCounts {
  /** Taken from the sources. */
  readonly received: number
  /** In the log. */
  readonly appended: number
  /** Left out: too large for the log. */
  readonly rejected: number
  /** Appends tried again. */
  readonly retries: number
}

interface Ingest {
  readonly counts: () => IngestCounts
  /** Succeeds when every source has ended and all of it is in the log. */
  readonly finished: Effect.Effect<IngestCounts, LogError | SourceError>
  /** Ends the sources, writes what they had received (waits while the log is unavailable), then gives the same as `finished`. */
  readonly stop: Effect.Effect<IngestCounts, LogError | SourceError>
}

interface Batch {
  readonly source: Source
  readonly records: ReadonlyArray<ReceivedRecord>
}

const toLogRecord = (record: ReceivedRecord): NewLogRecord => ({
  key: record.key,
  value: record.raw.bytes,
  headers: encodeRawRecordHeaders(record),
  timestamp: Math.max(0, record.receivedAt)
})

/** Begins to read the sources. Closing the scope without `stop` gives up what is still in the buffer. */
export const startIngest = Effect.fn("Ingest.start")(
  function*(sources: ReadonlyArray<Source>, options: IngestOptions = {}): Effect.fn.Return<
    Ingest,
    never,
    MessageLog | Scope.Scope
  > {
    const log = yield* MessageLog
    const topic = options.topic ?? observationsTopic
    const retry = options.retry ?? decorrelatedJitter("50 millis", "2 seconds")
    const buffer = yield* Queue.bounded<Batch, Cause.Done>(options.bufferedArrays ?? 32)
    let counts: IngestCounts = { received: 0, appended: 0, rejected: 0, retries: 0 }
    const add = (field: keyof IngestCounts, amount: number) => {
      counts = { ...counts, [field]: counts[field] + amount }
    }

    const append = (records: ReadonlyArray<ReceivedRecord>): Effect.Effect<void, LogError> =>
      log.append(topic, records.map(toLogRecord)).pipe(
        Effect.tapError((error) =>
          error.reason === "Unavailable"
            ? Effect.andThen(
              Effect.sync(() => add("retries", 1)),
              Effect.logWarning(`ingest: the log is unavailable, ${records.length} records wait: ${error.message}`)
            )
            : Effect.void
        ),
        Effect.retry({ schedule: retry, while: (error) => error.reason === "Unavailable" }),
        Effect.matchEffect({
          onSuccess: () => Effect.sync(() => add("appended", records.length)),
          onFailure: (error) => error.reason === "RecordTooLarge" ? appendEach(records, error) : Effect.fail(error)
        })
      )

    /** Finds the record that is too large; the others are written. */
    const appendEach = (records: ReadonlyArray<ReceivedRecord>, error: LogError): Effect.Effect<void, LogError> => {
      const [first] = records
      if (first === undefined || records.length > 1) {
        return Effect.forEach(records, (record) => append([record]), { discard: true })
      }
      add("rejected", 1)
      return Effect.logError(
        `ingest: left out ${first.raw.locator}, ${first.raw.bytes.length} bytes: ${error.message}`
      )
    }

    const writeBatches = Effect.fnUntraced(function*(batches: ReadonlyArray<Batch>) {
      yield* append(batches.flatMap((batch) => batch.records))
      for (const { records, source } of batches) yield* source.appended(records)
    })
    const writer = Queue.takeBetween(buffer, 1, options.arraysPerAppend ?? 4).pipe(
      Effect.flatMap(writeBatches),
      Effect.forever,
      Effect.catchTag("Done", () => Effect.void)
    )

    const stopSources = Effect.forEach(sources, (source) => source.stop, { concurrency: "unbounded", discard: true })
    const read = (source: Source) =>
      Stream.runForEachArray(source.records, (records) => {
        add("received", records.length)
        return Queue.offer(buffer, { source, records })
      }).pipe(Effect.tapError(() => stopSources), Effect.exit)
    const readAll = Effect.forEach(sources, read, { concurrency: "unbounded" }).pipe(
      Effect.ensuring(Queue.end(buffer))
    )
    const running = yield* Effect.forkScoped(Effect.gen(function*() {
      const reading = yield* Effect.forkChild(readAll)
      yield* Effect.onError(writer, () => Fiber.interrupt(reading))
      for (const exit of yield* Fiber.join(reading)) yield* exit
      return counts
    }))
    const finished = Fiber.join(running)
    return { counts: () => counts, finished, stop: Effect.andThen(stopSources, finished) }
  }
)
