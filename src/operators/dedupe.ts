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

export const dedupe = <A>(options: DedupeOptions<A>): Operator<A, A, never, StageServices> => {
  const { name = "dedupe", key, ttlMillis, capacity, edge = direct } = options
  return stateful<A, A, Map<string, number>>({
    name,
    edge,
    initial: () => new Map(),
    onEvents: (seen, events, emit) => {
      for (const event of events) {
        const now = event.context.ingestTime
        const id = key(event.payload, event.context)
        const at = seen.get(id)
        if (at !== undefined && now - at <= ttlMillis) {
          emit.filtered(event, "duplicate")
          continue
        }
        // A key that is set again moves to the end, so the map stays in order of age.
        if (at !== undefined) seen.delete(id)
        seen.set(id, now)
        emit.out(event, event.payload)
        evict(seen, now - ttlMillis, capacity)
      }
      return seen
    }
  })
}

/** Takes out what is too old or too much, at most two a call: one comes in, so the map cannot grow past its bound. */
const evict = (seen: Map<string, number>, expired: number, capacity: number): void => {
  for (let i = 0; i < 2; i++) {
    const oldest = seen.entries().next()
    if (oldest.done === true) return
    const [id, at] = oldest.value
    if (seen.size <= capacity && at >= expired) return
    seen.delete(id)
  }
}
