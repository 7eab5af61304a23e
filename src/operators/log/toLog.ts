/**
 * Writes events to a topic of the message log: the end of a pipeline, or a place in it, as what was written goes on.
 *
 * Arrays and order kept; each array is one append, a sampled event one of its own under its span. A record carries the W3C context of its event's span, so
 * that who reads it with `fromLog` goes on with the trace. Controls keep their place: a progress mark goes on when all before it is in the log. State:
 * none. Errors: while the log is unavailable the append is tried again, for as long as it takes, and holds back what is above; a record that cannot be
 * made, or is too large, is a dead letter of its own; every other failure of the log ends the pipeline with it. A record may be written twice: by a
 * try whose answer was lost, and by a restart before its position was committed; in a pipeline with commit units it is there once, with the unit. Cost: an append an array.
 */
import { Data, Effect } from "effect"
import type { EventContext } from "../../domain/stream/Envelope.ts"
import { failureOf, type LogError, MessageLog, type NewLogRecord } from "../../layers/log/MessageLog.ts"
import { CommitUnits } from "../../layers/units/CommitUnits.ts"
import type { Leaving, TraceHeadersAt } from "../sinks/sink.ts"
import { sink } from "../sinks/sink.ts"
import {
  type Edge,
  type ErrorClass,
  type Operator,
  retry as retryPolicy,
  type RetryPolicy,
  type StageServices
} from "../stage/Stage.ts"

export interface ToLogOptions<in A> {
  /** Of the stage; default: the topic. */
  readonly name?: string
  readonly topic: string
  /** The record of a payload. What it throws makes the event a dead letter. */
  readonly record: (payload: A) => NewLogRecord
  /** False: the record's headers stay as they are. */
  readonly traced?: boolean
  /** Is told of what was written, in order; in a pipeline with commit units, when the unit is committed. */
  readonly written?: (payloads: ReadonlyArray<A>) => Effect.Effect<void>
  /** What leaves the pipeline with a payload: for lineage and the flight recorder. */
  readonly leaving?: (payload: A) => Leaving | undefined
  /** Names the events that are never written: a reason, or `undefined` for those that are. */
  readonly except?: (context: EventContext) => string | undefined
  /** While the log is unavailable. Default: from 50 ms to 2 s, without end. */
  readonly retry?: RetryPolicy
  readonly edge?: Edge
}

/** No record could be made of a payload. */
class NoRecord extends Data.TaggedError("NoRecord")<{ readonly message: string }> {}

const withoutEnd = retryPolicy(Infinity, { baseMillis: 50, capMillis: 2000 })

const classify = (error: LogError | NoRecord): ErrorClass =>
  error._tag === "LogError" && failureOf(error) === "transient" ? "transient" : "permanent"

/** What concerns no single record ends the pipeline. */
const fatal = (error: LogError | NoRecord): LogError | undefined =>
  error._tag === "LogError" && classify(error) === "permanent" && error.reason !== "RecordTooLarge" ? error : undefined

export const toLog = <A>(options: ToLogOptions<A>): Operator<A, A, LogError, StageServices | MessageLog> => {
  const { except, leaving, record, retry = withoutEnd, topic, traced = true, written, edge, name = topic } = options
  const recordOf = (payload: A, headers: Readonly<Record<string, string>>): NewLogRecord => {
    const made = record(payload)
    return traced ? { ...made, headers: { ...made.headers, ...headers } } : made
  }
  return sink<A, LogError | NoRecord, MessageLog, LogError>({
    name,
    classify,
    fatal,
    retry,
    ...(edge !== undefined && { edge }),
    ...(leaving !== undefined && { leaving }),
    ...(except !== undefined && { except: Effect.succeed(except) }),
    write: Effect.fnUntraced(function*(payloads: ReadonlyArray<A>, headers: TraceHeadersAt) {
      const log = yield* MessageLog
      const records = yield* Effect.try({
        try: () => payloads.map((payload, place) => recordOf(payload, traced ? headers(place) : noHeaders)),
        catch: (cause) => new NoRecord({ message: cause instanceof Error ? cause.message : String(cause) })
      })
      yield* log.append(topic, records)
      if (written === undefined) return
      const units = yield* CommitUnits
      if (units === undefined) yield* written(payloads)
      else units.settled((committed) => committed ? written(payloads) : Effect.void)
    })
  })
}

const noHeaders: Readonly<Record<string, string>> = {}
