/**
 * {@link SloStore} in one SQLite file (`slo.sqlite` of the data directory), and its reader for `perigee budget`, beside a run and where this user
 * may write nothing. Several processes may use it at once: counts are added, never written over.
 */
import { Effect, Layer } from "effect"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { bucketOf } from "../../domain/slo/RollingWindow.ts"
import { makeDirectory } from "../sql/makeDirectory.ts"
import { migrate } from "../sql/migrate.ts"
import { openSqliteReader } from "../sql/openSqliteReader.ts"
import { openSqlite } from "../sql/SqliteDatabase.ts"
import { damagedAdvice, isDamage } from "../sql/sqliteError.ts"
import { keptMillis, SloStore, SloStoreError } from "./SloStore.ts"

const steps = [
  `CREATE TABLE slo_counts (
     objective TEXT NOT NULL, bucket INTEGER NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL,
     PRIMARY KEY (objective, bucket)
   ) STRICT, WITHOUT ROWID`
]

const component = "slo"
const fileName = "slo.sqlite"

const storeError = (file: string) => (cause: unknown) => {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new SloStoreError({
    message: isDamage(cause) ? `${file} is damaged: ${message}; ${damagedAdvice(file)}` : `${file}: ${message}`,
    cause
  })
}

const load = (database: DatabaseSync, failed: (cause: unknown) => SloStoreError): SloStore["Service"]["load"] => {
  const sql = "SELECT objective, bucket, good, bad FROM slo_counts WHERE bucket >= ? ORDER BY objective, bucket"
  return Effect.fn("SloStore.load")((since) =>
    Effect.try({
      try: () =>
        database.prepare(sql).all(since).map(({ bad, bucket, good, objective }) => ({
          objective: String(objective),
          time: Number(bucket),
          good: Number(good),
          bad: Number(bad)
        })),
      catch: failed
    })
  )
}

/** Opens the file, which is created if absent, for as long as the Layer lives. */
const layer = (directory: string): Layer.Layer<SloStore, SloStoreError> =>
  Layer.effect(
    SloStore,
    Effect.gen(function*() {
      const file = join(directory, fileName)
      const failed = storeError(file)
      yield* Effect.try({ try: () => makeDirectory(directory), catch: failed })
      const database = yield* openSqlite({ file }).pipe(
        Effect.tap((database) => migrate(database, component, steps)),
        Effect.mapError(failed)
      )
      const add = database.prepare(`
        INSERT INTO slo_counts VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET good = good + excluded.good, bad = bad + excluded.bad
      `)
      const forget = database.prepare("DELETE FROM slo_counts WHERE bucket < ?")
      return SloStore.of({
        record: Effect.fn("SloStore.record")((counts) =>
          Effect.try({
            try: () => {
              database.exec("BEGIN IMMEDIATE")
              try {
                let newest = -Infinity
                for (const { bad, good, objective, time } of counts) {
                  const bucket = bucketOf(time)
                  newest = Math.max(newest, bucket)
                  add.run(objective, bucket, good, bad)
                }
                if (newest !== -Infinity) forget.run(newest - keptMillis)
                database.exec("COMMIT")
              } catch (cause) {
                if (database.isTransaction) database.exec("ROLLBACK")
                throw cause
              }
            },
            catch: failed
          })
        ),
        load: load(database, failed)
      })
    })
  )

/** Reads what is there and takes no counts. Fails where there is no store, or it cannot be read. */
const layerReader = (directory: string): Layer.Layer<SloStore, SloStoreError> =>
  Layer.effect(
    SloStore,
    Effect.gen(function*() {
      const file = join(directory, fileName)
      const failed = storeError(file)
      const database = yield* openSqliteReader({
        file,
        component,
        steps,
        failed,
        otherVersion: (message) => new SloStoreError({ message, cause: undefined })
      })
      return SloStore.of({
        record: () => Effect.fail(new SloStoreError({ message: `${file} is open to be read`, cause: undefined })),
        load: load(database, failed)
      })
    })
  )

/** The counts of objectives in an SQLite file. */
export const EmbeddedSloStore = { layer, layerReader, fileName, component, steps }
