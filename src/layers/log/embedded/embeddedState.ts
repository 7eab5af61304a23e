/** The state of tasks in the embedded log's tables. Everything here throws what `node:sqlite` throws, and {@link CorruptLog}; `commit` belongs in a transaction. */
import type { DatabaseSync } from "node:sqlite"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import type { PartSnapshot, StateEntry } from "../../stage/StageState.ts"
import type { KeptChanges, TaskChanges, TaskState, TaskSummary } from "../LogUnits.ts"
import { CorruptLog, integer, type Row } from "./embeddedRows.ts"

interface KeptPart {
  readonly id: number
  readonly stage: string
  readonly name: string
  version: number
}

const bytesOf = (row: Row, column: string): Uint8Array => {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw new CorruptLog({ message: `column ${column} holds no bytes` })
  return value
}

const partOf = (row: Row): KeptPart => ({
  id: integer(row, "id"),
  stage: String(row.stage),
  name: String(row.name),
  version: integer(row, "version")
})

const nameOf = (stage: string, part: string): string => `${stage}\n${part}`

export const prepareState = (database: DatabaseSync) => {
  const findTask = database.prepare("SELECT id, units, closed, at FROM tasks WHERE name = ?")
  const countUnit = database.prepare(
    `INSERT INTO tasks (name, units, closed, at) VALUES (?, 1, ?, ?)
     ON CONFLICT DO UPDATE SET units = units + 1, closed = excluded.closed, at = excluded.at RETURNING id`
  )
  const parts = database.prepare("SELECT id, stage, name, version FROM state_parts WHERE task = ? ORDER BY id")
  const putPart = database.prepare(
    `INSERT INTO state_parts (task, stage, name, version) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version RETURNING id`
  )
  const put = database.prepare(
    "INSERT INTO state_entries VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
  )
  const remove = database.prepare("DELETE FROM state_entries WHERE part = ? AND key = ?")
  const clear = database.prepare("DELETE FROM state_entries WHERE part = ?")
  const removePart = database.prepare("DELETE FROM state_parts WHERE id = ?")
  const entries = database.prepare("SELECT key, value FROM state_entries WHERE part = ?")
  const sizes = database.prepare(
    "SELECT count(*) AS entries, coalesce(sum(length(key) + length(value)), 0) AS bytes FROM state_entries WHERE part = ?"
  )
  const tasks = database.prepare("SELECT id, name, units, closed, at FROM tasks ORDER BY name")

  /** Rows of parts that were written, by task. A failed transaction may leave one that is not there: it is forgotten with it. */
  const known = new Map<number, Map<string, KeptPart>>()

  const partsOf = (task: number): Map<string, KeptPart> => {
    let found = known.get(task)
    if (found === undefined) {
      found = new Map(parts.all(task).map((row) => [nameOf(String(row.stage), String(row.name)), partOf(row)] as const))
      known.set(task, found)
    }
    return found
  }

  const partFor = (task: number, stage: string, name: string, version: number): number => {
    const ofTask = partsOf(task)
    const kept = ofTask.get(nameOf(stage, name))
    if (kept?.version === version) return kept.id
    const id = integer(putPart.get(task, stage, name, version), "id")
    ofTask.set(nameOf(stage, name), { id, stage, name, version })
    return id
  }

  const write = (task: number, stage: string, name: string, { changes, replaces, version }: KeptChanges): void => {
    const part = partFor(task, stage, name, version)
    if (replaces === true) clear.run(part)
    for (const { key, value } of changes) {
      if (value === undefined) remove.run(part, key)
      else put.run(part, key, value)
    }
  }

  const entriesOf = (part: number): ReadonlyArray<StateEntry> =>
    entries.all(part).map((row) => ({ key: bytesOf(row, "key"), value: bytesOf(row, "value") }))

  return {
    /** To be called where a transaction failed. */
    forget: (): void => known.clear(),
    commit: (task: string, changes: TaskChanges, closed: boolean, at: UtcTime): void => {
      const id = integer(countUnit.get(task, closed ? 1 : 0, Math.floor(at)), "id")
      for (const [stage, ofStage] of changes) {
        for (const [part, ofPart] of ofStage) write(id, stage, part, ofPart)
      }
    },
    load: (task: string): TaskState | undefined => {
      const row = findTask.get(task)
      if (row === undefined) return undefined
      const snapshot = new Map<string, Map<string, PartSnapshot>>()
      for (const { id, name, stage, version } of parts.all(integer(row, "id")).map(partOf)) {
        const ofStage = snapshot.get(stage) ?? new Map<string, PartSnapshot>()
        snapshot.set(stage, ofStage.set(name, { version, entries: entriesOf(id) }))
      }
      return { units: integer(row, "units"), closed: row.closed === 1, at: integer(row, "at"), snapshot }
    },
    tasks: (): ReadonlyArray<TaskSummary> =>
      tasks.all().map((row) => ({
        task: String(row.name),
        units: integer(row, "units"),
        closed: row.closed === 1,
        at: integer(row, "at"),
        parts: parts.all(integer(row, "id")).map(partOf).map(({ id, name, stage, version }) => {
          const size = sizes.get(id)
          return { stage, part: name, version, entries: integer(size, "entries"), bytes: integer(size, "bytes") }
        })
      })),
    reset: (task: string, stage: string | undefined): number => {
      const row = findTask.get(task)
      if (row === undefined) return 0
      const id = integer(row, "id")
      known.delete(id)
      let removed = 0
      for (const part of parts.all(id).map(partOf)) {
        if (stage !== undefined && part.stage !== stage) continue
        removed += Number(clear.run(part.id).changes)
        removePart.run(part.id)
      }
      return removed
    }
  }
}
