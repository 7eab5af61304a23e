/**
 * Drops events whose key was seen before.
 *
 * Order and arrays kept. Time: receive time, so that a replayed file forgets as a live feed does. State: the keys seen within
 * `ttlMillis`, in a table of at most `capacity` (the one let through longest ago goes first, counted as `evicted`); about 200 bytes a key. A key is
 * forgotten for good as others come: four at most with each, so that a quiet time costs no pause. A duplicate is counted as filtered with
 * reason `duplicate`, and does not renew its key. Cost: one map look-up and one insert an event.
 */
import type { EventContext } from "../../domain/stream/Envelope.ts"
import { columns, type Edge, type Operator, type StageServices } from "../stage/Stage.ts"
import { structure } from "../state/State.ts"
import { EntryTable } from "../state/Table.ts"
import { tablePart } from "../state/tablePart.ts"

export interface DedupeOptions<A> {
  readonly name?: string
  readonly key: (payload: A, context: EventContext) => string
  readonly ttlMillis: number
  readonly capacity: number
  readonly edge?: Edge
}

/** By key, when it was let through. */
type Seen = EntryTable<string, number>

export const dedupe = <A>(options: DedupeOptions<A>): Operator<A, A, never, StageServices> => {
  const { name = "dedupe", key, ttlMillis, capacity, edge } = options
  return columns<A, A, Seen>({
    name,
    ...(edge !== undefined && { edge }),
    state: structure([{ name: "seen", bound: capacity }], () => {
      const seen: Seen = new EntryTable({ capacity })
      return { state: seen, parts: [tablePart("seen", seen, {})] }
    }),
    onBatch: (seen, batch, collector) =>
      collector.filterEvents(batch, (payload, context) => {
        const now = context.ingestTime
        const id = key(payload, context)
        const at = seen.get(id)
        if (at !== undefined && now - at <= ttlMillis) return false
        const evicted = seen.set(id, now)
        forget(seen, now - ttlMillis)
        if (evicted > 0) collector.evicted(evicted)
        return true
      }, "duplicate")
  })
}

/** How many of what is too old leave for each one that comes in: all of them in time, and no long pause after a quiet night. */
const forgottenAtOnce = 4

const forget = (seen: Seen, expired: number): void => {
  for (let i = 0; i < forgottenAtOnce; i++) {
    const { oldest } = seen
    if (oldest?.value === undefined || oldest.value >= expired) return
    seen.remove(oldest)
  }
}
