import { type Effect, Layer, Stream } from "effect"
import { type Element, type Envelope, envelope, type EventContext } from "../../src/domain/Envelope.ts"
import { DeadLettersMemory } from "../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../src/layers/stage/StageRegistry.ts"

/** The services of a stage, in memory. */
export const stageLayer = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer)

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

export const events = <A>(
  payloads: ReadonlyArray<A>,
  options: (index: number) => Partial<EventContext> & { sampled?: boolean } = () => ({})
): ReadonlyArray<Envelope<A>> => payloads.map((payload, index) => envelope(payload, contextOf(index, options(index))))

/** A stream that emits exactly these arrays. */
export const arrays = <A>(parts: ReadonlyArray<ReadonlyArray<Element<A>>>): Stream.Stream<Element<A>> =>
  Stream.fromIterable(parts).pipe(
    Stream.filter((part) => part.length > 0),
    Stream.rechunk(1),
    Stream.flatMap((part) => Stream.fromArray(part))
  )

/** Runs to the end and gives the arrays as they came. */
export const collectArrays = <A, E, R>(
  stream: Stream.Stream<A, E, R>
): Effect.Effect<ReadonlyArray<ReadonlyArray<A>>, E, R> => Stream.runCollect(Stream.chunks(stream))

export const payloadsOf = <A>(elements: ReadonlyArray<Element<A>>): ReadonlyArray<A> =>
  elements.flatMap((element) => element._tag === "Event" ? [element.payload] : [])
