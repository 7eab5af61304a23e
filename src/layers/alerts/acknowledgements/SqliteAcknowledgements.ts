/**
 * {@link Acknowledgements} in one SQLite file (`acknowledgements.sqlite` of the data directory), beside the log and apart from it: whoever may write there
 * can acknowledge while a run holds the directory's lock. The file is made with the first one; reading makes nothing.
 */
import { Effect, Layer, Option, Schema } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Acknowledgement } from "../../../domain/alert/Acknowledgement.ts"
import { migrate } from "../../sql/migrate.ts"
import { openSqliteReader } from "../../sql/openSqliteReader.ts"
import { openSqlite } from "../../sql/SqliteDatabase.ts"
import { AcknowledgementError, Acknowledgements } from "./Acknowledgements.ts"

const component = "acknowledgements"
const steps = [
  `CREATE TABLE acknowledgements (
     id INTEGER PRIMARY KEY, alert_id TEXT NOT NULL, json TEXT NOT NULL
   ) STRICT;`
]

const AcknowledgementJson = Schema.fromJsonString(Acknowledgement)
const decode = Schema.decodeUnknownOption(AcknowledgementJson)
const encode = Schema.encodeEffect(AcknowledgementJson)

const textOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const make = (directory: string) => {
  const file = join(directory, "acknowledgements.sqlite")
  const failed = (cause: unknown) =>
    new AcknowledgementError({ reason: "Unavailable", message: `${file}: ${textOf(cause)}`, cause })

  const read = Effect.scoped(Effect.gen(function*() {
    const database = yield* openSqliteReader({
      file,
      component,
      steps,
      failed,
      otherVersion: (message) => new AcknowledgementError({ reason: "Invalid", message })
    })
    const rows = yield* Effect.try({
      try: () => database.prepare("SELECT json FROM acknowledgements ORDER BY id").all(),
      catch: failed
    })
    const read = rows.map(({ json }) => decode(json))
    if (!read.every(Option.isSome)) {
      const message = `${file}: holds what this version cannot read`
      return yield* new AcknowledgementError({ reason: "Invalid", message })
    }
    return Map.groupBy(read.map(({ value }) => value), ({ alertId }) => alertId)
  }))

  return Acknowledgements.of({
    add: Effect.fn("Acknowledgements.add")(function*(acknowledgement) {
      const json = yield* Effect.orDie(encode(acknowledgement))
      const database = yield* openSqlite({ file, synchronous: "FULL" }).pipe(
        Effect.tap((database) => migrate(database, component, steps)),
        Effect.mapError(failed)
      )
      yield* Effect.try({
        try: () =>
          database.prepare("INSERT INTO acknowledgements (alert_id, json) VALUES (?, ?)")
            .run(acknowledgement.alertId, json),
        catch: failed
      })
    }, Effect.scoped),
    all: Effect.suspend(() => existsSync(file) ? read : Effect.succeed(new Map()))
  })
}

/** The file is opened for each call: they are rare, and nobody waits for who has it open. */
const layer = (directory: string): Layer.Layer<Acknowledgements> => Layer.sync(Acknowledgements, () => make(directory))

/** Acknowledgements in a data directory. */
export const SqliteAcknowledgements = { layer }
