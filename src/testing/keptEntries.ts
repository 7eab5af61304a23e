/** All that is kept of the state of a pipeline, as one map; and the same put together from what changed. */
import type { PipelineChanges, PipelineSnapshot } from "../layers/stage/StageState.ts"

export type Fold = ReadonlyMap<string, Uint8Array>

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** All entries by stage, part and key. */
export const foldOf = (snapshot: PipelineSnapshot): Fold =>
  new Map(
    Array.from(snapshot).flatMap(([stage, parts]) =>
      Array.from(parts).flatMap(([part, { entries }]) =>
        Array.from(entries, ({ key, value }) => [`${stage}/${part}/${hex(key)}`, value] as const)
      )
    )
  )

/** The fold with what changed since. */
export const folded = (before: Fold, changes: PipelineChanges): Fold => {
  const fold = new Map(before)
  for (const [stage, parts] of changes) {
    for (const [part, { changes: each }] of parts) {
      for (const { key, value } of each) {
        const name = `${stage}/${part}/${hex(key)}`
        if (value === undefined) fold.delete(name)
        else fold.set(name, value)
      }
    }
  }
  return fold
}
