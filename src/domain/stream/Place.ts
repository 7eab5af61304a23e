/**
 * Where a step stands in a batch as it goes from event to event: `for (const payload of batch.payloads) { place.advance(); … }`.
 * One object an array, so that an event costs none; nobody keeps it.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import type { Batch } from "./Batch.ts"
import type { EventContext, Hop, Origin } from "./Envelope.ts"

export class Place implements Origin {
  readonly batch: Batch<unknown>
  index = -1
  followed = false
  private next = 0
  private followedAt: number

  /** Before the first. */
  constructor(batch: Batch<unknown>) {
    this.batch = batch
    this.followedAt = batch.followed[0] ?? -1
  }

  advance(): void {
    this.followed = ++this.index === this.followedAt
    if (this.followed) this.followedAt = this.batch.followed[++this.next] ?? -1
  }

  /** Goes on to the event at a place behind this one. */
  moveTo(index: number): void {
    this.index = index - 1
    while (this.followedAt !== -1 && this.followedAt < index) this.followedAt = this.batch.followed[++this.next] ?? -1
    this.advance()
  }

  get time(): UtcTime {
    return this.batch.eventTime(this.index)
  }

  /** Made when it is looked at: see {@link Batch}. Outside the batch there is none: a bug of the caller's. */
  get context(): EventContext {
    const context = this.batch.context(this.index)
    if (context === undefined) throw new RangeError(`place ${this.index} of ${this.batch.payloads.length}`)
    return context
  }

  get hop(): Hop | undefined {
    return this.batch.hop
  }
}
