/**
 * Who contributed to a value kept in state: a window's sum, a track, a joined row waiting for its other side.
 *
 * Bounded and mergeable: the first and the last contributor in order of arrival, up to {@link maxSampled} sampled ones, the exact count, and
 * the range of their event times. An emission made from it continues the trace of one of them and links the others.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import type { Batch } from "./Batch.ts"
import type { EventContext, Hop } from "./Envelope.ts"
import type { Place } from "./Place.ts"
import { type SequenceArray, SequenceContext } from "./SequenceContext.ts"

/** How many sampled contributors are kept; those beyond are counted and not traced. */
export const maxSampled = 16

/** A sampled contributor, and when it was taken in (ns since the Unix epoch): from then on it waited. */
export interface SampledContributor {
  readonly context: EventContext
  readonly absorbedAt: bigint
}

export class Contributors {
  count = 0
  /** The least and the greatest event time, UTC ms. */
  from: UtcTime = Infinity
  to: UtcTime = -Infinity
  // Of one alone it is made of the last when somebody asks: most values that are kept have one.
  private firstContext: EventContext | undefined = undefined
  // The last one: a context, or where it stands among those that a source numbered.
  private lastContext: EventContext | undefined = undefined
  private lastArray: SequenceArray | undefined = undefined
  private lastPlace = 0
  private lastTime: UtcTime = 0
  /** The way that the last one came. */
  lastHop: Hop | undefined = undefined
  sampled: Array<SampledContributor> | undefined = undefined

  /** Takes in an event that is not sampled. */
  add(context: EventContext, hop: Hop | undefined): void {
    if (this.count === 0) this.firstContext = context
    else this.keepFirst()
    this.see(context.eventTime)
    this.lastContext = context
    this.lastHop = hop
  }

  /** {@link add} of the event at a place, whose context is made when somebody asks for it. */
  addAt(place: Place): void {
    const { batch, index, time } = place
    const { array } = batch
    if (array === undefined || place.isFollowed) {
      const { context } = place
      if (context !== undefined) this.add(context, batch.hop)
      return
    }
    this.keepFirst()
    this.see(time)
    this.endAt(batch, array, index)
  }

  /** Takes in the events of a batch at the places from `from` on and before `to`, none of them followed; `least` and `greatest`: of their times. */
  addRun(batch: Batch<unknown>, from: number, to: number, least: UtcTime, greatest: UtcTime): void {
    const { array, hop } = batch
    if (this.count === 0 && to - from > 1) this.firstContext = batch.context(from)
    else this.keepFirst()
    this.count += to - from
    if (least < this.from) this.from = least
    if (greatest > this.to) this.to = greatest
    if (array !== undefined) this.endAt(batch, array, to - 1)
    else {
      this.lastContext = batch.context(to - 1)
      this.lastHop = hop
    }
  }

  /** The last one is the event at a place in a batch of numbered ones. */
  private endAt(batch: Batch<unknown>, array: SequenceArray, place: number): void {
    this.lastPlace = batch.sequencePlace(place)
    this.lastTime = batch.eventTime(place)
    // Events of one array come in a row, and a pointer that is written costs more than one that is compared.
    if (this.lastArray !== array) this.lastArray = array
    if (this.lastContext !== undefined) this.lastContext = undefined
    if (this.lastHop !== batch.hop) this.lastHop = batch.hop
  }

  /** One more, at this time. */
  private see(time: UtcTime): void {
    this.count++
    if (time < this.from) this.from = time
    if (time > this.to) this.to = time
  }

  /** Before another comes: the first is not the last any more. */
  private keepFirst(): void {
    if (this.count === 1) this.firstContext ??= this.last
  }

  get first(): EventContext | undefined {
    this.keepFirst()
    return this.firstContext
  }

  set first(context: EventContext | undefined) {
    this.firstContext = context
  }

  get last(): EventContext | undefined {
    const { lastArray, lastContext } = this
    if (lastContext !== undefined || lastArray === undefined) return lastContext
    if (this.count === 1 && this.firstContext !== undefined) return this.firstContext
    return new SequenceContext(lastArray, this.lastPlace, this.lastTime)
  }

  set last(context: EventContext | undefined) {
    this.lastContext = context
  }

  /** Takes in a sampled event; `context` is below the span that took it in. */
  addSampled(context: EventContext, hop: Hop | undefined, absorbedAt: bigint): void {
    this.add(context, hop)
    this.sampled ??= []
    if (this.sampled.length < maxSampled) this.sampled.push({ context, absorbedAt })
  }

  /** Takes in all of another set, whose members came later. The other stays as it is. */
  merge(other: Contributors): void {
    if (other.count === 0) return
    if (this.count === 0) this.firstContext = other.firstContext
    else this.keepFirst()
    this.count += other.count
    if (other.from < this.from) this.from = other.from
    if (other.to > this.to) this.to = other.to
    this.lastContext = other.lastContext
    this.lastArray = other.lastArray
    this.lastPlace = other.lastPlace
    this.lastTime = other.lastTime
    this.lastHop = other.lastHop
    if (other.sampled === undefined) return
    this.sampled = [...(this.sampled ?? []), ...other.sampled].slice(0, maxSampled)
  }

  /** The one whose trace an emission continues: the newest sampled one that is kept, else the last. */
  trigger(): SampledContributor | undefined {
    const sampled = this.sampled?.[this.sampled.length - 1]
    if (sampled !== undefined) return sampled
    const { last } = this
    return last === undefined ? undefined : { context: last, absorbedAt: 0n }
  }

  /** The contributors that are named: the sampled, the first and the last, each once. */
  named(): ReadonlyArray<EventContext> {
    const named = new Map<string, EventContext>()
    for (const context of [this.first, ...(this.sampled ?? []).map((each) => each.context), this.last]) {
      if (context !== undefined) named.set(context.id, context)
    }
    return Array.from(named.values())
  }
}
