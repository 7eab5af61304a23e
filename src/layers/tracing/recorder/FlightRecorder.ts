/**
 * The flight recorder: full operator traces of events that were not sampled and turned out to matter.
 *
 * Every event carries the hops it came by (stage, enter, exit), shared by all that came the same way. When a stage gives an event up, calls it
 * late, sheds it, finds it slow, takes something back or delivers what came of it, the hops become spans (see `retroactiveSpans`), which go where all finished spans go.
 *
 * **Bounds.** The hops live as long as the event does, in flight or in the state that keeps it, so no ring can run over; what is bounded is what
 * is told: events and bytes of spans a second, stages of one event, and how long before the end a stage may lie. What is over a bound is counted in
 * `flight_recorder_dropped_total`. Contributors of a window beyond its 16 are counted by the window and not traced. Each process tells its own part.
 *
 * **Weights.** All such events are told, so each stands for itself; a tail sampler with the population `all` writes that into their `th`. What
 * is dropped over the bound is missing from counts: that counter says how much.
 */
import { Clock, Effect, Layer, Metric } from "effect"
import type { EventContext } from "../../../domain/stream/Envelope.ts"
import { recordedReasons, retroactiveSpans } from "../../../domain/tracing/retroactiveSpans.ts"
import type { SpanData } from "../../../domain/tracing/SpanData.ts"
import { type RecordedEvent, StageRecorder } from "../../stage/StageRecorder.ts"
import { estimateBytes } from "../store/memorySpans.ts"
import { SpanSink } from "../store/SpanSink.ts"

export interface FlightRecorderOptions {
  /** An event that leaves the pipeline so long after it was received is slow, ms. */
  readonly slowMillis: number
  /** Events that are told of in any one second, and the bytes of their spans, as estimated. */
  readonly maxEventsPerSecond: number
  readonly maxBytesPerSecond: number
  /** Stages of one event; those passed first are left out. */
  readonly maxStages: number
  /** Stages left longer before the end are left out, ms. */
  readonly maxAgeMillis: number
  /** Traces whose spans are remembered, so that what is told of twice is handed on once. */
  readonly remembered: number
  /** The name of an event's root span. */
  readonly rootName: (context: EventContext) => string
}

export const flightRecorderDefaults: FlightRecorderOptions = {
  // The objective for alerts.
  slowMillis: 30_000,
  // One event in ten at 10,000 a second; twelve spans of 500 bytes each are 6 MB.
  maxEventsPerSecond: 1000,
  maxBytesPerSecond: 16 << 20,
  maxStages: 64,
  maxAgeMillis: 600_000,
  remembered: 10_000,
  rootName: ({ raw, sourceId }) => raw === undefined ? sourceId : "observation"
}

const recordedEvents = (reason: string) =>
  Metric.counter("flight_recorder_events_total", {
    description: "Events that were not sampled and whose operator spans were made afterwards, by why",
    incremental: true,
    attributes: { reason }
  })

const dropped = (bound: string) =>
  Metric.counter("flight_recorder_dropped_total", {
    description:
      "What the flight recorder left out, by the bound: whole events for events and bytes, stages of one for stages",
    incremental: true,
    attributes: { bound }
  })

/** {@link StageRecorder} that hands spans to the {@link SpanSink} in force. */
const layer = (
  options: Partial<FlightRecorderOptions> = {}
): Layer.Layer<never, never, SpanSink> =>
  Layer.effect(
    StageRecorder,
    Effect.gen(function*() {
      const settings = { ...flightRecorderDefaults, ...options }
      const { maxAgeMillis, maxBytesPerSecond, maxEventsPerSecond, maxStages, remembered, rootName, slowMillis } =
        settings
      const clock = yield* Clock.Clock
      const context = yield* Effect.context()
      const { offer, records } = yield* SpanSink
      const maxAgeNanos = BigInt(Math.round(maxAgeMillis * 1e6))
      const isNew = makeRemembered(remembered)
      const byReason = new Map<string, ReturnType<typeof recordedEvents>>()
      const counterOf = (reason: string) => {
        const known = byReason.get(reason)
        if (known !== undefined) return known
        const counter = recordedEvents(reason)
        byReason.set(reason, counter)
        return counter
      }
      const droppedBy = { events: dropped("events"), bytes: dropped("bytes"), stages: dropped("stages") }
      let second = -1
      let [events, bytes] = [0, 0]
      const withinBounds = (): boolean => {
        const now = Math.floor(clock.currentTimeMillisUnsafe() / 1000)
        if (now !== second) {
          second = now
          events = bytes = 0
        }
        const over = events >= maxEventsPerSecond ? "events" : bytes >= maxBytesPerSecond ? "bytes" : undefined
        if (over === undefined) return true
        droppedBy[over].updateUnsafe(1, context)
        return false
      }
      for (const counter of Object.values(droppedBy)) counter.valueUnsafe(context)
      for (const reason of recordedReasons) counterOf(reason).valueUnsafe(context)
      if (!records) return { record: () => {}, slowMillis: Infinity }
      return {
        slowMillis,
        record: (event: RecordedEvent) => {
          if (!withinBounds()) return
          const { leftOut, spans } = retroactiveSpans({
            ...event,
            rootName: rootName(event.context),
            maxStages,
            maxAgeNanos
          })
          events++
          for (const span of spans) bytes += estimateBytes(span)
          counterOf(event.reason).updateUnsafe(1, context)
          if (leftOut > 0) droppedBy.stages.updateUnsafe(leftOut, context)
          offer(isNew(event.context.trace.traceId, spans))
        }
      }
    })
  )

/** The spans of a trace that were not handed on yet. State: the ids of the last `most` traces. */
const makeRemembered = (most: number) => {
  const traces = new Map<string, Set<string>>()
  return (traceId: string, spans: ReadonlyArray<SpanData>): ReadonlyArray<SpanData> => {
    const known = traces.get(traceId)
    const seen = known ?? new Set<string>()
    if (known === undefined) {
      traces.set(traceId, seen)
      if (traces.size > most) {
        for (const oldest of traces.keys()) {
          traces.delete(oldest)
          break
        }
      }
    }
    return spans.filter(({ spanId }) => {
      if (seen.has(spanId)) return false
      seen.add(spanId)
      return true
    })
  }
}

/** The flight recorder behind the stages. */
export const FlightRecorder = { layer }
