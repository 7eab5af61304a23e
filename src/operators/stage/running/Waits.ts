/**
 * How long stages wait for input, and for whoever takes their output: measured where their stream is pulled, not inferred from other stages.
 *
 * Stages that run as one for an array also wait for each other: while one works, those above wait for it to take their output, those below for
 * their input. Cost: four looks at the clock an array, and an addition or two a stage.
 */
import type { Clock } from "effect"
import type { StageCounts } from "../../../layers/stage/StageRegistry.ts"

export class Waits {
  private readonly clock: Clock.Clock
  private readonly stages: ReadonlyArray<StageCounts>
  /** Monotonic ns; of the last time that each thing happened. */
  private asked = 0n
  private gave: bigint | undefined = undefined
  private readonly busyBefore: Array<number>

  /** `stages`: those that run as one, upstream first. */
  constructor(clock: Clock.Clock, stages: ReadonlyArray<StageCounts>) {
    this.clock = clock
    this.stages = stages
    this.busyBefore = stages.map(() => 0)
  }

  /** Output is asked for, and so input. */
  onAsked(): void {
    const now = this.clock.monotonicTimeNanosUnsafe()
    this.asked = now
    if (this.gave === undefined) return
    const blocked = Number(now - this.gave)
    this.gave = undefined
    for (const counts of this.stages) counts.backpressuredNanos += blocked
  }

  /** Input came, or its end. */
  onInput(): void {
    const idle = Number(this.clock.monotonicTimeNanosUnsafe() - this.asked)
    let place = 0
    for (const counts of this.stages) {
      counts.idleNanos += idle
      this.busyBefore[place++] = counts.busyNanos
    }
  }

  /** The stages are done with their input; what is left of it goes to who asked. */
  onOutput(): void {
    this.gave = this.clock.monotonicTimeNanosUnsafe()
    if (this.stages.length === 1) return
    let above = 0
    let place = 0
    for (const counts of this.stages) {
      counts.idleNanos += above
      above += counts.busyNanos - (this.busyBefore[place++] ?? 0)
    }
    let below = above
    place = 0
    for (const counts of this.stages) {
      below -= counts.busyNanos - (this.busyBefore[place++] ?? 0)
      counts.backpressuredNanos += below
    }
  }
}
