/**
 * Drops events whose key was seen before.
 *
 * Order and arrays kept. Time: receive time, so that a replayed file forgets as a live feed does. State: the keys seen within
 * `ttlMillis`, at most `capacity` of them (the one let through longest ago goes first, counted as `evicted`); about 150 bytes a key; in snapshots. A key is
 * forgotten for good as others come: four at most with each, so that a quiet time costs no pause. A duplicate is counted as filtered with
 * reason `duplicate`, and does not renew its key. Cost: one map look-up and one insert an event.
 */
import { Option, Schema } from "effect"
import type { EventContext } from "../../domain/stream/Envelope.ts"
import type { StateCodec } from "../../layers/stage/StageState.ts"
import { columns, direct, type Edge, type Operator, type StageServices } from "../stage/Stage.ts"

export interface DedupeOptions<A> {
  readonly name?: string
  readonly key: (payload: A, context: EventContext) => string
  readonly ttlMillis: number
  readonly capacity: number
  readonly edge?: Edge
}

/** When each key was last let through, and the same in order of arrival from `head` on. What is in the order under another time is stale. */
interface Seen {
  readonly at: Map<string, number>
  ids: Array<string>
  times: Array<number>
  head: number
}

/** Keys and times in order of arrival, those that are stale among them: what is forgotten when depends on them. */
const SeenJson = Schema.Struct({ ids: Schema.Array(Schema.String), times: Schema.Array(Schema.Finite) })
const decodeSeen = Schema.decodeUnknownOption(SeenJson)

const codec: StateCodec<Seen> = {
  version: 1,
  encode: ({ head, ids, times }) => ({ ids: ids.slice(head), times: times.slice(head) }),
  decode: (json, version) => {
    const decoded = version === 1 ? Option.getOrUndefined(decodeSeen(json)) : undefined
    if (decoded === undefined || decoded.ids.length !== decoded.times.length) return undefined
    const at = new Map<string, number>()
    decoded.ids.forEach((id, place) => {
      const time = decoded.times[place]
      if (time !== undefined) at.set(id, time)
    })
    return { at, ids: [...decoded.ids], times: [...decoded.times], head: 0 }
  }
}

export const dedupe = <A>(options: DedupeOptions<A>): Operator<A, A, never, StageServices> => {
  const { name = "dedupe", key, ttlMillis, capacity, edge = direct } = options
  return columns<A, A, Seen>({
    name,
    edge,
    initial: () => ({ at: new Map(), ids: [], times: [], head: 0 }),
    entries: ({ at }) => at.size,
    codec,
    onBatch: (seen, batch, collector) =>
      collector.filterEvents(batch, (payload, context) => {
        const now = context.ingestTime
        const id = key(payload, context)
        const at = seen.at.get(id)
        if (at !== undefined && now - at <= ttlMillis) return false
        seen.at.set(id, now)
        seen.ids.push(id)
        seen.times.push(now)
        collector.evicted += evict(seen, now - ttlMillis, capacity)
        return true
      }, "duplicate")
  })
}

/** How many of what is too old leave for each one that comes in: all of them in time, and no long pause after a quiet night. */
const evictedAtOnce = 4

/** Takes out what is too much, and some of what is too old; how many went before their time. */
const evict = (seen: Seen, expired: number, capacity: number): number => {
  let early = 0
  for (let i = 0; i < evictedAtOnce || seen.at.size > capacity; i++) {
    const id = seen.ids[seen.head]
    const at = seen.times[seen.head]
    if (id === undefined || at === undefined || (at >= expired && seen.at.size <= capacity)) break
    if (seen.at.get(id) === at) {
      seen.at.delete(id)
      if (at >= expired) early++
    }
    seen.head++
  }
  if (seen.head > 1024 && seen.head * 2 > seen.ids.length) {
    seen.ids = seen.ids.slice(seen.head)
    seen.times = seen.times.slice(seen.head)
    seen.head = 0
  }
  return early
}
