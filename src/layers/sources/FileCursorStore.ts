/**
 * Cursors in files: `<directory>/<source>.cursor`, one RFC 3339 time each.
 *
 * Saved by writing a file beside it, syncing that to the disk and renaming it. One process at a time.
 */
import { Effect, Layer } from "effect"
import { mkdir, open, readFile, rename } from "node:fs/promises"
import { join } from "node:path"
import { format, parse } from "../../domain/time/UtcTime.ts"
import { CursorError, CursorStore } from "./CursorStore.ts"

const failed = (what: string) => (cause: unknown) =>
  new CursorError({ message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause })

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8")
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
}

const writeDurably = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.new`
  const file = await open(temporary, "w")
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

/** Makes `directory` if it is not there. */
const layer = (directory: string): Layer.Layer<CursorStore, CursorError> =>
  Layer.effect(
    CursorStore,
    Effect.gen(function*() {
      yield* Effect.tryPromise({
        try: () => mkdir(directory, { recursive: true }),
        catch: failed(`Cannot make the directory of cursors ${directory}`)
      })
      const pathOf = (source: string) => join(directory, `${encodeURIComponent(source)}.cursor`)
      return CursorStore.of({
        load: Effect.fn("CursorStore.load")(function*(source) {
          const path = pathOf(source)
          const text = yield* Effect.tryPromise({
            try: () => readIfThere(path),
            catch: failed(`Cannot read the cursor ${path}`)
          })
          if (text === undefined) return undefined
          const since = parse(text.trim())
          return since ??
            (yield* new CursorError({ message: `The cursor ${path} does not hold a time: ${text.slice(0, 40)}` }))
        }),
        save: Effect.fn("CursorStore.save")(function*(source, since) {
          const path = pathOf(source)
          yield* Effect.tryPromise({
            try: () => writeDurably(path, `${format(since)}\n`),
            catch: failed(`Cannot save the cursor ${path}`)
          })
        })
      })
    })
  )

/** Cursors as files of a directory. */
export const FileCursorStore = { layer }
