/**
 * What a stage calls beside its own step. Each is a reference with a default that does nothing, so that an operator runs the same with
 * tracing, metrics, lineage or chaos on or off, and none of them is named in an operator's file.
 */
import { Context, Effect, Exit, Layer, Option, type Tracer } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import { contextBelow, type EventContext } from "../../domain/stream/Envelope.ts"
import { parentSpan } from "../tracing/SpanTraceState.ts"
import { makeRootSpans, rootSpanDefaults, type RootSpanOptions } from "./rootSpans.ts"

export { type LineageEnd, StageLineage } from "./StageLineage.ts"
export { type ArrayOutcome, StageMetrics } from "./StageMetrics.ts"
export { type RecordedEvent, StageRecorder } from "./StageRecorder.ts"

/**
 * The spans of sampled events. A stage asks for one per event and array, and for one per emission from state; it is called for sampled events
 * only. Times are ns since the Unix epoch.
 */
export class StageTracing extends Context.Reference<{
  /**
   * Opens the root span of an event at its source, and gives the event's context below it. Linked to `links`, and to the producer's span where
   * the trace is the producer's: parent and link, so that both conventions can be read.
   */
  readonly root: (
    name: string,
    event: EventContext,
    startTime: bigint,
    links?: ReadonlyArray<EventContext>
  ) => EventContext
  /** The event's span in a stage, linked to others that contributed. `undefined`: it gets none. */
  readonly start: (
    stage: string,
    event: EventContext,
    startTime: bigint,
    links: ReadonlyArray<EventContext>
  ) => Tracer.Span | undefined
  readonly end: (span: Tracer.Span, event: EventContext, endTime: bigint, exit: Exit.Exit<unknown, unknown>) => void
  /** A time in which the event did nothing but wait: in a queue, in a window, for a retry. */
  readonly wait: (stage: string, event: EventContext, what: WaitKind, from: bigint, to: bigint) => void
  /** Ends the root spans that are still open: nothing more is to come. */
  readonly settle: () => void
}>("perigee/layers/stage/StageTracing", {
  defaultValue: () => ({
    root: (_name, event) => event,
    start: () => undefined,
    end: () => {},
    wait: () => {},
    settle: () => {}
  })
}) {
  /** Spans through Effect's `Tracer`, whichever is provided: child of the event's last span, in the event's own trace. */
  static readonly layerWith = (options: Partial<RootSpanOptions> = {}) =>
    Layer.effect(
      StageTracing,
      Effect.gen(function*() {
        const tracer = yield* Effect.tracer
        const roots = yield* makeRootSpans({ ...rootSpanDefaults, ...options })
        const start = (
          name: string,
          { id, sourceKind, trace }: EventContext,
          startTime: bigint,
          links: ReadonlyArray<EventContext>
        ) => {
          const span = tracer.span({
            name,
            parent: Option.some(parentSpan(trace)),
            annotations: noAnnotations,
            links: links.length === 0 ? [] : links.flatMap(linkTo),
            startTime,
            kind: "internal",
            root: false,
            sampled: true
          })
          span.attribute("observation.id", id)
          span.attribute("source.kind", sourceKind)
          return span
        }
        return {
          root: (name, event, startTime, links = noLinks) => {
            const span = start(name, event, startTime, event.trace.spanId === undefined ? links : [event, ...links])
            const { random, sampled, traceId, traceState } = event.trace
            const heard = roots.opened(span, startTime)
            const below = { traceId, spanId: span.spanId, sampled, traceState, heard }
            const trace = random === undefined ? below : { ...below, random }
            return contextBelow(event, trace, event.lineage, event.eventTime)
          },
          start,
          end,
          wait: (stage, event, what, from, to) => {
            const span = start(`${stage} ${what}`, event, from, noLinks)
            span.attribute("perigee.wait", what)
            end(span, event, to, Exit.void)
          },
          settle: roots.settle
        }
      })
    )

  static readonly layer = StageTracing.layerWith()
}

const end = (
  span: Tracer.Span,
  { trace: { heard } }: EventContext,
  endTime: bigint,
  exit: Exit.Exit<unknown, unknown>
): void => {
  span.end(endTime, exit)
  if (heard !== undefined && endTime > heard.last) heard.last = endTime
}

/** What an event waits for: a place downstream, its window to close, another try. */
export type WaitKind = "queue" | "window" | "backoff"

const noAnnotations = Context.empty()
const noLinks: ReadonlyArray<EventContext> = []

/** A link to the span that a context is below; none if it was never traced. */
const linkTo = ({ id, trace }: EventContext): ReadonlyArray<Tracer.SpanLink> =>
  trace.spanId === undefined ? [] : [{ span: parentSpan(trace), attributes: { "observation.id": id } }]

/** What chaos does to an array before its stage gets it: waits, or gives another one with events held back or left out. */
export type ChaosPoint<A> = (elements: ReadonlyArray<Element<A>>) => Effect.Effect<ReadonlyArray<Element<A>>>

/**
 * A chaos point in front of every array of every stage, asked for once when the stage starts. `undefined`: nothing to do, at no cost. It must
 * not touch the order of the controls.
 */
export class StageChaos extends Context.Reference<{
  readonly before: <A>(stage: string) => ChaosPoint<A> | undefined
}>("perigee/layers/stage/StageChaos", { defaultValue: () => ({ before: () => undefined }) }) {}
