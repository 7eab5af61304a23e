/**
 * What a stream between two stages carries: events in columns, and the controls among them.
 *
 * One object an event and stage would cost more than most steps do; in columns a stage that changes payloads only makes one array of them
 * and hands the contexts on as they are. A batch is never changed: a fork hands the same one to all its branches.
 */
import { type Control, type Envelope, type EventContext, type Hop, isFollowed } from "./Envelope.ts"

/** Events that came the same way. Both columns are of one length, at least one. Make it with {@link batch}. */
export interface Batch<out A> {
  readonly _tag: "Batch"
  readonly payloads: ReadonlyArray<A>
  readonly contexts: ReadonlyArray<EventContext>
  readonly hop: Hop | undefined
  /** Places, ascending, of the events that are sampled or carry lineage: the few that cost more. */
  readonly followed: ReadonlyArray<number>
}

/** What a stream between two stages carries. */
export type Element<A> = Batch<A> | Control

/** An event by itself, or a control: what a batch holds, taken apart. */
export type Item<A> = Envelope<A> | Control

/** Most batches have none. */
export const noneFollowed: ReadonlyArray<number> = []

/** The one place that makes batches, so that all of them are of one shape for the compiler. */
export const batch = <A>(
  payloads: ReadonlyArray<A>,
  contexts: ReadonlyArray<EventContext>,
  hop: Hop | undefined,
  followed: ReadonlyArray<number>
): Batch<A> => ({ _tag: "Batch", payloads, contexts, hop, followed })

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
