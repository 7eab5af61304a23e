/**
 * The trace store in SQLite files of a directory, for one process that writes and others that read. The default.
 *
 * **What survives.** What `write` took survives the process, however it ends; a power failure may cost the last writes, the files stay sound. **Speed** comes from blocks:
 * 64 traces are one compressed row, found by columns, tag filters and ids: see docs/trace-backend.md for figures. **Retention** removes whole files; what is too old in one
 * that stays is not answered any more.
 *
 * Calls are synchronous and short; a search over many blocks yields between them.
 */
import { Clock, Effect, Layer, Semaphore } from "effect"
import { makeDirectory } from "../../../sql/makeDirectory.ts"
import { TraceReader, TraceStore, TraceStoreError, type TraceWrite } from "../TraceStore.ts"
import { planWrite } from "./planWrite.ts"
import { retainTraces } from "./retainTraces.ts"
import { bytesOf, listFiles, makeTraceFileReader, makeTraceFiles } from "./TraceFiles.ts"
import { makeTraceQueries } from "./traceQueries.ts"
import { isDamaged, traceStoreError } from "./traceStoreError.ts"

export interface SqliteTraceStoreOptions {
  /** Of the files alone; made if absent. */
  readonly directory: string
  /** A file is written for so long, or until it has grown to so much. */
  readonly fileMillis?: number
  readonly fileBytes?: number
}

const defaultFileMillis = 3_600_000
const defaultFileBytes = 256 << 20

/** How often it is looked how large a file has become. */
const writesBetweenLooks = 16

const make = Effect.fnUntraced(function*(
  { directory, fileBytes = defaultFileBytes, fileMillis = defaultFileMillis }: SqliteTraceStoreOptions
) {
  yield* Effect.try({ try: () => makeDirectory(directory), catch: traceStoreError(directory) })
  const { begin, files, remove } = yield* makeTraceFiles(directory)
  const plan = planWrite(files)
  const clock = yield* Clock.Clock
  const alone = yield* Semaphore.make(1)
  let looks = 0

  const roll = Effect.gen(function*() {
    const last = files.at(-1)
    if (last !== undefined) {
      yield* Effect.try({
        try: () => last.traces.rows.transaction(() => last.traces.close()),
        catch: traceStoreError(last.path)
      }).pipe(Effect.tapError(() => Effect.sync(() => last.traces.recover())))
    }
    return yield* begin
  })

  const current = Effect.suspend(() => {
    const last = files.at(-1)
    if (last === undefined) return begin
    if (clock.currentTimeMillisUnsafe() - last.begun >= fileMillis) return roll
    if (++looks >= writesBetweenLooks || fileBytes < defaultFileBytes) {
      looks = 0
      if (last.traces.rows.pageBytes() >= fileBytes) return roll
    }
    return Effect.succeed(last)
  })

  const write = (writes: ReadonlyArray<TraceWrite>): Effect.Effect<void, TraceStoreError> =>
    Effect.flatMap(current, (file) =>
      Effect.try({
        try: () => {
          const { dropped, superseded, traces } = plan(writes)
          if (traces.length === 0 && dropped.length === 0) return
          const mine = superseded.filter(({ of }) => of === file)
          file.traces.rows.transaction(() => {
            for (const { place, trace } of mine) file.traces.supersede(place, trace)
            file.traces.write(traces, dropped)
          })
          for (const { of, place, trace } of superseded) {
            if (of !== file) of.traces.rows.transaction(() => of.traces.supersede(place, trace))
          }
        },
        catch: traceStoreError(file.path)
      }).pipe(
        Effect.tapError(({ cause }) =>
          Effect.try({ try: () => file.traces.recover(), catch: traceStoreError(file.path) }).pipe(
            Effect.andThen(isDamaged(cause) ? Effect.asVoid(begin) : Effect.void),
            Effect.ignore
          )
        )
      ))

  return TraceStore.of({
    ...makeTraceQueries(Effect.sync(() => files)),
    write: (writes) => writes.length === 0 ? Effect.void : alone.withPermit(write(writes)),
    retain: Effect.fn("TraceStore.retain")((retention) =>
      alone.withPermit(retainTraces(retention, { files, remove, roll: Effect.asVoid(roll), bytesOf }))
    )
  })
})

/** Fails with `Unavailable` where the directory cannot be used. */
const layer = (options: SqliteTraceStoreOptions): Layer.Layer<TraceStore | TraceReader, TraceStoreError> =>
  Layer.effect(TraceReader, TraceStore).pipe(Layer.provideMerge(Layer.effect(TraceStore, make(options))))

const makeReader = Effect.fnUntraced(function*(directory: string) {
  if (listFiles(directory).length === 0) {
    return yield* new TraceStoreError({ reason: "NotFound", message: `no traces in ${directory}` })
  }
  const { refresh } = yield* makeTraceFileReader(directory)
  return TraceReader.of(makeTraceQueries(refresh))
})

/** For a process beside the one that writes, or after it. Fails with `NotFound` where there are no files of traces. */
const layerReader = (directory: string): Layer.Layer<TraceReader, TraceStoreError> =>
  Layer.effect(TraceReader, makeReader(directory))

export const SqliteTraceStore = { layer, layerReader }
