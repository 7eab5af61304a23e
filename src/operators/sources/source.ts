/**
 * Any stream as the head of a pipeline: each event gets an id, a trace sampled by that id, its event time, and the stream its watermarks.
 *
 * Arrays and order kept: one array in, one batch and at most one watermark out. Time: an event's own, as `eventTime` reads it from the payload;
 * the watermark after each array is the greatest event time seen, less `outOfOrdernessMillis`, less one, so that an event which is late by
 * no more than that is never late. Without `outOfOrdernessMillis` no watermark is made: put `assignWatermarks` behind. State: two numbers.
 * Cost: a hash an event; the few that are sampled get their context in full, the others when somebody looks.
 *
 * Ids are made of the source's name and the event's number, so a source that can be read again from its beginning gives the same ids. Where
 * the records have an identity of their own, `id` says it: a UUID or 32 hex digits, the last fourteen of them random.
 */
import { type Array as Arr, Clock, Effect, Stream } from "effect"
import { isNever } from "../../domain/sampling/head/threshold.ts"
import { timesOf } from "../../domain/stream/arrayOf.ts"
import { type Batch, type Element, noneFollowed, numberedBatch, sourceBatch } from "../../domain/stream/Batch.ts"
import { type EventContext, watermark } from "../../domain/stream/Envelope.ts"
import {
  saltOf,
  sequenceBits,
  sequenceHigh24,
  sequenceIds,
  sequenceLow32
} from "../../domain/stream/SequenceContext.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { traceIdOf } from "../../domain/tracing/traceId.ts"
import { type HeadDecision, type HeadLevel, HeadSampler, isSampled } from "../../layers/stage/HeadSampler.ts"
import { StageLineage, StageTracing } from "../../layers/stage/StageHooks.ts"

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

/** The places of the sampled among `count` events, numbered from `first` on. */
const sampledPlaces = (level: HeadLevel, salt: number, first: number, count: number): ReadonlyArray<number> => {
  if (isNever(level.threshold)) return noneFollowed
  const { high } = level.threshold
  const places: Array<number> = []
  // Only the sum counts, and that as an int32: so the loop has no other numbers.
  const base = salt + first | 0
  for (let place = 0; place < count; place++) {
    const bits = sequenceBits(base, place)
    const upper = sequenceHigh24(bits)
    // The lower bits cost as much again, and matter to one event in 2^24.
    if (upper >= high && isSampled(level, upper, sequenceLow32(bits))) places.push(place)
  }
  return places
}

const makeContexts = Effect.fnUntraced(function*<A>(options: SourceOptions<A>) {
  const { eventTime, id: ownId, name, outOfOrdernessMillis } = options
  const clock = yield* Clock.Clock
  const { decide, level } = yield* HeadSampler
  const tracing = yield* StageTracing
  const lineage = yield* StageLineage
  const salt = saltOf(name)
  let sequence = 0
  let greatest = -Infinity
  // When the array at hand came, if one of its events is sampled: they came together.
  let nanos: bigint | undefined

  const full = (id: string, traceId: string, decision: HeadDecision, time: UtcTime, now: UtcTime): EventContext => {
    const { sampled, traceState } = decision
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
    return sampled ? tracing.root(name, context, nanos ??= clock.currentTimeNanosUnsafe()) : context
  }

  /** Events by their number: contexts for those that are sampled alone. */
  const numbered = (payloads: ReadonlyArray<A>, ingestTime: UtcTime): Batch<A> => {
    const eventTimes = timesOf(payloads.length)
    const first = sequence
    const array = { sourceId: name, salt, first, ingestTime }
    let place = 0
    for (const payload of payloads) {
      const time = eventTime(payload)
      if (time > greatest) greatest = time
      eventTimes[place++] = time
    }
    const inForce = level(name, payloads.length)
    const followed = sampledPlaces(inForce, salt, first, payloads.length)
    const few = sequenceIds(salt, first, followed).map((id, index) => {
      const eventTime = eventTimes[followed[index] ?? -1] ?? Number.NaN
      return full(id, id, inForce.sampled, eventTime, ingestTime)
    })
    sequence += payloads.length
    return numberedBatch(payloads, array, eventTimes, followed, few)
  }

  const identified = (payloads: ReadonlyArray<A>, idOf: (payload: A) => string, ingestTime: UtcTime): Batch<A> =>
    sourceBatch(
      payloads,
      payloads.map((payload) => {
        const id = idOf(payload)
        const traceId = traceIdOf(id).toLowerCase()
        const time = eventTime(payload)
        if (time > greatest) greatest = time
        return full(id, traceId, decide(traceId, name), time, ingestTime)
      })
    )

  return (payloads: readonly [A, ...Array<A>]): Arr.NonEmptyArray<Element<A>> => {
    const now = clock.currentTimeMillisUnsafe()
    nanos = undefined
    const elements: Arr.NonEmptyArray<Element<A>> = [
      ownId === undefined ? numbered(payloads, now) : identified(payloads, ownId, now)
    ]
    if (outOfOrdernessMillis !== undefined) elements.push(watermark(greatest - outOfOrdernessMillis - 1))
    return elements
  }
})
