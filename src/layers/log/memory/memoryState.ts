/** The state of tasks in maps, for as long as the memory log is there. */
import { Result } from "effect"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import type { StateEntry } from "../../stage/StageState.ts"
import type { LocalState } from "../local/localStore.ts"
import type { TaskChanges } from "../LogUnits.ts"

interface KeptPart {
  readonly version: number
  /** By the characters of the key's bytes. */
  readonly entries: Map<string, StateEntry>
}

interface Task {
  units: number
  closed: boolean
  at: UtcTime
  readonly stages: Map<string, Map<string, KeptPart>>
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString("latin1")

const partOf = (task: Task, stage: string, part: string, version: number, anew: boolean): KeptPart => {
  const parts = task.stages.get(stage) ?? new Map<string, KeptPart>()
  task.stages.set(stage, parts)
  const before = parts.get(part)
  if (before !== undefined && before.version === version && !anew) return before
  const kept: KeptPart = { version, entries: before === undefined || anew ? new Map() : before.entries }
  parts.set(part, kept)
  return kept
}

export const makeMemoryState = () => {
  const tasks = new Map<string, Task>()
  const state: LocalState = {
    load: (name) => {
      const task = tasks.get(name)
      if (task === undefined) return Result.succeed(undefined)
      const snapshot = new Map(Array.from(task.stages, ([stage, parts]) =>
        [
          stage,
          new Map(Array.from(parts, ([part, { entries, version }]) =>
            [part, { version, entries: Array.from(entries.values()) }] as const))
        ] as const))
      return Result.succeed({ units: task.units, closed: task.closed, at: task.at, snapshot })
    },
    tasks: () =>
      Result.succeed(Array.from(tasks, ([task, { at, closed, stages, units }]) => ({
        task,
        units,
        closed,
        at,
        parts: Array.from(stages).flatMap(([stage, parts]) =>
          Array.from(parts, ([part, { entries, version }]) => ({
            stage,
            part,
            version,
            entries: entries.size,
            bytes: entries.values().reduce((sum, { key, value }) => sum + key.length + value.length, 0)
          }))
        )
      }))),
    reset: (name, stage) => {
      const stages = tasks.get(name)?.stages
      let removed = 0
      for (const [each, parts] of stages ?? []) {
        if (stage !== undefined && each !== stage) continue
        for (const { entries } of parts.values()) removed += entries.size
        stages?.delete(each)
      }
      return Result.succeed(removed)
    }
  }
  return {
    state,
    commit: (name: string, changes: TaskChanges, closed: boolean, at: UtcTime): void => {
      const task = tasks.get(name) ?? { units: 0, closed, at, stages: new Map() }
      tasks.set(name, task)
      task.units++
      task.closed = closed
      task.at = at
      for (const [stage, parts] of changes) {
        for (const [part, { changes: each, replaces = false, version }] of parts) {
          const { entries } = partOf(task, stage, part, version, replaces)
          for (const { key, value } of each) {
            if (value === undefined) entries.delete(nameOf(key))
            else entries.set(nameOf(key), { key, value })
          }
        }
      }
    }
  }
}
