/** Removes what is too old or too much: whole files, and in the oldest that stays what ended before. */
import { Effect } from "effect"
import type { TraceRetention, TraceStoreError } from "../TraceStore.ts"
import { BlockCursor } from "./BlockCursor.ts"
import { traceColumn } from "./TraceColumns.ts"
import type { OpenFile } from "./TraceFiles.ts"
import { traceStoreError } from "./traceStoreError.ts"

interface Store {
  readonly files: ReadonlyArray<OpenFile>
  readonly remove: (file: OpenFile) => Effect.Effect<void, TraceStoreError>
  /** Begins a new file. */
  readonly roll: Effect.Effect<void, TraceStoreError>
  readonly bytesOf: (path: string) => number
}

/** Moments are rounded. */
const slack = 1000

/** How many traces of a file ended before, and were not gone yet; a look at those blocks alone that hold such. */
const endedBefore = ({ traces: file }: OpenFile, before: bigint): { readonly gone: number; readonly left: number } => {
  const cursor = new BlockCursor([{ file, service: 0 }])
  let gone = 0
  for (let next = cursor.next(); next !== undefined; next = cursor.next()) {
    const { block, oldest } = next.row
    if (oldest - slack > Number(before)) continue
    const columns = file.columns(block)
    for (let place = 0; place < columns.traces; place++) {
      const end = columns.traceTime(place, traceColumn.end)
      if (!file.isSuperseded(block, place) && end < before && end >= file.horizon) gone++
    }
  }
  return { gone, left: file.traces - gone }
}

export const retainTraces = Effect.fnUntraced(function*(
  { before, maxBytes }: TraceRetention,
  { bytesOf, files, remove, roll }: Store
) {
  let removed = 0
  if (before !== undefined) {
    for (const file of files.slice()) {
      const { gone, left } = yield* Effect.try({
        try: () => endedBefore(file, before),
        catch: traceStoreError(file.path)
      })
      removed += gone
      if (left <= 0 && file !== files.at(-1)) yield* remove(file)
      else if (gone > 0) {
        yield* Effect.try({ try: () => file.traces.forget(before, gone), catch: traceStoreError(file.path) })
      }
    }
  }
  if (maxBytes !== undefined) {
    let bytes = files.reduce((sum, { path }) => sum + bytesOf(path), 0)
    for (const file of files.slice()) {
      if (bytes <= maxBytes) break
      const { traces } = file.traces
      if (file === files.at(-1)) {
        if (traces === 0) break
        yield* roll
      }
      bytes -= bytesOf(file.path)
      removed += traces
      yield* remove(file)
    }
  }
  return removed
})
