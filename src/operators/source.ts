/**
 * Any stream as the head of a pipeline: each event gets an id, a trace sampled by that id, its event time, and the stream its watermarks.
 *
 * Arrays and order kept: one array in, one batch and at most one watermark out. Time: an event's own, as `eventTime` reads it from the payload;
 * the watermark after each array is the greatest event time seen, less `outOfOrdernessMillis`, less one, so that an event which is late by
 * no more than that is never late. Without `outOfOrdernessMillis` no watermark is made: put `assignWatermarks` behind. State: two numbers.
 * Cost: one small object an event; the few that are sampled get their context in full.
 *
 * Ids are made of the source's name and the event's number, so a source that can be read again from its beginning gives the same ids. Where
 * the records have an identity of their own, `id` says it: a UUID or 32 hex digits, the last fourteen of them random.
 */
import { type Array as Arr, Clock, Effect, Stream } from "effect"
import { batch, type Element, noneFollowed } from "../domain/Batch.ts"
import { type EventContext, watermark } from "../domain/Envelope.ts"
import { saltOf, SequenceContext, sequenceHigh24, sequenceId, sequenceLow32 } from "../domain/SequenceContext.ts"
import type { UtcTime } from "../domain/UtcTime.ts"
import { type HeadDecision, HeadSampler } from "../layers/stage/HeadSampler.ts"
import { StageLineage, StageTracing } from "../layers/stage/StageHooks.ts"

export interface SourceOptions<A> {
  readonly name: string
  /** UTC, ms. */
  readonly eventTime: (payload: A) => UtcTime
  /** The record's own id: a UUID, or 32 hex digits. */
  readonly id?: (payload: A) => string
  /** How much older than the newest event an event may be. 0 for a stream in order. */
  readonly outOfOrdernessMillis?: number
}

/** Makes a stream the source of a pipeline: `Stream.make(...).pipe(source({ name, eventTime }))`. */
export const source =
  <A>(options: SourceOptions<A>) => <E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<Element<A>, E, R> =>
    Stream.unwrap(Effect.map(makeContexts(options), (toElements) => Stream.mapArray(self, toElements)))

const makeContexts = Effect.fnUntraced(function*<A>(options: SourceOptions<A>) {
  const { eventTime, id: ownId, name, outOfOrdernessMillis } = options
  const clock = yield* Clock.Clock
  const { decide, decideBits } = yield* HeadSampler
  const tracing = yield* StageTracing
  const lineage = yield* StageLineage
  const salt = saltOf(name)
  const origin = { sourceId: name, salt }
  let sequence = 0
  let greatest = -Infinity

  const full = (
    id: string,
    traceId: string,
    { sampled, traceState }: HeadDecision,
    time: UtcTime,
    now: UtcTime
  ): EventContext => {
    const context: EventContext = {
      id,
      sourceId: name,
      sourceKind: "unknown",
      eventTime: time,
      ingestTime: now,
      position: undefined,
      trace: { traceId, spanId: undefined, sampled, traceState },
      lineage: lineage.begin(id, sampled),
      raw: undefined
    }
    return sampled ? tracing.root(name, context, clock.currentTimeNanosUnsafe()) : context
  }

  const numbered = (time: UtcTime, now: UtcTime): EventContext => {
    const number = sequence++
    const decision = decideBits(sequenceHigh24(salt, number), sequenceLow32(salt, number), name)
    if (!decision.sampled) return new SequenceContext(origin, number, time, now)
    const id = sequenceId(origin, number)
    return full(id, id, decision, time, now)
  }

  const identified = (id: string, time: UtcTime, now: UtcTime): EventContext => {
    const traceId = id.replaceAll("-", "").toLowerCase()
    return full(id, traceId, decide(traceId, name), time, now)
  }

  return (array: readonly [A, ...Array<A>]): Arr.NonEmptyArray<Element<A>> => {
    const now = clock.currentTimeMillisUnsafe()
    const contexts: Array<EventContext> = []
    let followed: Array<number> | undefined
    for (const payload of array) {
      const time = eventTime(payload)
      if (time > greatest) greatest = time
      const context = ownId === undefined ? numbered(time, now) : identified(ownId(payload), time, now)
      if (!(context instanceof SequenceContext) && (context.trace.sampled || context.lineage !== undefined)) {
        followed ??= []
        followed.push(contexts.length)
      }
      contexts.push(context)
    }
    const elements: Arr.NonEmptyArray<Element<A>> = [batch(array, contexts, undefined, followed ?? noneFollowed)]
    if (outOfOrdernessMillis !== undefined) elements.push(watermark(greatest - outOfOrdernessMillis - 1))
    return elements
  }
})
