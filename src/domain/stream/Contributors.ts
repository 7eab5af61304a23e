/**
 * Who contributed to a value kept in state: a window's sum, a track, a joined row waiting for its other side.
 *
 * Bounded and mergeable: the first and the last contributor in order of arrival, up to {@link maxSampled} sampled ones, the exact count, and
 * the range of their event times. An emission made from it continues the trace of one of them and links the others.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import type { Batch } from "./Batch.ts"
import type { EventContext, Hop } from "./Envelope.ts"

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
  first: EventContext | undefined = undefined
  last: EventContext | undefined = undefined
  /** The way that the last one came. */
  lastHop: Hop | undefined = undefined
  sampled: Array<SampledContributor> | undefined = undefined

  /** Takes in an event that is not sampled. */
  add(context: EventContext, hop: Hop | undefined): void {
    const { eventTime } = context
    if (this.count++ === 0) this.first = context
    if (eventTime < this.from) this.from = eventTime
    if (eventTime > this.to) this.to = eventTime
    this.last = context
    this.lastHop = hop
  }

  /** Takes in the events of a batch at the places from `from` on and before `to`, none of them followed; `least` and `greatest`: of their times. */
  addRun(batch: Batch<unknown>, from: number, to: number, least: UtcTime, greatest: UtcTime): void {
    const last = batch.context(to - 1)
    if (this.count === 0) this.first = to - from > 1 ? batch.context(from) : last
    this.count += to - from
    if (least < this.from) this.from = least
    if (greatest > this.to) this.to = greatest
    this.last = last
    this.lastHop = batch.hop
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
    if (this.count === 0) this.first = other.first
    this.count += other.count
    if (other.from < this.from) this.from = other.from
    if (other.to > this.to) this.to = other.to
    this.last = other.last
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
