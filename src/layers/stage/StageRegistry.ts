/**
 * The counts of every stage of a running pipeline, always on: plain numbers that the stage itself changes once per array.
 *
 * Per stage, whenever no array is inside it: in = processed + filtered + late + dead + shed.
 */
import { Context, Layer } from "effect"

/** How the events of one stage ended, cumulative since start. */
export interface StageCounts {
  in: number
  processed: number
  filtered: number
  late: number
  dead: number
  shed: number
  emitted: number
  /** Entries that left the stage's state because it was full. */
  evicted: number
  /** Tries again after a failure that may pass. */
  retries: number
  /** Events inside the step at this moment. */
  inFlight: number
  /** Monotonic nanoseconds spent inside the step, waiting for input, and waiting for whoever takes the output. */
  busyNanos: number
  idleNanos: number
  backpressuredNanos: number
  readonly filteredReasons: Map<string, number>
}

/** Those of a stage that begins. */
export const emptyCounts = (): StageCounts => ({
  in: 0,
  processed: 0,
  filtered: 0,
  late: 0,
  dead: 0,
  shed: 0,
  emitted: 0,
  evicted: 0,
  retries: 0,
  inFlight: 0,
  busyNanos: 0,
  idleNanos: 0,
  backpressuredNanos: 0,
  filteredReasons: new Map()
})

export class StageRegistry extends Context.Service<StageRegistry, {
  /** The counts of a stage; made on first use, the same object ever after (a restarted stage goes on counting). */
  countsOf(stage: string): StageCounts
  /** All stages in the order in which they were first started, upstream first. */
  readonly stages: () => ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>
}>()("perigee/layers/stage/StageRegistry") {
  static readonly layer = Layer.sync(StageRegistry, () => {
    const byName = new Map<string, StageCounts>()
    return StageRegistry.of({
      countsOf: (stage) => {
        const known = byName.get(stage)
        if (known !== undefined) return known
        const counts = emptyCounts()
        byName.set(stage, counts)
        return counts
      },
      stages: () => Array.from(byName)
    })
  })
}
