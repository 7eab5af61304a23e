/**
 * When units are cut: at most so long after the first event since the last one, at once when somebody is in a hurry, and when a source ends.
 *
 * State: a few flags, and one object a source. Cost: a look at the clock an array.
 */
import { type Clock, Effect, Latch } from "effect"
import type { UnitSource } from "./CommitUnits.ts"

/** A source: the last unit that it gave a barrier for, and whether it ended. */
interface Source {
  given: number
}

export class UnitCycle {
  private readonly clock: Clock.Clock
  private readonly everyMillis: number
  private readonly sources = new Set<Source>()
  /** Of the unit that is cut, or was cut last. */
  private unit: number
  private cutting = false
  /** Since when there is something to commit. */
  private since: number | undefined = undefined
  private came = false
  private stopping = false
  private isStopped = false
  /** Whether an earlier run told of the end of the same input. */
  private toldEnd: boolean
  /** What is open is being closed: state stays as it was before. */
  closing = false
  private readonly whenDue = Latch.makeUnsafe(false)
  private readonly whenCut = Latch.makeUnsafe(true)
  private readonly whenSince = Latch.makeUnsafe(false)
  private readonly whenStopped = Latch.makeUnsafe(false)

  constructor(options: {
    readonly clock: Clock.Clock
    readonly everyMillis: number
    readonly units: number
    readonly toldEnd: boolean
  }) {
    this.clock = options.clock
    this.everyMillis = options.everyMillis
    this.unit = options.units
    this.toldEnd = options.toldEnd
  }

  readonly due = this.whenDue.await
  readonly cut = this.whenCut.await
  readonly stopped = this.whenStopped.await
  /** Sees to a unit where no source looks at the time, as all of them wait for input. */
  readonly watch: Effect.Effect<void> = Effect.gen({ self: this }, function*() {
    while (true) {
      yield* this.whenSince.await
      if (this.since !== undefined && !this.cutting) {
        yield* Effect.sleep(Math.max(1, this.since + this.everyMillis - this.clock.currentTimeMillisUnsafe()))
        if (this.isLate()) this.begin()
      }
      if (this.cutting) yield* this.cut
    }
  })

  isCutting(): boolean {
    return this.cutting
  }

  /** Whether the end of the input is told of, with this unit or before. */
  isClosed(): boolean {
    return this.closing || this.toldEnd
  }

  isCut(unit: number): boolean {
    return unit < this.unit || (unit === this.unit && !this.cutting) || this.isStopped
  }

  hurry(): void {
    if (this.since !== undefined) this.begin()
  }

  /** Everything given before the barriers is through, and committed. */
  ended(): void {
    this.since = undefined
    this.whenSince.closeUnsafe()
    this.whenDue.closeUnsafe()
    if (this.stopping) {
      this.isStopped = true
      this.whenStopped.openUnsafe()
      return
    }
    this.cutting = false
    this.whenCut.openUnsafe()
  }

  stop(): void {
    this.stopping = true
    if (this.sources.size === 0) this.whenStopped.openUnsafe()
    else if (!this.cutting) this.begin()
  }

  openSource(): UnitSource {
    const source: Source = { given: this.unit }
    this.sources.add(source)
    return {
      barrier: () => {
        if (!this.cutting && this.isLate()) this.begin()
        if (!this.cutting || source.given === this.unit) return undefined
        source.given = this.unit
        return this.unit
      },
      waits: () => this.cutting && source.given === this.unit,
      gave: () => {
        this.came = true
        this.toldEnd = false
        this.note()
      },
      atEnd: () => {
        if (!this.came && this.toldEnd && this.sources.size === 1) this.stop()
        else this.begin()
      },
      closes: () => {
        if (this.sources.size === 1) this.closing = true
        return this.closing
      },
      leave: () => {
        this.sources.delete(source)
        if (this.sources.size > 0) return
        this.since = undefined
        this.whenSince.closeUnsafe()
        if (this.stopping) this.whenStopped.openUnsafe()
      }
    }
  }

  /** There is something to commit. */
  private note(): void {
    if (this.since !== undefined) return
    this.since = this.clock.currentTimeMillisUnsafe()
    this.whenSince.openUnsafe()
  }

  private isLate(): boolean {
    return this.since !== undefined && this.clock.currentTimeMillisUnsafe() - this.since >= this.everyMillis
  }

  private begin(): void {
    if (this.sources.size === 0 || this.cutting) return
    this.cutting = true
    this.unit++
    this.whenCut.closeUnsafe()
    this.whenDue.openUnsafe()
  }
}
