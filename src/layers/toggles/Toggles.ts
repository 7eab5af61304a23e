/** What somebody steers while the process runs: how much is traced, which sensors are paused. State: this, lost with the process; each change is logged. */
import { Context, Effect, Layer } from "effect"
import type { ToggleChange, TogglesAnswer } from "../../domain/api/toggles.ts"
import { thresholdOf } from "../../domain/sampling/head/threshold.ts"
import { type HeadLevel, levelOf } from "../stage/HeadSampler.ts"

/** By default nothing can be steered. */
export class Toggles extends Context.Reference<{
  readonly answer: () => TogglesAnswer
  readonly change: (change: ToggleChange) => Effect.Effect<void>
  /** The level that overrules the settings'; `undefined`: none does. */
  readonly samplingLevel: () => HeadLevel | undefined
  readonly isPaused: (sourceId: string) => boolean
}>("perigee/layers/toggles/Toggles", {
  defaultValue: () => ({
    answer: () => ({ samplingRatio: null, paused: [] }),
    change: () => Effect.void,
    samplingLevel: () => undefined,
    isPaused: () => false
  })
}) {
  static readonly layer = Layer.sync(Toggles, () => {
    const paused = new Set<string>()
    let ratio: number | null = null
    let level: HeadLevel | undefined
    const apply = (change: ToggleChange): string => {
      switch (change._tag) {
        case "sampling":
          ratio = change.ratio
          level = change.ratio === null ? undefined : levelOf(thresholdOf(change.ratio))
          return change.ratio === null ? "sampling is as the settings say" : `sampling is ${change.ratio}`
        case "pause":
          paused.add(change.source)
          return `${change.source} is paused: its records are given up as Shed`
        case "resume":
          paused.delete(change.source)
          return `${change.source} goes on`
      }
    }
    return {
      answer: () => ({ samplingRatio: ratio, paused: Array.from(paused) }),
      change: (change: ToggleChange) => Effect.suspend(() => Effect.logWarning(`toggle: ${apply(change)}`)),
      samplingLevel: () => level,
      isPaused: (sourceId: string) => paused.size > 0 && paused.has(sourceId)
    }
  })
}
