/** The alerts as their topic tells them: read beside a run or after it, without the store that holds them. */
import { Effect, Option, Schema, Stream } from "effect"
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { LogError } from "../log/LogError.ts"
import type { LogReaderShape } from "../log/LogReader.ts"
import type { LogRecord } from "../log/LogRecord.ts"
import { readPages } from "../log/readPages.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ConjunctionAlert))
const text = new TextDecoder()

/** The version that a record of the topic holds; `undefined` for one that this version of the program cannot read. */
export const readVersion = ({ value }: Pick<LogRecord, "value">): ConjunctionAlert | undefined =>
  Option.getOrUndefined(decode(text.decode(value)))

/** An alert by its last version. */
export interface ListedAlert {
  readonly alert: ConjunctionAlert
  /** When the first version that is kept was emitted, and the last. */
  readonly openedAt: UtcTime
  readonly updatedAt: UtcTime
}

export interface AlertReading {
  readonly alerts: ReadonlyArray<ListedAlert>
  /** Records that hold no alert that this version of the program can read. */
  readonly unreadable: number
}

/** The records of a topic; none where there is no such topic. */
const records = (log: LogReaderShape, topic: string): Stream.Stream<LogRecord, LogError> =>
  readPages(log, topic).pipe(Stream.catchIf(({ reason }) => reason === "TopicNotFound", () => Stream.empty))

interface Held {
  readonly first: LogRecord
  readonly last: LogRecord
}

/** In the order of the log a later version of an alert stands behind an earlier one, so the last record is the alert. Memory: two records an alert. */
export const readAlerts = Effect.fnUntraced(function*(log: LogReaderShape, topic: string) {
  const held = new Map<string, Held>()
  yield* Stream.runForEachArray(
    records(log, topic),
    (page) =>
      Effect.sync(() => {
        for (const record of page) {
          const key = record.key ?? ""
          held.set(key, { first: held.get(key)?.first ?? record, last: record })
        }
      })
  )
  let unreadable = 0
  const alerts = Array.from(held.values()).flatMap(({ first, last }): ReadonlyArray<ListedAlert> => {
    const alert = readVersion(last)
    const opened = readVersion(first)
    if (alert === undefined) {
      unreadable++
      return []
    }
    return [{ alert, openedAt: opened?.emittedAt ?? first.timestamp, updatedAt: alert.emittedAt }]
  })
  return { alerts, unreadable } satisfies AlertReading
})

/** Every version of the alerts whose id begins so, by id, in the order of the log. */
export const readVersions = Effect.fnUntraced(function*(log: LogReaderShape, topic: string, idPrefix: string) {
  const versions: Array<ConjunctionAlert> = []
  yield* Stream.runForEachArray(
    records(log, topic),
    (page) =>
      Effect.sync(() => {
        for (const record of page) {
          const version = record.key?.startsWith(idPrefix) === true ? readVersion(record) : undefined
          if (version !== undefined) versions.push(version)
        }
      })
  )
  return Map.groupBy(versions, ({ alertId }) => alertId)
})
