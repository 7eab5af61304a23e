/**
 * {@link AlertTable} in one SQLite file (`alerts.sqlite` of the data directory): a row an alert, replaced by greater sequences alone.
 *
 * A file that cannot be opened, read or written costs a start that reads the whole topic, and is told; it never stops a run.
 */
import { Effect, Layer, Option, Schema, type Scope } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { migrate } from "../sql/migrate.ts"
import { openSqlite } from "../sql/SqliteDatabase.ts"
import { type AlertSnapshot, AlertTable, type AlertTableShape, keepsNothing, type TopicRead } from "./AlertTable.ts"

const steps = [
  `CREATE TABLE alerts (alert_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE alerts_read (
     partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, last_alert TEXT, last_sequence INTEGER
   ) STRICT;`
]

const AlertJson = Schema.fromJsonString(ConjunctionAlert)
const decode = Schema.decodeUnknownOption(AlertJson)
const encode = Schema.encodeSync(AlertJson)

const textOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const open = Effect.fnUntraced(function*(directory: string): Effect.fn.Return<AlertTableShape, string, Scope.Scope> {
  const file = join(directory, "alerts.sqlite")
  yield* Effect.try({ try: () => mkdirSync(directory, { recursive: true }), catch: textOf })
  const database = yield* openSqlite({ file }).pipe(
    Effect.tap((database) => migrate(database, "alerts", steps)),
    Effect.mapError(({ message }) => message)
  )
  const prepared = yield* Effect.try({
    try: () => ({
      put: database.prepare(`
            INSERT INTO alerts VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET sequence = excluded.sequence, json = excluded.json
            WHERE excluded.sequence > sequence
          `),
      remove: database.prepare("DELETE FROM alerts WHERE alert_id = ?"),
      readTo: database.prepare("INSERT OR REPLACE INTO alerts_read VALUES (?, ?, ?, ?)"),
      alerts: database.prepare("SELECT json FROM alerts"),
      reads: database.prepare("SELECT * FROM alerts_read ORDER BY partition")
    }),
    catch: textOf
  })

  const load = Effect.try({
    try: (): AlertSnapshot | undefined => {
      const alerts = prepared.alerts.all().map(({ json }) => decode(json))
      const held = alerts.filter(Option.isSome).map(({ value }) => value)
      // One that this version cannot read is read from the topic again.
      if (held.length < alerts.length) return undefined
      const read = prepared.reads.all().map((row): TopicRead => ({
        partition: Number(row.partition),
        next: Number(row.next),
        last: row.last_alert === null
          ? undefined
          : { alertId: String(row.last_alert), sequence: Number(row.last_sequence) }
      }))
      return { alerts: held, read }
    },
    catch: textOf
  })

  return {
    load: Effect.catch(load, (reason) => Effect.as(told(file, "cannot be read")(reason), undefined)),
    save: ({ alerts, anew, read, removed }) =>
      Effect.try({
        try: () => {
          database.exec("BEGIN IMMEDIATE")
          try {
            if (anew) database.exec("DELETE FROM alerts; DELETE FROM alerts_read;")
            for (const alert of alerts) prepared.put.run(alert.alertId, alert.sequence, encode(alert))
            for (const alertId of removed) prepared.remove.run(alertId)
            for (const { last, next, partition } of read) {
              prepared.readTo.run(partition, next, last?.alertId ?? null, last?.sequence ?? null)
            }
            database.exec("COMMIT")
            return true
          } catch (cause) {
            if (database.isTransaction) database.exec("ROLLBACK")
            throw cause
          }
        },
        catch: textOf
      }).pipe(Effect.catch((reason) => Effect.as(told(file, "cannot be written")(reason), false)))
  }
})

/** Opens the file, which is created if absent, for as long as the Layer lives. */
const layer = (directory: string): Layer.Layer<never> =>
  Layer.effect(
    AlertTable,
    Effect.catch(open(directory), (reason) =>
      Effect.as(told(join(directory, "alerts.sqlite"), "cannot be used")(reason), keepsNothing))
  )

/** The table of alerts in an SQLite file. */
export const SqliteAlertTable = { layer }

const told = (file: string, what: string) => (reason: string) =>
  Effect.logWarning(`${file} ${what}, so that the next start reads all alerts from the log: ${reason}`)
