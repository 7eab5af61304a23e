/** The followed events of one array and what a stage made for each, found by the event's context. */
import type { Tracer } from "effect"
import type { EventContext } from "../../../domain/stream/Envelope.ts"

/** What a stage made for one context. */
export interface Followed {
  readonly context: EventContext
  /** Its span in this stage, if it is sampled. */
  span: Tracer.Span | undefined
  isEnded: boolean
  /** The context of outputs that are made from it alone, once one was asked for. */
  below: EventContext | undefined
}

/** So many are looked through, at a nanosecond each; more get an index, at 80 ns each. Of 4096 events 1 % are 41. */
const few = 64

export const followed = (context: EventContext, span?: Tracer.Span): Followed => ({
  context,
  span,
  isEnded: false,
  below: undefined
})

/** State: an entry an event of the array at hand. */
export class FollowedEvents {
  private entries: Array<Followed> = []
  /** Of the entries, in their order. */
  private contexts: Array<EventContext> = []
  private index: Map<EventContext, Followed> | undefined
  /** Events are asked for in their order, mostly. */
  private last = 0

  clear(): void {
    if (this.entries.length === 0) return
    // Not cleared: a cleared map's old table goes on holding its entries and the next table, so that dead arrays outlive young collections.
    this.entries = []
    this.contexts = []
    this.index = undefined
    this.last = 0
  }

  find(context: EventContext): Followed | undefined {
    const { contexts, entries, index, last } = this
    if (contexts[last] === context) return entries[last]
    if (contexts[last + 1] === context) return entries[++this.last]
    if (index !== undefined) return index.get(context)
    const at = contexts.indexOf(context)
    if (at < 0) return undefined
    this.last = at
    return entries[at]
  }

  add(entry: Followed): Followed {
    this.entries.push(entry)
    this.contexts.push(entry.context)
    if (this.index !== undefined) this.index.set(entry.context, entry)
    else if (this.entries.length > few) this.index = new Map(this.entries.map((each) => [each.context, each]))
    return entry
  }
}
