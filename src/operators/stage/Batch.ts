/**
 * Events in columns: how they travel between pure stages that run as one.
 *
 * Between streams an event is an {@link Envelope}. Inside a row of pure stages that would be one object an event and stage; in columns a
 * stage that changes payloads only makes one array of them and hands the contexts on as they are. A batch is never changed.
 */
import type { Control, Element, Envelope, EventContext, Hop } from "../../domain/Envelope.ts"

/** Events that came the same way. Both columns are of one length, at least one. */
export interface Batch<out A> {
  readonly _tag: "Batch"
  readonly payloads: ReadonlyArray<A>
  readonly contexts: ReadonlyArray<EventContext>
  readonly hop: Hop | undefined
  /** Places, ascending, of the events that are sampled or carry lineage: the few that cost more. */
  readonly followed: ReadonlyArray<number>
}

/** Most batches have none. */
export const noneFollowed: ReadonlyArray<number> = []

/** What one array of a stream becomes: batches, with the controls in their places between. */
export type Segment<A> = Batch<A> | Control

/** The events as envelopes, for steps that work on these and for streams. */
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

export const toSegments = <A>(elements: ReadonlyArray<Element<A>>): ReadonlyArray<Segment<A>> => {
  const segments: Array<Segment<A>> = []
  let payloads: Array<A> = []
  let contexts: Array<EventContext> = []
  let hop: Hop | undefined
  let followed: Array<number> | undefined
  const cut = () => {
    if (payloads.length === 0) return
    segments.push({ _tag: "Batch", payloads, contexts, hop, followed: followed ?? noneFollowed })
    payloads = []
    contexts = []
    followed = undefined
  }
  for (const element of elements) {
    if (element._tag !== "Event") {
      cut()
      segments.push(element)
      continue
    }
    if (element.hop !== hop) {
      cut()
      hop = element.hop
    }
    if (element.followed) (followed ??= []).push(payloads.length)
    payloads.push(element.payload)
    contexts.push(element.context)
  }
  cut()
  return segments
}

export const toElements = <A>(segments: ReadonlyArray<Segment<A>>): ReadonlyArray<Element<A>> => {
  const [only] = segments
  if (segments.length === 1 && only?._tag === "Batch") return envelopesOf(only)
  const elements: Array<Element<A>> = []
  for (const segment of segments) {
    if (segment._tag !== "Batch") elements.push(segment)
    else for (const envelope of envelopesOf(segment)) elements.push(envelope)
  }
  return elements
}

/** How many events are in it. */
export const eventsIn = (segments: ReadonlyArray<Segment<unknown>>): number => {
  let events = 0
  for (const segment of segments) if (segment._tag === "Batch") events += segment.payloads.length
  return events
}
