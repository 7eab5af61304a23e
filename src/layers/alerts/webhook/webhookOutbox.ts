/**
 * What a webhook has still to deliver, in one SQLite file (`webhook.sqlite` of the data directory): a row a version of an alert, gone once it is delivered.
 *
 * A version stands behind the earlier ones of its alert. Of one key (alert, sequence) there is one row. A row is *waiting* until its time is come,
 * and *parked* after as many failures as are allowed: then it is tried seldom, and again from the beginning after a restart. Throws nothing: errors of the file
 * are `SqlError`.
 */
import { Effect, type Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { SQLOutputValue } from "node:sqlite"
import { migrate, type NewerSchemaError } from "../../sql/migrate.ts"
import { openSqlite } from "../../sql/SqliteDatabase.ts"
import { sqlError } from "../../sql/sqliteError.ts"

const steps = [
  `CREATE TABLE outbox (
     id INTEGER PRIMARY KEY,
     alert_id TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     body BLOB NOT NULL,
     trace TEXT NOT NULL,
     taken INTEGER NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     delay REAL NOT NULL DEFAULT 0,
     due REAL NOT NULL DEFAULT 0,
     parked INTEGER NOT NULL DEFAULT 0,
     UNIQUE (alert_id, sequence)
   ) STRICT;`
]

/** A version to deliver. */
export interface OutgoingVersion {
  readonly alertId: string
  readonly sequence: number
  readonly body: Uint8Array
  /** W3C `traceparent` of what made it, or empty. */
  readonly trace: string
}

export interface WaitingVersion extends OutgoingVersion {
  readonly id: number
  /** Failed so far, since the start or since it was parked. */
  readonly attempts: number
  /** The wait before this attempt, ms. */
  readonly delay: number
}

export interface OutboxCounts {
  readonly waiting: number
  readonly parked: number
}

export interface WebhookOutbox {
  /** Takes what is new, all or nothing, durably. Times in ms. */
  readonly take: (versions: ReadonlyArray<OutgoingVersion>, now: number) => Effect.Effect<void, SqlError>
  /** The first version of each alert, where its time is come; the oldest first. */
  readonly due: (now: number, most: number) => Effect.Effect<ReadonlyArray<WaitingVersion>, SqlError>
  readonly delivered: (id: number) => Effect.Effect<void, SqlError>
  readonly failed: (
    id: number,
    next: { readonly due: number; readonly delay: number; readonly parked: boolean }
  ) => Effect.Effect<void, SqlError>
  readonly counts: Effect.Effect<OutboxCounts, SqlError>
  /** Lets go of what was taken before a time; gives how many. */
  readonly forget: (before: number) => Effect.Effect<number, SqlError>
}

const bytesOf = (value: SQLOutputValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array()

const attempt = <A>(what: string, body: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: body, catch: (cause) => sqlError(cause, `webhook outbox: ${what}`) })

/** Opens the file (or `:memory:`) for the length of the scope. What was parked is tried anew. */
export const openWebhookOutbox = Effect.fnUntraced(
  function*(file: string): Effect.fn.Return<WebhookOutbox, SqlError | NewerSchemaError, Scope.Scope> {
    const database = yield* openSqlite({ file })
    yield* migrate(database, "webhook", steps)
    const prepared = yield* attempt("prepare", () => ({
      put: database.prepare(
        "INSERT INTO outbox (alert_id, sequence, body, trace, taken) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
      ),
      due: database.prepare(
        `SELECT * FROM outbox AS o WHERE due <= ? AND NOT EXISTS (
           SELECT 1 FROM outbox WHERE alert_id = o.alert_id AND sequence < o.sequence
         ) ORDER BY id LIMIT ?`
      ),
      remove: database.prepare("DELETE FROM outbox WHERE id = ?"),
      again: database.prepare(
        "UPDATE outbox SET attempts = CASE WHEN ? THEN 0 ELSE attempts + 1 END, delay = ?, due = ?, parked = ? WHERE id = ?"
      ),
      counts: database.prepare("SELECT count(*) AS all_of, coalesce(sum(parked), 0) AS parked FROM outbox"),
      forget: database.prepare("DELETE FROM outbox WHERE taken < ?")
    }))
    yield* attempt("begin", () => database.exec("UPDATE outbox SET attempts = 0, delay = 0, due = 0, parked = 0"))
    return {
      take: (versions, now) =>
        attempt("take", () => {
          database.exec("BEGIN IMMEDIATE")
          try {
            for (const { alertId, body, sequence, trace } of versions) {
              prepared.put.run(alertId, sequence, body, trace, Math.floor(now))
            }
            database.exec("COMMIT")
          } catch (cause) {
            if (database.isTransaction) database.exec("ROLLBACK")
            throw cause
          }
        }),
      due: (now, most) =>
        attempt("due", () =>
          prepared.due.all(now, most).map((row): WaitingVersion => ({
            id: Number(row.id),
            alertId: String(row.alert_id),
            sequence: Number(row.sequence),
            body: bytesOf(row.body),
            trace: String(row.trace),
            attempts: Number(row.attempts),
            delay: Number(row.delay)
          }))),
      delivered: (id) => attempt("delivered", () => void prepared.remove.run(id)),
      failed: (id, { delay, due, parked }) =>
        attempt("failed", () => void prepared.again.run(parked ? 1 : 0, delay, due, parked ? 1 : 0, id)),
      counts: attempt("counts", () => {
        const row = prepared.counts.get()
        const parked = Number(row?.parked ?? 0)
        return { waiting: Number(row?.all_of ?? 0) - parked, parked }
      }),
      forget: (before) => attempt("forget", () => Number(prepared.forget.run(before).changes))
    }
  }
)
