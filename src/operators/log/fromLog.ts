/**
 * The beginning of a pipeline that reads a topic of the message log.
 *
 * Each array of records is one batch and the progress mark that lets its positions be committed: put `commit` at the end. Arrays and order kept, of
 * each partition. An event continues the trace in its record's W3C headers, or begins its own, sampled by its id; without an id of its own that is
 * made of topic, partition and offset, the same in every run. Time: an event has its record's time until somebody says better; no watermark is made: put
 * `assignWatermarks` behind. State: none; where the group stands is the log's to keep. Errors: those of the log end the pipeline. Cost: a context an event.
 */
import { type Array as Arr, Cause, Clock, Effect, Stream } from "effect"
import { followParent } from "../../domain/sampling/head/parent.ts"
import { type Element, sourceBatch } from "../../domain/stream/Batch.ts"
import {
  type EventContext,
  progress,
  type RawRecord,
  type Tick,
  type TraceContext
} from "../../domain/stream/Envelope.ts"
import { saltOf, sequenceId } from "../../domain/stream/SequenceContext.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { ownTrace } from "../../domain/tracing/ownTrace.ts"
import { extract, type HeaderCarrier } from "../../domain/tracing/propagation.ts"
import { GroupMember } from "../../layers/log/GroupMember.ts"
import { type LogError, type LogRecord, MessageLog } from "../../layers/log/MessageLog.ts"
import { untilCaughtUp } from "../../layers/log/untilCaughtUp.ts"
import { type HeadDecision, HeadSampler } from "../../layers/stage/HeadSampler.ts"
import { StageLineage, StageTracing } from "../../layers/stage/StageHooks.ts"
import { CommitUnits } from "../../layers/units/CommitUnits.ts"
import { type Flow, from } from "../stage/Pipeline.ts"

/** A record as an event: its payload, and what is known of it beside that. */
export interface LogEvent<out A> {
  readonly payload: A
  /** A UUID, or 32 hex digits, the last fourteen of them random. */
  readonly id?: string
  /** Default: the topic. */
  readonly sourceId?: string
  readonly sourceKind?: string
  /** Default: the record's time stamp. */
  readonly eventTime?: UtcTime
  readonly ingestTime?: UtcTime
  /** What a dead letter keeps of it. Default: the record's value. */
  readonly raw?: RawRecord
  /** Where the producer's W3C context stands. Default: the record's headers. */
  readonly trace?: HeaderCarrier
  /** For who does not leave it to the sampler whether a trace that begins here is sampled. */
  readonly decision?: HeadDecision
  /** False: nobody follows its lineage. */
  readonly hasLineage?: boolean
}

export interface FromLogOptions<A, E = never, R = never> {
  readonly topic: string
  readonly group: string
  readonly read: (record: LogRecord) => LogEvent<A>
  /** Where a group that has committed nothing begins. Default `earliest`. */
  readonly begin?: "earliest" | "latest"
  /** Most records in one array (default 256). */
  readonly maxRecords?: number
  /** What the root span of an event's own trace is called. Default: the topic. */
  readonly root?: string
  /**
   * When it has ended, nobody writes any more: what is in the topic then is all there is. Without it the pipeline runs until it is stopped. If it gives
   * "stop", more is to come another time: a pipeline with commit units cuts the last one there and leaves open what is open. One without goes to its end.
   */
  readonly until?: Effect.Effect<unknown, E, R>
  /** Time that passes while no record comes. */
  readonly ticks?: Stream.Stream<Tick, never, R>
  /** With `until`: is told of each array of records before it goes on. */
  readonly seen?: (records: ReadonlyArray<LogRecord>) => void
}

export const fromLog = <A, E = never, R = never>(
  options: FromLogOptions<A, E, R>
): Flow<A, LogError | E, R | MessageLog | GroupMember> => {
  const { ticks, topic } = options
  const records = recordsOf(options)
  return from(ticks === undefined ? records : Stream.merge(records, ticks, { haltStrategy: "left" }), topic)
}

const recordsOf = <A, E, R>(
  options: FromLogOptions<A, E, R>
): Stream.Stream<Element<A>, LogError | E, R | MessageLog | GroupMember> =>
  Stream.unwrap(Effect.gen(function*() {
    const { begin = "earliest", group, maxRecords, seen, topic, until } = options
    const log = yield* MessageLog
    const { join } = yield* GroupMember
    const services = yield* Effect.context<R>()
    const units = yield* CommitUnits
    let given: unknown
    const subscription = yield* join({ topic, group, from: begin, ...(maxRecords !== undefined && { maxRecords }) })
    const records = until === undefined
      ? subscription.records
      : untilCaughtUp({
        log,
        subscription,
        topic,
        group,
        finished: Effect.map(Effect.provideContext(until, services), (how) => {
          given = how
        }),
        atEnd: Effect.suspend(() =>
          given === "stop" && units !== undefined ? Effect.andThen(units.stop, Effect.never) : Cause.done()
        ),
        ...(seen !== undefined && { seen })
      })
    return fromRecords(records, options)
  }))

/** Records from anywhere as the events of a pipeline; each array is followed by its progress mark. Arrays and order kept. */
export const fromRecords = <A, E, R>(
  records: Stream.Stream<LogRecord, E, R>,
  options: Pick<FromLogOptions<A>, "topic" | "read" | "root">
): Stream.Stream<Element<A>, E, R> =>
  Stream.unwrap(Effect.map(readerOf(options), (toElements) => Stream.mapArray(records, toElements)))

const readerOf = Effect.fnUntraced(function*<A>(
  { read, topic, root = topic }: Pick<FromLogOptions<A>, "topic" | "read" | "root">
) {
  const { decide } = yield* HeadSampler
  const tracing = yield* StageTracing
  const lineage = yield* StageLineage
  const clock = yield* Clock.Clock
  const salts = new Map<number, number>()

  const idOf = ({ offset, partition }: LogRecord): string => {
    const salt = salts.get(partition) ?? saltOf(`${topic}/${partition}`)
    salts.set(partition, salt)
    return sequenceId(salt, offset)
  }

  /** The producer's trace, if it sent one that can be read; else the event's own. */
  const traceOf = (record: LogRecord, event: LogEvent<A>, id: string, sourceId: string): TraceContext => {
    const parent = extract(event.trace ?? record.headers)
    if (parent === undefined) return ownTrace(id, event.decision ?? decide(id, sourceId))
    const { random, spanId, traceId } = parent
    return { traceId, spanId, ...(random && { random }), ...followParent(parent) }
  }

  const contextOf = (record: LogRecord, event: LogEvent<A>): EventContext => {
    const { offset, partition, timestamp, value } = record
    const { eventTime = timestamp, hasLineage = true, id = idOf(record), ingestTime = timestamp } = event
    const { sourceId = topic, sourceKind = "unknown" } = event
    const trace = traceOf(record, event, id, sourceId)
    const context: EventContext = {
      id,
      sourceId,
      sourceKind,
      eventTime,
      ingestTime,
      position: { topic, partition, offset },
      trace,
      lineage: hasLineage ? lineage.begin(id, trace.sampled) : undefined,
      raw: event.raw ?? { format: topic, source: topic, bytes: value, locator: `${topic}/${partition}/${offset}` }
    }
    return trace.sampled ? tracing.root(root, context, clock.currentTimeNanosUnsafe()) : context
  }

  return (records: Arr.NonEmptyReadonlyArray<LogRecord>): Arr.NonEmptyArray<Element<A>> => {
    const payloads: Array<A> = []
    const contexts: Array<EventContext> = []
    for (const record of records) {
      const event = read(record)
      payloads.push(event.payload)
      contexts.push(contextOf(record, event))
    }
    // An array is of one partition.
    const { offset, partition } = records[records.length - 1] ?? records[0]
    return [sourceBatch(payloads, contexts), progress([{ topic, partition, offset: offset + 1 }])]
  }
})
