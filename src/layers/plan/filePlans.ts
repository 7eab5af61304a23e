/** Plans for what stands on the disk of this machine: a directory, and the tables of SQLite files in it. */
import { Effect } from "effect"
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { makeDirectory } from "../sql/makeDirectory.ts"
import { migrate, schemaVersion } from "../sql/migrate.ts"
import { sqlite } from "../sql/nodeSqlite.ts"
import { openSqlite } from "../sql/SqliteDatabase.ts"
import { dependencyCall } from "./dependencyCall.ts"
import { type Plan, PlanError, type Procedure } from "./Procedure.ts"

const none: ReadonlyArray<never> = []

const failed = (step: string) => (cause: unknown) =>
  new PlanError({
    reason: "Failed",
    step,
    message: `${step}: ${cause instanceof Error ? cause.message : String(cause)}`
  })

const fileCall = <A>(step: string, operation: string, path: string, run: () => A) =>
  dependencyCall(
    { system: "file-system", operation, request: { path } },
    Effect.try({ try: run, catch: failed(step) })
  )

/** The directory is there, or where `destroy` it is not: it goes only when nothing is left in it, whoever put it there. */
export const directoryPlan = (directory: string, destroy: boolean): Plan => {
  const id = `directory:${directory}`
  return Effect.sync((): ReadonlyArray<Procedure> => {
    const isThere = existsSync(directory)
    if (destroy) {
      if (!isThere || readdirSync(directory).length > 0) return none
      return [{
        id,
        from: "present",
        to: null,
        do: Effect.as(fileCall(id, "remove", directory, () => rmdirSync(directory)), none)
      }]
    }
    return isThere ? none : [{
      id,
      from: null,
      to: "present",
      do: Effect.as(fileCall(id, "create", directory, () => makeDirectory(directory)), none)
    }]
  })
}

/** A file of tables and the steps that make them (`migrate`). */
export interface TablesSpec {
  readonly file: string
  readonly component: string
  readonly steps: ReadonlyArray<string>
}

const versionOf = (path: string, component: string): number => {
  if (!existsSync(path)) return 0
  const database = new sqlite.DatabaseSync(path, { readOnly: true })
  try {
    return schemaVersion(database, component)
  } finally {
    database.close()
  }
}

const versionText = (version: number): string | null => version === 0 ? null : `version ${version}`

/** The tables are at the newest version, or where `destroy` their file is gone. A newer version than this program knows is left alone. */
export const tablesPlan = (directory: string, { component, file, steps }: TablesSpec, destroy: boolean): Plan => {
  const id = `tables:${component}`
  const path = join(directory, file)
  return Effect.gen(function*() {
    const version = yield* fileCall(id, "schema version", path, () => versionOf(path, component))
    if (destroy) {
      if (!existsSync(path)) return none
      return [{
        id,
        from: versionText(version),
        to: null,
        do: Effect.as(
          fileCall(id, "remove", path, () => {
            for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true })
          }),
          none
        )
      }]
    }
    if (version >= steps.length) return none
    return [{
      id,
      from: versionText(version),
      to: versionText(steps.length),
      do: Effect.as(
        dependencyCall(
          {
            system: "sqlite",
            operation: "migrate",
            request: { file: path, component, from: version, to: steps.length }
          },
          Effect.scoped(Effect.flatMap(openSqlite({ file: path }), (database) => migrate(database, component, steps)))
        ).pipe(Effect.mapError(failed(id))),
        none
      )
    }]
  })
}

/** What a run leaves beside its stores: its lock, and who held it. Only where `destroy`. */
export const leftoversPlan = (directory: string, files: ReadonlyArray<string>): Plan =>
  Effect.sync(() =>
    files.filter((file) => existsSync(join(directory, file))).map((file): Procedure => {
      const id = `file:${file}`
      return {
        id,
        from: "present",
        to: null,
        do: Effect.as(fileCall(id, "remove", join(directory, file), () => rmSync(join(directory, file))), none)
      }
    })
  )
