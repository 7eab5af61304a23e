/** Schema versions of our SQLite files. */
import { Effect, Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseSync } from "node:sqlite"
import { sqlError } from "./sqliteError.ts"

/** The file was written by a newer version of this program. */
export class NewerSchemaError extends Schema.TaggedError<NewerSchemaError>()("NewerSchemaError", {
  component: Schema.String,
  found: Schema.Int,
  known: Schema.Int
}) {
  override get message(): string {
    return `the schema of ${this.component} is version ${this.found}; this program knows versions up to ${this.known}`
  }
}

const versionTable = "schema_version"

/** The version of the tables of `component`, 0 where there are none. Throws what `node:sqlite` throws. */
export const schemaVersion = (database: DatabaseSync, component: string): number => {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(versionTable)
  if (table === undefined) return 0
  const stored = database.prepare(`SELECT version FROM ${versionTable} WHERE component = ?`).get(component)
  return Number(stored?.version ?? 0)
}

/**
 * Brings the tables of `component` to version `steps.length` by running the SQL of each step that was not run yet, in order, each in a
 * transaction of its own with the note that it was run. Steps are never changed once released, only added. Several components may share a file.
 */
export const migrate = (
  database: DatabaseSync,
  component: string,
  steps: ReadonlyArray<string>
): Effect.Effect<void, SqlError | NewerSchemaError> =>
  Effect.try({
    try: () => {
      database.exec(
        `CREATE TABLE IF NOT EXISTS ${versionTable} (component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT`
      )
      const version = schemaVersion(database, component)
      for (const [i, step] of steps.entries()) {
        if (i < version) continue
        database.exec("BEGIN IMMEDIATE")
        try {
          database.exec(step)
          database.prepare(`INSERT OR REPLACE INTO ${versionTable} VALUES (?, ?)`).run(component, i + 1)
          database.exec("COMMIT")
        } catch (cause) {
          if (database.isTransaction) database.exec("ROLLBACK")
          throw cause
        }
      }
      return version
    },
    catch: (cause) => sqlError(cause, `migrate ${component}`)
  }).pipe(
    Effect.filterOrFail(
      (found) => found <= steps.length,
      (found) => new NewerSchemaError({ component, found, known: steps.length })
    ),
    Effect.asVoid
  )
