/**
 * The contexts of a batch's events, as a column: in full, or made from a source's numbers when somebody looks.
 *
 * Nothing outside `domain/stream` knows which of the two it is; a source that numbers its events begins with {@link numberedColumn}. Contexts of
 * numbered events that are not followed are made at each look: two looks may give equal contexts, not the same one.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import { arrayOf, timesOf } from "./arrayOf.ts"
import type { EventContext } from "./Envelope.ts"
import { type SequenceArray, SequenceContext } from "./SequenceContext.ts"

/** Never changed: batches that are made of one share it. */
export interface ContextColumn {
  /** The context at a place; `undefined` where there is none. */
  at(place: number): EventContext | undefined
  /** The event time at a place, without the context; NaN where there is none. */
  timeAt(place: number): UtcTime
  /** All of them, by place: for who looks at every one. */
  all(): ReadonlyArray<EventContext>
  times(): ReadonlyArray<UtcTime>
  /** The contexts of the followed, which stand at these places. */
  ofFollowed(followed: ReadonlyArray<number>): ReadonlyArray<EventContext>
  /** The same with others for the followed, which stand at the places `followed`. */
  withFollowed(followed: ReadonlyArray<number>, contexts: ReadonlyArray<EventContext>): ContextColumn
  /** Those at these places, which ascend, with these contexts for the followed among them, which stand at `followed` of the result. */
  pick(
    places: ReadonlyArray<number>,
    followed: ReadonlyArray<number>,
    contexts: ReadonlyArray<EventContext>
  ): ContextColumn
}

/** Contexts that were made. */
class FullColumn implements ContextColumn {
  private readonly contexts: ReadonlyArray<EventContext>
  private read: ReadonlyArray<UtcTime> | undefined

  constructor(contexts: ReadonlyArray<EventContext>) {
    this.contexts = contexts
    this.read = undefined
  }

  at(place: number): EventContext | undefined {
    return this.contexts[place]
  }

  timeAt(place: number): UtcTime {
    return this.contexts[place]?.eventTime ?? NaN
  }

  all(): ReadonlyArray<EventContext> {
    return this.contexts
  }

  times(): ReadonlyArray<UtcTime> {
    if (this.read !== undefined) return this.read
    const times = timesOf(this.contexts.length)
    let to = 0
    for (const { eventTime } of this.contexts) times[to++] = eventTime
    return this.read = times
  }

  ofFollowed(followed: ReadonlyArray<number>): ReadonlyArray<EventContext> {
    return followed.flatMap((place) => this.contexts[place] ?? [])
  }

  withFollowed(followed: ReadonlyArray<number>, contexts: ReadonlyArray<EventContext>): ContextColumn {
    const all = this.contexts.slice()
    let next = 0
    for (const place of followed) {
      const context = contexts[next++]
      if (context !== undefined) all[place] = context
    }
    return new FullColumn(all)
  }

  pick(
    places: ReadonlyArray<number>,
    followed: ReadonlyArray<number>,
    contexts: ReadonlyArray<EventContext>
  ): ContextColumn {
    const picked = arrayOf<EventContext>(places.length)
    let to = 0
    let next = 0
    for (const place of places) {
      const context = to === followed[next] ? contexts[next++] : this.contexts[place]
      if (context !== undefined) picked[to] = context
      to++
    }
    return new FullColumn(picked)
  }
}

/** Events of one array of a source that numbers them, and the contexts of the few that are followed. */
class NumberedColumn implements ContextColumn {
  private readonly array: SequenceArray
  /** By place in that array. */
  private readonly arrayTimes: ReadonlyArray<UtcTime>
  private readonly length: number
  /** Where in that array the events stand; `undefined`: all of it, in order. */
  private readonly places: ReadonlyArray<number> | undefined
  private readonly followed: ReadonlyArray<number>
  private readonly few: ReadonlyArray<EventContext>
  private made: ReadonlyArray<EventContext> | undefined
  private read: ReadonlyArray<UtcTime> | undefined

  constructor(
    array: SequenceArray,
    arrayTimes: ReadonlyArray<UtcTime>,
    length: number,
    places: ReadonlyArray<number> | undefined,
    followed: ReadonlyArray<number>,
    few: ReadonlyArray<EventContext>
  ) {
    this.array = array
    this.arrayTimes = arrayTimes
    this.length = length
    this.places = places
    this.followed = followed
    this.few = few
    this.made = undefined
    this.read = places === undefined ? arrayTimes : undefined
  }

  at(place: number): EventContext | undefined {
    if (this.made !== undefined) return this.made[place]
    const at = this.followed.length === 0 ? undefined : placeIn(this.followed, place)
    return at === undefined ? this.make(place) : this.few[at]
  }

  timeAt(place: number): UtcTime {
    return this.arrayTimes[this.placeInArray(place)] ?? NaN
  }

  all(): ReadonlyArray<EventContext> {
    if (this.made !== undefined) return this.made
    const { few, followed, length } = this
    if (few.length === length) return this.made = few
    const contexts = arrayOf<EventContext>(length)
    let next = 0
    for (let place = 0; place < length; place++) {
      const context = place === followed[next] ? few[next++] : undefined
      contexts[place] = context ?? this.make(place)
    }
    return this.made = contexts
  }

  times(): ReadonlyArray<UtcTime> {
    if (this.read !== undefined) return this.read
    const times = timesOf(this.length)
    for (let place = 0; place < this.length; place++) times[place] = this.timeAt(place)
    return this.read = times
  }

  ofFollowed(): ReadonlyArray<EventContext> {
    return this.few
  }

  withFollowed(followed: ReadonlyArray<number>, contexts: ReadonlyArray<EventContext>): ContextColumn {
    return new NumberedColumn(this.array, this.arrayTimes, this.length, this.places, followed, contexts)
  }

  pick(
    places: ReadonlyArray<number>,
    followed: ReadonlyArray<number>,
    contexts: ReadonlyArray<EventContext>
  ): ContextColumn {
    const { places: mine } = this
    const inArray = mine === undefined ? places : places.map((place) => mine[place] ?? 0)
    return new NumberedColumn(this.array, this.arrayTimes, places.length, inArray, followed, contexts)
  }

  private placeInArray(place: number): number {
    return this.places === undefined ? place : this.places[place] ?? place
  }

  private make(place: number): EventContext {
    const at = this.placeInArray(place)
    return new SequenceContext(this.array, at, this.arrayTimes[at] ?? NaN)
  }
}

/** Where in ascending places one stands. */
export const placeIn = (places: ReadonlyArray<number>, place: number): number | undefined => {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] ?? Infinity) < place) low = middle + 1
    else high = middle
  }
  return places[low] === place ? low : undefined
}

export const fullColumn = (contexts: ReadonlyArray<EventContext>): ContextColumn => new FullColumn(contexts)

/** A whole array of a source that numbers its events: the time of each, and the contexts of those at the places `followed`. */
export const numberedColumn = (
  array: SequenceArray,
  times: ReadonlyArray<UtcTime>,
  followed: ReadonlyArray<number>,
  few: ReadonlyArray<EventContext>
): ContextColumn => new NumberedColumn(array, times, times.length, undefined, followed, few)
