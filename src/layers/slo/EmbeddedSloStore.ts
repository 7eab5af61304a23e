/**
 * {@link SloStore} in one SQLite file (`slo.sqlite` of the data directory). Several processes may use it at once: counts are added, never
 * written over, so `perigee budget` reads beside a run.
 */
import { Effect, Layer } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { bucketOf } from "../../domain/slo/RollingWindow.ts"
import { migrate } from "../sql/migrate.ts"
import { openSqlite } from "../sql/SqliteDatabase.ts"
import { keptMillis, SloStore, SloStoreError } from "./SloStore.ts"

const steps = [
  `CREATE TABLE slo_counts (
     objective TEXT NOT NULL, bucket INTEGER NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL,
     PRIMARY KEY (objective, bucket)
   ) STRICT, WITHOUT ROWID`
]

const storeError = (file: string) => (cause: unknown) =>
  new SloStoreError({ message: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, cause })

/** Opens the file, which is created if absent, for as long as the Layer lives. */
const layer = (directory: string): Layer.Layer<SloStore, SloStoreError> =>
  Layer.effect(
    SloStore,
    Effect.gen(function*() {
      const file = join(directory, "slo.sqlite")
      const failed = storeError(file)
      yield* Effect.try({ try: () => mkdirSync(directory, { recursive: true }), catch: failed })
      const database = yield* openSqlite({ file }).pipe(
        Effect.tap((database) => migrate(database, "slo", steps)),
        Effect.mapError(failed)
      )
      const add = database.prepare(`
        INSERT INTO slo_counts VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET good = good + excluded.good, bad = bad + excluded.bad
      `)
      const forget = database.prepare("DELETE FROM slo_counts WHERE bucket < ?")
      const select = database.prepare(
        "SELECT objective, bucket, good, bad FROM slo_counts WHERE bucket >= ? ORDER BY objective, bucket"
      )
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
        load: Effect.fn("SloStore.load")((since) =>
          Effect.try({
            try: () =>
              select.all(since).map(({ bad, bucket, good, objective }) => ({
                objective: String(objective),
                time: Number(bucket),
                good: Number(good),
                bad: Number(bad)
              })),
            catch: failed
          })
        )
      })
    })
  )

/** The counts of objectives in an SQLite file. */
export const EmbeddedSloStore = { layer }
