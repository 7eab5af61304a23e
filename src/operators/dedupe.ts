/**
 * Drops events whose key was seen before.
 *
 * Order and arrays kept. Time: receive time, so that a replayed file forgets as a live feed does. State: the keys seen within
 * `ttlMillis`, at most `capacity` of them (the oldest goes first); about 100 bytes a key. A duplicate is counted as filtered with reason
 * `duplicate`. Cost: one map look-up and one insert an event.
 */
import type { EventContext } from "../domain/Envelope.ts"
import { direct, type Edge, type Operator, type StageServices, stateful } from "./Stage.ts"

export interface DedupeOptions<A> {
  readonly name?: string
  readonly key: (payload: A, context: EventContext) => string
  readonly ttlMillis: number
  readonly capacity: number
  readonly edge?: Edge
}

/** The keys seen, and the order in which they were: `order[head]` is the oldest. */
interface Seen {
  readonly at: Map<string, number>
  order: Array<string>
  head: number
}

export const dedupe = <A>(options: DedupeOptions<A>): Operator<A, A, never, StageServices> => {
  const { name = "dedupe", key, ttlMillis, capacity, edge = direct } = options
  return stateful<A, A, Seen>({
    name,
    edge,
    initial: () => ({ at: new Map(), order: [], head: 0 }),
    onEvents: (seen, events, emit) => {
      for (const event of events) {
        const now = event.context.ingestTime
        const id = key(event.payload, event.context)
        const at = seen.at.get(id)
        if (at !== undefined && now - at <= ttlMillis) {
          emit.filtered(event, "duplicate")
          continue
        }
        seen.at.set(id, now)
        // A key that has expired but not left yet keeps its place: it then leaves early, never late.
        if (at === undefined) seen.order.push(id)
        emit.out(event, event.payload)
        evict(seen, now - ttlMillis, capacity)
      }
      return seen
    }
  })
}

/** Takes out what is too old or too much, at most two a call: one comes in, so the state cannot grow past its bound. */
const evict = (seen: Seen, expired: number, capacity: number): void => {
  for (let i = 0; i < 2; i++) {
    const oldest = seen.order[seen.head]
    if (oldest === undefined) return
    if (seen.at.size <= capacity && (seen.at.get(oldest) ?? 0) >= expired) return
    seen.at.delete(oldest)
    seen.head++
  }
  if (seen.head > 1024 && seen.head * 2 > seen.order.length) {
    seen.order = seen.order.slice(seen.head)
    seen.head = 0
  }
}
