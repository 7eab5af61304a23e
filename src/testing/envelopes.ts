/** Events, arrays and streams of them, by hand: what an operator is given in a test, and what came out of it. */
import { Effect, Stream } from "effect"
import { type Element, elementsOf, type Item, itemsOf } from "../domain/stream/Batch.ts"
import { type Envelope, envelope, type EventContext } from "../domain/stream/Envelope.ts"

/** The context of an event: its place is its id, its event time and its ingest time, unless said otherwise. */
export const contextOf = (index: number, options: Partial<EventContext> & { sampled?: boolean } = {}): EventContext => {
  const id = `00000000-0000-5000-8000-${index.toString(16).padStart(12, "0")}`
  const { sampled = false, ...rest } = options
  return {
    id,
    sourceId: "radar-1",
    sourceKind: "radar",
    eventTime: index,
    ingestTime: index,
    position: undefined,
    trace: { traceId: id.replaceAll("-", ""), spanId: undefined, sampled, traceState: undefined },
    lineage: undefined,
    raw: undefined,
    ...rest
  }
}

/** Events of these payloads, in order, each at its place in time. */
export const events = <A>(
  payloads: ReadonlyArray<A>,
  options: (index: number) => Partial<EventContext> & { sampled?: boolean } = () => ({})
): ReadonlyArray<Envelope<A>> => payloads.map((payload, index) => envelope(payload, contextOf(index, options(index))))

/** A stream that emits exactly these arrays. */
export const arrays = <A>(parts: ReadonlyArray<ReadonlyArray<Item<A>>>): Stream.Stream<Element<A>> =>
  Stream.fromIterable(parts).pipe(
    Stream.filter((part) => part.length > 0),
    Stream.rechunk(1),
    Stream.flatMap((part) => Stream.fromArray(elementsOf(part)))
  )

/** Runs to the end and gives the arrays as they came, taken apart. */
export const collectArrays = <A, E, R>(
  stream: Stream.Stream<Element<A>, E, R>
): Effect.Effect<ReadonlyArray<ReadonlyArray<Item<A>>>, E, R> =>
  Effect.map(Stream.runCollect(Stream.chunks(stream)), (parts) => parts.map(itemsOf))

/** Runs to the end and gives events and controls one by one. */
export const collectItems = <A, E, R>(
  stream: Stream.Stream<Element<A>, E, R>
): Effect.Effect<ReadonlyArray<Item<A>>, E, R> => Effect.map(Stream.runCollect(stream), itemsOf)

/** The payloads of the events among them. */
export const payloadsOf = <A>(items: ReadonlyArray<Item<A>>): ReadonlyArray<A> =>
  items.flatMap((item) => item._tag === "Event" ? [item.payload] : [])
