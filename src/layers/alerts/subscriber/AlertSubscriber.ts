/**
 * The reference subscriber: keeps every version of every alert in an SQLite file of its own, each exactly once.
 *
 * Versions and the position behind them are written in one transaction, so that a kill at any point leaves the file as if it had come between two
 * of them; from its position it goes on. A version that stands on the topic twice is kept once: its key is (alert, sequence). The view `alerts` has the
 * newest version of each. A file that was written from another log is refused: its positions mean nothing here.
 *
 * Others may do it like this in any language, with Kafka or with `perigee log read alerts --follow --json`.
 */
import { Effect, Schema, type Scope } from "effect"
import type { LogError } from "../../log/LogError.ts"
import { LogReader } from "../../log/LogReader.ts"
import type { LogRecord } from "../../log/LogRecord.ts"
import { migrate } from "../../sql/migrate.ts"
import { openSqlite } from "../../sql/SqliteDatabase.ts"

const steps = [
  `CREATE TABLE versions (
     alert_id TEXT NOT NULL, sequence INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL, json TEXT NOT NULL,
     PRIMARY KEY (alert_id, sequence)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE positions (
     topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, last_alert TEXT NOT NULL, last_sequence INTEGER NOT NULL,
     PRIMARY KEY (topic, partition)
   ) STRICT, WITHOUT ROWID;
   CREATE VIEW alerts AS
     SELECT alert_id, max(sequence) AS sequence, json FROM versions GROUP BY alert_id;`
]

export class SubscriberError extends Schema.TaggedError<SubscriberError>()("SubscriberError", {
  /** `Unavailable`: the file cannot be opened or written. `Invalid`: it is of another log, or of a newer version. */
  reason: Schema.Literals(["Unavailable", "Invalid"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface AlertSubscriber {
  /** Takes what the topic holds and the file does not; gives how many versions were new. */
  readonly catchUp: Effect.Effect<number, SubscriberError | LogError>
}

interface Position {
  readonly next: number
  readonly lastAlert: string
  readonly lastSequence: number
}

const pageRecords = 500
const text = new TextDecoder()
const sequenceOf = ({ headers }: LogRecord): number => Number(headers.sequence ?? 0)

/** Opens or makes the file for the length of the scope. One process writes to it at a time. */
export const openAlertSubscriber = Effect.fnUntraced(function*(
  file: string,
  topic: string
): Effect.fn.Return<AlertSubscriber, SubscriberError, Scope.Scope | LogReader> {
  const log = yield* LogReader
  const failed = (cause: { readonly message: string }) =>
    new SubscriberError({ reason: "Unavailable", message: `${file}: ${cause.message}`, cause })
  const attempt = <A>(body: () => A): Effect.Effect<A, SubscriberError> =>
    Effect.try({
      try: body,
      catch: (cause) => failed(cause instanceof Error ? cause : { message: String(cause) })
    })
  const database = yield* openSqlite({ file, synchronous: "FULL" }).pipe(
    Effect.tap((database) => migrate(database, "alert-subscriber", steps)),
    Effect.mapError(failed)
  )
  const prepared = yield* attempt(() => ({
    put: database.prepare("INSERT INTO versions VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"),
    moveTo: database.prepare("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?)"),
    position: database.prepare("SELECT * FROM positions WHERE topic = ? AND partition = ?")
  }))

  const positionOf = (partition: number): Position | undefined => {
    const row = prepared.position.get(topic, partition)
    return row === undefined
      ? undefined
      : { next: Number(row.next), lastAlert: String(row.last_alert), lastSequence: Number(row.last_sequence) }
  }

  /** Versions and position, both or neither. */
  const write = (partition: number, records: ReadonlyArray<LogRecord>, last: LogRecord) =>
    attempt(() => {
      database.exec("BEGIN IMMEDIATE")
      try {
        let fresh = 0
        for (const record of records) {
          const { key = "", offset, value } = record
          fresh += Number(prepared.put.run(key, sequenceOf(record), partition, offset, text.decode(value)).changes)
        }
        prepared.moveTo.run(topic, partition, last.offset + 1, last.key ?? "", sequenceOf(last))
        database.exec("COMMIT")
        return fresh
      } catch (cause) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw cause
      }
    })

  const otherLog = new SubscriberError({ reason: "Invalid", message: `${file} was written from another log` })

  /** The record before the position is still the one that was read, where retention has not removed it. */
  const fits = Effect.fnUntraced(function*(partition: number, beginning: number, end: number, position: Position) {
    if (position.next > end) return yield* otherLog
    if (position.next <= beginning) return
    const [last] = yield* log.read({ topic, partition, offset: position.next - 1, max: 1 })
    if (last === undefined || (last.key ?? "") !== position.lastAlert || sequenceOf(last) !== position.lastSequence) {
      return yield* otherLog
    }
  })

  const checked = new Set<number>()
  const catchUp = Effect.gen(function*() {
    let fresh = 0
    const offsets = yield* log.offsets(topic).pipe(
      Effect.catchIf(({ reason }) => reason === "TopicNotFound", () => Effect.succeed([]))
    )
    for (const { beginning, end, partition } of offsets) {
      const position = yield* attempt(() => positionOf(partition))
      if (position !== undefined && !checked.has(partition)) yield* fits(partition, beginning, end, position)
      checked.add(partition)
      let next = Math.max(beginning, position?.next ?? beginning)
      while (next < end) {
        const records = yield* log.read({ topic, partition, offset: next, max: Math.min(pageRecords, end - next) })
        const last = records.at(-1)
        if (last === undefined) break
        fresh += yield* write(partition, records, last)
        next = last.offset + 1
      }
    }
    return fresh
  })
  return { catchUp }
})
