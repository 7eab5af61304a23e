/**
 * The state of the stages of a task: each begins where the last unit left it, and tells what changed since.
 *
 * A part that reads what another version wrote is written anew as a whole with the first unit. Two stages of one name would read each other's state: that
 * is a defect, told when the second starts.
 */
import type { Context } from "effect"
import type { KeptChanges, TaskChanges } from "../log/LogUnits.ts"
import {
  type PartChanges,
  type PipelineSnapshot,
  type StageSnapshot,
  type StageState,
  stageState,
  type StateHandle,
  type StatePart
} from "../stage/StageState.ts"

interface KeptState {
  readonly service: Context.Service.Shape<typeof StageState>
  readonly changes: () => TaskChanges
}

const nothing: StageSnapshot = new Map()

export const keptState = (task: string, restored: PipelineSnapshot): KeptState => {
  const inner = stageState(new Map())
  const left = new Map(restored)
  const opened = new Set<string>()
  const parts = new Map<string, StatePart>()
  let rewritten = new Set<string>()

  const open = (stage: string, handle: StateHandle): StageSnapshot => {
    if (opened.has(stage)) {
      throw new Error(`${task}: stage ${stage} was started twice: two stages of one name, or two runs on one state`)
    }
    opened.add(stage)
    inner.open(stage, handle)
    const kept = left.get(stage) ?? nothing
    // It is in the stage now, once.
    left.delete(stage)
    for (const part of handle.parts) {
      const name = `${stage}\n${part.name}`
      parts.set(name, part)
      const version = kept.get(part.name)?.version
      if (version !== undefined && version !== part.version) rewritten.add(name)
    }
    return kept
  }

  const whole = (stage: string, name: string, changes: PartChanges): KeptChanges => {
    const part = parts.get(`${stage}\n${name}`)
    return part === undefined || !rewritten.has(`${stage}\n${name}`)
      ? changes
      : { version: part.version, changes: Array.from(part.entries()), replaces: true }
  }

  return {
    service: { ...inner, open },
    changes: () => {
      const changed = inner.changes()
      if (rewritten.size === 0) return changed
      const all = new Map<string, Map<string, KeptChanges>>(
        Array.from(changed, ([stage, each]) => [
          stage,
          new Map(Array.from(each, ([part, changes]) => [part, whole(stage, part, changes)] as const))
        ])
      )
      for (const name of rewritten) {
        const [stage = "", part = ""] = name.split("\n")
        const ofStage = all.get(stage) ?? new Map<string, KeptChanges>()
        all.set(stage, ofStage)
        if (!ofStage.has(part)) ofStage.set(part, whole(stage, part, { version: 0, changes: [] }))
      }
      rewritten = new Set()
      return all
    }
  }
}
