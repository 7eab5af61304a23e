/**
 * A store of one's own behind a service: what pipelines give up goes to a table of SQLite. The pipeline knows the service alone.
 *
 *     npx node -C perigee-source examples/ownStore.ts
 */
import { Console, Effect, Layer, Stream } from "effect"
import { DeadLetters, migrate, SqliteClient, SqliteDatabase, StageRegistry } from "perigee/layers"
import { Pipeline, sink, source, Stage } from "perigee/operators"

/** Each array of letters is one transaction, durable when `offer` is done. One that fails ends the pipeline: nothing is lost in silence. */
export const layerDeadLetterTable = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    yield* migrate(database, "letters", [
      "CREATE TABLE letter (id TEXT NOT NULL, operator TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, payload BLOB NOT NULL) STRICT"
    ])
    const insert = database.prepare("INSERT INTO letter VALUES (?, ?, ?, ?, ?)")
    const counts = new Map<string, number>()
    return DeadLetters.of({
      offer: (letters) =>
        Effect.sync(() => {
          database.exec("BEGIN")
          for (const { errorKind, id, message, operator, payload } of letters) {
            insert.run(id, operator, errorKind, message, payload)
            counts.set(errorKind, (counts.get(errorKind) ?? 0) + 1)
          }
          database.exec("COMMIT")
        }),
      countByErrorKind: () => counts
    })
  })
)

const halves = Pipeline.from(Stream.range(1, 6).pipe(source({ name: "numbers", eventTime: (n) => n })), "numbers")
  .via(Stage.map("halve", (n: number) => {
    if (n % 2 !== 0) throw new Error(`${n} is odd`)
    return n / 2
  }))
  .to(sink({ name: "gone", write: () => Effect.void }))

/** What the table holds after a run. */
export const keptLetters = (file: string) =>
  Effect.gen(function*() {
    yield* halves.run
    const database = yield* SqliteDatabase
    return database.prepare("SELECT kind, message FROM letter ORDER BY rowid").all().map(({ kind, message }) =>
      `${kind}: ${message}`
    )
  }).pipe(
    Effect.provide(
      Layer.merge(layerDeadLetterTable, StageRegistry.layer).pipe(
        Layer.provideMerge(SqliteClient.layer({ file }))
      )
    )
  )

if (import.meta.main) await Effect.runPromise(Effect.flatMap(keptLetters(":memory:"), Console.log))
