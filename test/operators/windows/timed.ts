/** Timed events for windows, and what a batch computation over all of them gives. */
import { Schema } from "effect"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../../src/domain/stream/Envelope.ts"
import type { WindowResult } from "../../../src/operators/windows/window.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"

export interface Timed {
  readonly time: number
  readonly key: number
  readonly value: number
}

/** Events out of order by up to `slack`, with watermarks among them that are never ahead of `slack` behind. */
export const Arrivals = Schema.Array(Schema.Struct({
  step: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })),
  back: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
  key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })),
  value: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
  /** How far behind the slack a watermark after this event is; none above 4. */
  mark: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 }))
})).check(Schema.isMaxLength(120))

/** The events of some arrivals, and the same with watermarks among them. Times begin around `origin`, also before 1970. */
export const timed = (
  arrivals: typeof Arrivals.Type,
  { dense = 1, origin = 0, sampledEvery = 0, slack = 30 }: {
    /** How many times closer the events are. */
    readonly dense?: number
    readonly origin?: number
    readonly sampledEvery?: number
    readonly slack?: number
  } = {}
): { readonly events: ReadonlyArray<Timed>; readonly items: ReadonlyArray<Item<Timed>> } => {
  const events: Array<Timed> = []
  const items: Array<Item<Timed>> = []
  let front = origin
  arrivals.forEach(({ back, key, mark, step, value }, index) => {
    front += Math.floor(step / dense)
    const event = { time: front - back, key, value }
    events.push(event)
    const sampled = sampledEvery > 0 && index % sampledEvery === 0
    items.push(envelope(event, contextOf(index, { eventTime: event.time, sampled })))
    if (mark <= 4) items.push(watermark(front - slack - mark - 1))
  })
  return { events, items }
}

/** The results of a run of `window`, without controls. */
export const resultsOf = <K, R>(
  out: ReadonlyArray<WindowResult<K, R> | { readonly _tag: string }>
): ReadonlyArray<WindowResult<K, R>> => out.flatMap((each) => "operation" in each ? [each] : [])

/** What stands after all retractions; a retraction of what does not stand is an error. */
export const standing = <K, R>(results: ReadonlyArray<WindowResult<K, R>>): ReadonlyArray<WindowResult<K, R>> => {
  const stands = new Map<string, WindowResult<K, R>>()
  for (const result of results) {
    const { end, key, operation, start, value, version } = result
    const id = JSON.stringify([start, end, key])
    const before = stands.get(id)
    if (operation === "insert") {
      if (before !== undefined) throw new Error(`two values stand for ${id}`)
      stands.set(id, result)
    } else {
      if (
        before === undefined || before.version !== version || JSON.stringify(before.value) !== JSON.stringify(value)
      ) {
        throw new Error(`${JSON.stringify(result)} takes back what does not stand: ${JSON.stringify(before)}`)
      }
      stands.delete(id)
    }
  }
  return [...stands.values()]
}

/** A window of a batch computation. */
export interface Row<R> {
  readonly key: number
  readonly start: number
  readonly end: number
  readonly value: R
}

const inOrder = <R>(rows: ReadonlyArray<Row<R>>): ReadonlyArray<Row<R>> =>
  rows.toSorted((a, b) => a.end - b.end || a.start - b.start || a.key - b.key)

export const rowsOf = <R>(results: ReadonlyArray<WindowResult<number, R>>): ReadonlyArray<Row<R>> =>
  inOrder(results.map(({ end, key, start, value }) => ({ key, start, end, value })))

/** Every window of every key, by looking at each event for each window. */
export const naiveAligned = <R>(
  events: ReadonlyArray<Timed>,
  size: number,
  slide: number,
  value: (events: ReadonlyArray<Timed>) => R
): ReadonlyArray<Row<R>> => {
  const times = events.map(({ time }) => time)
  const rows: Array<Row<R>> = []
  const first = Math.floor((Math.min(...times) - size) / slide) * slide
  for (let start = first; start <= Math.max(...times); start += slide) {
    const inside = events.filter(({ time }) => start <= time && time < start + size)
    for (const [key, of] of Map.groupBy(inside, ({ key }) => key)) {
      rows.push({ key, start, end: start + size, value: value(of) })
    }
  }
  return inOrder(rows)
}

/** Each key's events in order of time, cut where two are `gap` apart or more. */
export const naiveSessions = <R>(
  events: ReadonlyArray<Timed>,
  gap: number,
  value: (events: ReadonlyArray<Timed>) => R
): ReadonlyArray<Row<R>> => {
  const rows: Array<Row<R>> = []
  for (const [key, of] of Map.groupBy(events, ({ key }) => key)) {
    let session: Array<Timed> = []
    const cut = () => {
      const [first, last] = [session[0], session.at(-1)]
      if (first !== undefined && last !== undefined) {
        rows.push({ key, start: first.time, end: last.time + gap, value: value(session) })
      }
      session = []
    }
    for (const event of of.toSorted((a, b) => a.time - b.time)) {
      if (event.time - (session.at(-1)?.time ?? event.time) >= gap) cut()
      session.push(event)
    }
    cut()
  }
  return inOrder(rows)
}
