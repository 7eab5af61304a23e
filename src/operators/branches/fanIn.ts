/** What may be said of several streams together: the least of what each says of itself. */
import type { Control, SourcePosition } from "../../domain/stream/Envelope.ts"
import { barrier, progress, tick, watermark } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/** The least of several times that only rise. An input that has ended holds nothing back. */
export class LeastTime {
  private readonly times: Array<UtcTime>
  private told = -Infinity

  constructor(inputs: number) {
    this.times = Array.from({ length: inputs }, () => -Infinity)
  }

  /** One input has come to `time`; gives the least of all if that has risen. */
  advance(input: number, time: UtcTime): UtcTime | undefined {
    const before = this.times[input]
    if (before === undefined || time <= before) return undefined
    this.times[input] = time
    let least = Infinity
    for (const each of this.times) if (each < least) least = each
    if (least <= this.told) return undefined
    this.told = least
    return least
  }
}

interface PartitionProgress {
  readonly position: SourcePosition
  readonly offsets: Array<number>
  told: number
}

/** For each partition the least offset that all branches have passed. State: a number a branch and partition. */
class LeastProgress {
  private readonly branches: number
  private readonly partitions = new Map<string, PartitionProgress>()
  private readonly ended = new Set<number>()

  constructor(branches: number) {
    this.branches = branches
  }

  private least(partition: PartitionProgress): SourcePosition | undefined {
    const least = Math.min(...partition.offsets.filter((_, branch) => !this.ended.has(branch)))
    if (!Number.isFinite(least) || least <= partition.told) return undefined
    partition.told = least
    return { ...partition.position, offset: least }
  }

  advance(branch: number, positions: ReadonlyArray<SourcePosition>): ReadonlyArray<SourcePosition> {
    return positions.flatMap((position) => {
      const key = `${position.partition}/${position.topic}`
      let known = this.partitions.get(key)
      if (known === undefined) {
        known = { position, offsets: Array.from({ length: this.branches }, () => -Infinity), told: -Infinity }
        this.partitions.set(key, known)
      }
      known.offsets[branch] = Math.max(known.offsets[branch] ?? -Infinity, position.offset)
      const least = this.least(known)
      return least === undefined ? [] : [least]
    })
  }

  end(branch: number): ReadonlyArray<SourcePosition> {
    this.ended.add(branch)
    return Array.from(this.partitions.values()).flatMap((partition) => {
      const least = this.least(partition)
      return least === undefined ? [] : [least]
    })
  }
}

/** Controls of branches that the same events went into: each comes out once, when all branches have let it through. */
export class BranchControls {
  private readonly watermarks: LeastTime
  private readonly ticks: LeastTime
  private readonly units: LeastTime
  private readonly positions: LeastProgress

  constructor(branches: number) {
    this.watermarks = new LeastTime(branches)
    this.ticks = new LeastTime(branches)
    this.units = new LeastTime(branches)
    this.positions = new LeastProgress(branches)
  }

  /** A branch let this through; gives what all have let through by now. */
  pass(branch: number, control: Control): Control | undefined {
    switch (control._tag) {
      case "Watermark": {
        const time = this.watermarks.advance(branch, control.time)
        return time === undefined ? undefined : watermark(time)
      }
      case "Tick": {
        const now = this.ticks.advance(branch, control.now)
        return now === undefined ? undefined : tick(now)
      }
      case "Barrier": {
        const unit = this.units.advance(branch, control.unit)
        return unit === undefined ? undefined : barrier(unit)
      }
      case "Progress": {
        const passed = this.positions.advance(branch, control.positions)
        return passed.length === 0 ? undefined : progress(passed)
      }
    }
  }

  /** A branch has ended and holds nothing back any more. */
  end(branch: number): ReadonlyArray<Control> {
    const passed = this.positions.end(branch)
    const time = this.watermarks.advance(branch, Infinity)
    const unit = this.units.advance(branch, Infinity)
    return [
      ...(unit === undefined || unit === Infinity ? [] : [barrier(unit)]),
      ...(passed.length === 0 ? [] : [progress(passed)]),
      ...(time === undefined ? [] : [watermark(time)])
    ]
  }
}
