/**
 * The files of a store, oldest first: one for each span of time, or sooner when it has grown to its bound. Only the newest is written, so that what is too old
 * goes with its file.
 *
 * A file that cannot be read is set aside under another name, with a warning; one of a newer version of this program is left where it is.
 */
import { Clock, Effect, Exit, Result, Scope } from "effect"
import { readdirSync, renameSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { migrate } from "../../../sql/migrate.ts"
import { openSqliteReader } from "../../../sql/openSqliteReader.ts"
import { openSqlite } from "../../../sql/SqliteDatabase.ts"
import { TraceStoreError } from "../TraceStore.ts"
import { ByteCache } from "./ByteCache.ts"
import { ResourceFacts } from "./sharedMessages.ts"
import { TraceFile } from "./TraceFile.ts"
import { prepareTraceRows } from "./traceFileRows.ts"
import * as schema from "./traceFileSchema.ts"
import { isDamaged, traceStoreError } from "./traceStoreError.ts"

export interface OpenFile {
  readonly path: string
  readonly traces: TraceFile
  /** When it was begun, ms. */
  readonly begun: number
  readonly close: Effect.Effect<void>
}

const namePattern = /^traces-(\d{15})\.sqlite$/

const pathOf = (directory: string, begun: number): string =>
  join(directory, `traces-${String(begun).padStart(15, "0")}.sqlite`)

/** Files of traces in a directory, oldest first; none where there is no such directory. */
export const listFiles = (directory: string): ReadonlyArray<{ readonly path: string; readonly begun: number }> => {
  const names = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(directory) : []
  return names.sort().flatMap((name) => {
    const begun = namePattern.exec(name)?.[1]
    return begun === undefined ? [] : [{ path: join(directory, name), begun: Number(begun) }]
  })
}

const sidecars = ["", "-wal", "-shm"]

export const bytesOf = (path: string): number =>
  sidecars.reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0)

/** Caches are shared by all files of a store. */
const makeCaches = () => ({
  frames: new ByteCache<Uint8Array>(16 << 20),
  columns: new ByteCache<TraceFile["columns"] extends (block: number) => infer C ? C : never>(16 << 20),
  slices: new ByteCache<Uint8Array>(16 << 20)
})

const setAside = (path: string): Effect.Effect<void, TraceStoreError> =>
  Effect.try({
    try: () => {
      for (const suffix of sidecars) {
        if (statSync(path + suffix, { throwIfNoEntry: false }) !== undefined) {
          renameSync(path + suffix, `${path}.set-aside${suffix}`)
        }
      }
    },
    catch: traceStoreError(path)
  })

/** Opens, writes and removes files. */
export const makeTraceFiles = Effect.fnUntraced(function*(directory: string) {
  const caches = makeCaches()
  const facts = new ResourceFacts()
  const scope = yield* Effect.scope
  const files: Array<OpenFile> = []

  const openAt = Effect.fnUntraced(function*(path: string, begun: number) {
    const own = yield* Scope.fork(scope)
    return yield* openSqlite({ file: path, pageBytes: 16_384 }).pipe(
      Effect.tap((database) => migrate(database, schema.component, schema.steps)),
      Effect.flatMap((database) => Effect.try({ try: () => open(database, path), catch: traceStoreError(path) })),
      Scope.provide(own),
      Effect.map((traces): OpenFile => ({ path, traces, begun, close: Scope.close(own, Exit.void) })),
      Effect.tapError(() => Scope.close(own, Exit.void))
    )
  })
  const open = (database: DatabaseSync, path: string) => new TraceFile(path, prepareTraceRows(database), facts, caches)

  for (const { begun, path } of listFiles(directory)) {
    const opened = yield* Effect.result(openAt(path, begun))
    if (Result.isSuccess(opened)) {
      files.push(opened.success)
      continue
    }
    const error = traceStoreError(path)(opened.failure)
    if (isDamaged(opened.failure) || bytesOf(path) === 0) {
      yield* setAside(path)
      yield* Effect.logWarning(
        `${error.message}; it is set aside as ${path}.set-aside, and what it held is not searched`
      )
    } else if (opened.failure._tag === "NewerSchemaError") {
      yield* Effect.logWarning(
        `${path}: ${opened.failure.message}; it is left as it is, and what it holds is not searched`
      )
    } else return yield* error
  }

  /** Begins a new file. */
  const begin = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const last = files.at(-1)?.begun ?? 0
    const taken = new Set(listFiles(directory).map(({ begun }) => begun))
    let begun = Math.max(Math.floor(now), last + 1)
    while (taken.has(begun)) begun++
    const opened = yield* Effect.mapError(
      openAt(pathOf(directory, begun), begun),
      traceStoreError(pathOf(directory, begun))
    )
    files.push(opened)
    return opened
  })

  const remove = Effect.fnUntraced(function*(file: OpenFile) {
    files.splice(files.indexOf(file), 1)
    yield* file.close
    yield* Effect.try({
      try: () => {
        for (const suffix of sidecars) rmSync(file.path + suffix, { force: true })
      },
      catch: traceStoreError(file.path)
    })
  })

  return { files, begin, remove }
})

/** Reads a directory that another process writes: {@link refresh} takes up what is new. */
export const makeTraceFileReader = Effect.fnUntraced(function*(directory: string) {
  const caches = makeCaches()
  const facts = new ResourceFacts()
  const scope = yield* Effect.scope
  let files: Array<OpenFile> = []

  const openAt = Effect.fnUntraced(function*(path: string, begun: number) {
    const own = yield* Scope.fork(scope)
    return yield* openSqliteReader<TraceStoreError>({
      file: path,
      component: schema.component,
      steps: schema.steps,
      failed: traceStoreError(path),
      otherVersion: (message) => new TraceStoreError({ reason: "Invalid", message })
    }).pipe(
      Effect.flatMap((database) =>
        Effect.try({
          try: () => new TraceFile(path, prepareTraceRows(database), facts, caches),
          catch: traceStoreError(path)
        })
      ),
      Scope.provide(own),
      Effect.map((traces): OpenFile => ({ path, traces, begun, close: Scope.close(own, Exit.void) })),
      Effect.tapError(() => Scope.close(own, Exit.void))
    )
  })

  const refresh = Effect.gen(function*() {
    const there = yield* Effect.try({ try: () => listFiles(directory), catch: traceStoreError(directory) })
    const known = new Map(files.map((file) => [file.path, file]))
    const next: Array<OpenFile> = []
    for (const { begun, path } of there) {
      const open = known.get(path)
      known.delete(path)
      if (open !== undefined) {
        yield* Effect.try({ try: () => open.traces.refresh(), catch: traceStoreError(path) })
        next.push(open)
        continue
      }
      const opened = yield* Effect.result(openAt(path, begun))
      if (Result.isSuccess(opened)) next.push(opened.success)
      // One that is just being made has no tables yet; a damaged one is told by whoever writes there.
      else if (path !== there.at(-1)?.path) yield* Effect.logWarning(`${opened.failure.message}; it is not searched`)
    }
    for (const gone of known.values()) yield* gone.close
    files = next
    return next
  })
  return { refresh }
})
