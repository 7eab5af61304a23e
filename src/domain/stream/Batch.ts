/**
 * What a stream between two stages carries: events in columns, and the controls among them.
 *
 * One object an event and stage would cost more than most steps do; in columns a stage that changes payloads only makes one array of them
 * and hands the contexts on as they are. A batch is never changed: a fork hands the same one to all its branches.
 */
import { identity } from "effect"
import type { UtcTime } from "../time/UtcTime.ts"
import { type ContextColumn, fullColumn, numberedColumn, placeIn } from "./ContextColumn.ts"
import { type Control, type Envelope, type EventContext, type Hop, isFollowed } from "./Envelope.ts"
import type { SequenceArray } from "./SequenceContext.ts"

/** Events that came the same way, at least one. Made by {@link batch}, {@link sourceBatch} and {@link numberedBatch}. */
export class Batch<out A> {
  readonly _tag: "Batch"
  readonly payloads: ReadonlyArray<A>
  readonly hop: Hop | undefined
  /** Places, ascending, of the events that are sampled or carry lineage: the few that cost more. */
  readonly followed: ReadonlyArray<number>
  private readonly column: ContextColumn

  constructor(
    payloads: ReadonlyArray<A>,
    column: ContextColumn,
    hop: Hop | undefined,
    followed: ReadonlyArray<number>
  ) {
    this._tag = "Batch"
    this.payloads = payloads
    this.column = column
    this.hop = hop
    this.followed = followed
  }

  /** All contexts, by place: for who looks at every one. */
  get contexts(): ReadonlyArray<EventContext> {
    return this.column.all()
  }

  /** The context of the event at a place; `undefined` where there is none. */
  context(place: number): EventContext | undefined {
    return this.column.at(place)
  }

  /** The event time at a place, without the context. */
  eventTime(place: number): UtcTime {
    return this.column.timeAt(place)
  }

  /** All event times, by place: for who looks at every one. */
  get times(): ReadonlyArray<UtcTime> {
    return this.column.times()
  }

  /** The contexts of the followed, in their order. */
  get followedContexts(): ReadonlyArray<EventContext> {
    return this.followed.length === 0 ? noContexts : this.column.ofFollowed(this.followed)
  }

  /** The same events with other payloads, come by another hop. `below`: what becomes of the contexts of the followed. */
  with<B>(payloads: ReadonlyArray<B>, hop: Hop | undefined, below: (context: EventContext) => EventContext): Batch<B> {
    const { column, followed } = this
    if (followed.length === 0) return new Batch(payloads, column, hop, followed)
    return new Batch(payloads, column.withFollowed(followed, this.followedContexts.map(below)), hop, followed)
  }

  /** {@link with} for the events at these places, which ascend: as many as there are payloads. The arrays are the new batch's from now on. */
  pick<B>(
    payloads: ReadonlyArray<B>,
    places: ReadonlyArray<number>,
    hop: Hop | undefined,
    below: (context: EventContext) => EventContext
  ): Batch<B> {
    if (this.followed.length === 0) {
      return new Batch(payloads, this.column.pick(places, noneFollowed, noContexts), hop, noneFollowed)
    }
    const followed: Array<number> = []
    const few: Array<EventContext> = []
    for (const place of this.followed) {
      const at = placeIn(places, place)
      const context = at === undefined ? undefined : this.context(place)
      if (at === undefined || context === undefined) continue
      followed.push(at)
      few.push(below(context))
    }
    return new Batch(payloads, this.column.pick(places, followed, few), hop, followed)
  }

  /** The first `count` of its events, come as they came. */
  first(count: number): Batch<A> {
    const payloads = this.payloads.slice(0, count)
    return this.pick(payloads, Array.from(payloads.keys()), this.hop, identity)
  }
}

const noContexts: ReadonlyArray<EventContext> = []

/** What a stream between two stages carries. */
export type Element<A> = Batch<A> | Control

/** An event by itself, or a control: what a batch holds, taken apart. */
export type Item<A> = Envelope<A> | Control

/** Most batches have none. */
export const noneFollowed: ReadonlyArray<number> = []

/** Events and their contexts, both of one length. */
export const batch = <A>(
  payloads: ReadonlyArray<A>,
  contexts: ReadonlyArray<EventContext>,
  hop: Hop | undefined,
  followed: ReadonlyArray<number>
): Batch<A> => new Batch(payloads, fullColumn(contexts), hop, followed)

/** An array fresh from a source that numbers its events. `times`: of each; `few`: the contexts of those at the places `followed`. */
export const numberedBatch = <A>(
  payloads: ReadonlyArray<A>,
  array: SequenceArray,
  times: ReadonlyArray<UtcTime>,
  followed: ReadonlyArray<number>,
  few: ReadonlyArray<EventContext>
): Batch<A> => new Batch(payloads, numberedColumn(array, times, followed, few), undefined, followed)

/** A batch of events fresh from a source: no stage was passed yet. */
export const sourceBatch = <A>(payloads: ReadonlyArray<A>, contexts: ReadonlyArray<EventContext>): Batch<A> => {
  let followed: Array<number> | undefined
  let index = 0
  for (const context of contexts) {
    if (isFollowed(context)) (followed ??= []).push(index)
    index++
  }
  return batch(payloads, contexts, undefined, followed ?? noneFollowed)
}

/** The events as envelopes, for steps that look at them one by one. */
export const envelopesOf = <A>({ contexts, followed, hop, payloads }: Batch<A>): ReadonlyArray<Envelope<A>> => {
  const envelopes: Array<Envelope<A>> = []
  let index = 0
  let next = 0
  for (const payload of payloads) {
    const context = contexts[index]
    if (context === undefined) break
    const isNext = followed[next] === index
    if (isNext) next++
    envelopes.push({ _tag: "Event", payload, context, hop, followed: isNext })
    index++
  }
  return envelopes
}

/** Envelopes and controls as a stream carries them: envelopes in a row that came the same way are one batch. */
export const elementsOf = <A>(items: ReadonlyArray<Item<A>>): ReadonlyArray<Element<A>> => {
  const elements: Array<Element<A>> = []
  let payloads: Array<A> = []
  let contexts: Array<EventContext> = []
  let hop: Hop | undefined
  let followed: Array<number> = []
  const cut = () => {
    if (payloads.length === 0) return
    elements.push(batch(payloads, contexts, hop, followed))
    payloads = []
    contexts = []
    followed = []
  }
  for (const item of items) {
    if (item._tag !== "Event") {
      cut()
      elements.push(item)
      continue
    }
    if (item.hop !== hop) {
      cut()
      hop = item.hop
    }
    if (item.followed) followed.push(payloads.length)
    payloads.push(item.payload)
    contexts.push(item.context)
  }
  cut()
  return elements
}

/** What a stream carries, taken apart: for tests, and for sinks that want one event at a time. */
export const itemsOf = <A>(elements: ReadonlyArray<Element<A>>): ReadonlyArray<Item<A>> =>
  elements.flatMap((element): ReadonlyArray<Item<A>> => element._tag === "Batch" ? envelopesOf(element) : [element])

/** How many events are in it. */
export const eventsIn = (elements: ReadonlyArray<Element<unknown>>): number => {
  let events = 0
  for (const element of elements) if (element._tag === "Batch") events += element.payloads.length
  return events
}

/** A batch of one event. */
export const single = <A>(payload: A, context: EventContext, hop?: Hop): Batch<A> =>
  batch([payload], [context], hop, isFollowed(context) ? [0] : noneFollowed)
