/**
 * What a stream between two stages carries: events in columns, and the controls among them.
 *
 * One object an event and stage would cost more than most steps do; in columns a stage that changes payloads only makes one array of them
 * and hands the contexts on as they are. A batch is never changed: a fork hands the same one to all its branches.
 */
import { identity } from "effect"
import type { UtcTime } from "../time/UtcTime.ts"
import { arrayOf, timesOf } from "./arrayOf.ts"
import { type Control, type Envelope, type EventContext, type Hop, isFollowed } from "./Envelope.ts"
import { type SequenceArray, SequenceContext } from "./SequenceContext.ts"

/** Events of one array of a source that numbers them, and the contexts of the few that are followed. */
interface Numbered {
  readonly array: SequenceArray
  /** Their event times, UTC ms, by place in that array. */
  readonly times: ReadonlyArray<UtcTime>
  /** Where in that array the events stand; `undefined`: all of it, in order. */
  readonly places: ReadonlyArray<number> | undefined
  /** Of the followed, in their order. */
  readonly few: ReadonlyArray<EventContext>
}

/**
 * Events that came the same way, at least one. Made by {@link batch} and {@link numberedBatch}.
 *
 * Contexts of numbered events that are not followed are made when somebody looks: two looks may give equal contexts, not the same one.
 */
export class Batch<out A> {
  readonly _tag: "Batch"
  readonly payloads: ReadonlyArray<A>
  readonly hop: Hop | undefined
  /** Places, ascending, of the events that are sampled or carry lineage: the few that cost more. */
  readonly followed: ReadonlyArray<number>
  private readonly numbered: Numbered | undefined
  private made: ReadonlyArray<EventContext> | undefined
  private ofFollowed: ReadonlyArray<EventContext> | undefined
  private timesByPlace: ReadonlyArray<UtcTime> | undefined

  constructor(
    payloads: ReadonlyArray<A>,
    contexts: ReadonlyArray<EventContext> | undefined,
    numbered: Numbered | undefined,
    hop: Hop | undefined,
    followed: ReadonlyArray<number>
  ) {
    this._tag = "Batch"
    this.payloads = payloads
    this.hop = hop
    this.followed = followed
    this.numbered = numbered
    this.made = contexts
    this.ofFollowed = followed.length === 0 ? noContexts : numbered?.few
    this.timesByPlace = numbered !== undefined && numbered.places === undefined ? numbered.times : undefined
  }

  /** All contexts, by place: for who looks at every one. */
  get contexts(): ReadonlyArray<EventContext> {
    return this.made ??= this.makeContexts()
  }

  /** The context of the event at a place; `undefined` where there is none. */
  context(place: number): EventContext | undefined {
    const { made, numbered } = this
    if (made !== undefined || numbered === undefined) return made?.[place]
    const at = placeIn(this.followed, place)
    return at === undefined ? numberedContext(numbered, place) : numbered.few[at]
  }

  /** The event time at a place, without the context. */
  eventTime(place: number): UtcTime {
    const { numbered, timesByPlace } = this
    if (timesByPlace !== undefined) return timesByPlace[place] ?? NaN
    return numbered === undefined ? this.made?.[place]?.eventTime ?? NaN : timeAt(numbered, placeOf(numbered, place))
  }

  /** All of them, by place: for who looks at every one. */
  get times(): ReadonlyArray<UtcTime> {
    return this.timesByPlace ??= this.readTimes()
  }

  /** The numbered array that the event at a place is of, where it is; for who keeps {@link sequencePlace} in place of a context. */
  get array(): SequenceArray | undefined {
    return this.numbered?.array
  }

  /** The place of an event in its {@link array}. */
  sequencePlace(place: number): number {
    return this.numbered === undefined ? place : placeOf(this.numbered, place)
  }

  /** The contexts of the followed, in their order. */
  get followedContexts(): ReadonlyArray<EventContext> {
    return this.ofFollowed ??= this.pickFollowed()
  }

  /** The same events with other payloads, come by another hop. `below`: what becomes of the contexts of the followed. */
  with<B>(payloads: ReadonlyArray<B>, hop: Hop | undefined, below: (context: EventContext) => EventContext): Batch<B> {
    const { followed, made, numbered } = this
    if (followed.length === 0) return new Batch(payloads, made, numbered, hop, followed)
    if (numbered !== undefined) {
      const { array, few, places, times } = numbered
      return new Batch(payloads, undefined, { array, times, places, few: few.map(below) }, hop, followed)
    }
    const contexts = this.contexts.slice()
    for (const place of followed) {
      const context = contexts[place]
      if (context !== undefined) contexts[place] = below(context)
    }
    return new Batch(payloads, contexts, undefined, hop, followed)
  }

  /** {@link with} for the events at these places, which ascend: as many as there are payloads. The arrays are the new batch's from now on. */
  pick<B>(
    payloads: ReadonlyArray<B>,
    places: Array<number>,
    hop: Hop | undefined,
    below: (context: EventContext) => EventContext
  ): Batch<B> {
    const { numbered } = this
    const count = places.length
    const followed: Array<number> = []
    const few: Array<EventContext> = []
    for (const place of this.followed) {
      const at = placeIn(places, place)
      const context = at === undefined ? undefined : this.context(place)
      if (at === undefined || context === undefined) continue
      followed.push(at)
      few.push(below(context))
    }
    if (numbered !== undefined) {
      const { array, places: from, times } = numbered
      if (from !== undefined) { for (let to = 0; to < count; to++) places[to] = from[places[to] ?? 0] ?? 0 }
      return new Batch(payloads, undefined, { array, times, places, few }, hop, followed)
    }
    const contexts = arrayOf<EventContext>(count)
    let next = 0
    for (let to = 0; to < count; to++) {
      const context = to === followed[next] ? few[next++] : this.contexts[places[to] ?? -1]
      if (context !== undefined) contexts[to] = context
    }
    return new Batch(payloads, contexts, undefined, hop, followed)
  }

  /** The first `count` of its events, come as they came. */
  first(count: number): Batch<A> {
    const payloads = this.payloads.slice(0, count)
    return this.pick(payloads, Array.from(payloads.keys()), this.hop, identity)
  }

  private pickFollowed(): ReadonlyArray<EventContext> {
    const contexts: Array<EventContext> = []
    for (const place of this.followed) {
      const context = this.made?.[place]
      if (context !== undefined) contexts.push(context)
    }
    return contexts
  }

  private readTimes(): ReadonlyArray<UtcTime> {
    const { numbered, payloads } = this
    const times = timesOf(payloads.length)
    let to = 0
    if (numbered === undefined) { for (const { eventTime } of this.contexts) times[to++] = eventTime }
    else for (const place of numbered.places ?? []) times[to++] = timeAt(numbered, place)
    return times
  }

  private makeContexts(): ReadonlyArray<EventContext> {
    const { followed, numbered, payloads } = this
    if (numbered === undefined) return []
    const { few } = numbered
    if (few.length === payloads.length) return few
    const contexts = arrayOf<EventContext>(payloads.length)
    let next = 0
    for (let place = 0; place < payloads.length; place++) {
      const context = place === followed[next] ? few[next++] : undefined
      contexts[place] = context ?? numberedContext(numbered, place)
    }
    return contexts
  }
}

const noContexts: ReadonlyArray<EventContext> = []

const placeOf = ({ places }: Numbered, place: number): number => places === undefined ? place : places[place] ?? place

const timeAt = ({ times }: Numbered, sequencePlace: number): UtcTime => times[sequencePlace] ?? NaN

const numberedContext = (numbered: Numbered, place: number): EventContext => {
  const at = placeOf(numbered, place)
  return new SequenceContext(numbered.array, at, timeAt(numbered, at))
}

/** Where in ascending places one stands. */
const placeIn = (places: ReadonlyArray<number>, place: number): number | undefined => {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] ?? Infinity) < place) low = middle + 1
    else high = middle
  }
  return places[low] === place ? low : undefined
}

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
): Batch<A> => new Batch(payloads, contexts, undefined, hop, followed)

/** An array fresh from a source that numbers its events. `times`: of each; `few`: the contexts of those at the places `followed`. */
export const numberedBatch = <A>(
  payloads: ReadonlyArray<A>,
  array: SequenceArray,
  times: ReadonlyArray<UtcTime>,
  followed: ReadonlyArray<number>,
  few: ReadonlyArray<EventContext>
): Batch<A> => new Batch(payloads, undefined, { array, times, places: undefined, few }, undefined, followed)

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
