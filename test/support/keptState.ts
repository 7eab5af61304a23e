/** What was kept of a stage's state, read as the stage itself would. */
import { assert } from "@effect/vitest"
import type { PipelineSnapshot } from "../../src/layers/stage/StageState.ts"
import type { Key } from "../../src/operators/state/Binary.ts"
import { type Entry, EntryTable, type TableOptions } from "../../src/operators/state/Table.ts"
import { tablePart } from "../../src/operators/state/tablePart.ts"

/** The entries of a table, in their order. */
export const keptTable = <K extends Key, V>(
  snapshot: PipelineSnapshot,
  stage: string,
  part: string,
  options: TableOptions<V>
): ReadonlyArray<Entry<K, V>> => {
  const table = new EntryTable<K, V>(options)
  const { entries, version } = snapshot.get(stage)?.get(part) ?? assert.fail(`nothing was kept of ${stage}, ${part}`)
  assert.isTrue(tablePart(part, table, options).restore(entries, version))
  return table.inOrder()
}

export const timersOf = <K extends Key, V>(entry: Entry<K, V>): ReadonlyArray<number> => {
  const times: Array<number> = []
  for (let timer = entry.timers; timer !== undefined; timer = timer.next) times.push(timer.time)
  return times.toSorted((a, b) => a - b)
}
