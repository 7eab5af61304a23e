/**
 * What every kind of stage does around its step, once per array: chaos point, spans of the sampled, counts, metrics, dead letters.
 */
import { Clock, Effect, Exit, type Tracer } from "effect"
import type { DeadLetter } from "../../domain/deadletter/DeadLetter.ts"
import type { Element, EventContext } from "../../domain/Envelope.ts"
import { DeadLetters } from "../../layers/deadletters/DeadLetters.ts"
import { StageChaos, StageLineage, StageMetrics, StageTracing } from "../../layers/stage/StageHooks.ts"
import { StageRegistry } from "../../layers/stage/StageRegistry.ts"
import { Collector, type Rejection } from "./Emit.ts"

const toDeadLetter = (stage: string, time: number, rejection: Rejection): DeadLetter => {
  const { context, errorKind, message, retryCount } = rejection
  return {
    schemaVersion: 1,
    id: context.id,
    time,
    operator: stage,
    errorKind,
    message,
    retryCount,
    source: context.raw?.source ?? context.sourceId,
    format: context.raw?.format ?? "",
    locator: context.raw?.locator ?? "",
    payload: context.raw?.bytes ?? new Uint8Array(0),
    position: context.position ?? null,
    trace: {
      traceId: context.trace.traceId,
      spanId: context.trace.spanId ?? null,
      sampled: context.trace.sampled,
      traceState: context.trace.traceState ?? null
    }
  }
}

/** Everything a stage holds while it runs. Made once per materialisation. */
export const makeRuntime = Effect.fnUntraced(function*<B>(stage: string) {
  const clock = yield* Clock.Clock
  const tracing = yield* StageTracing
  const metrics = yield* StageMetrics
  const lineage = yield* StageLineage
  const chaos = yield* StageChaos
  const deadLetters = yield* DeadLetters
  const registry = yield* StageRegistry

  const counts = registry.countsOf(stage)
  const record = metrics.instruments(stage, counts)
  const collector = new Collector<B>(stage, {
    lineage: (event, parents, parentCount) =>
      lineage.append(stage, event, parents, parentCount, clock.currentTimeMillisUnsafe())
  }, counts.filteredReasons)
  let enter = 0n
  let events = 0

  /** The span of a sampled event in this stage: started now, or the one already open. */
  const openSpan = (context: EventContext): Tracer.Span | undefined => {
    const open = collector.spans.get(context)
    if (open !== undefined) return open
    const span = tracing.start(stage, context, clock.currentTimeNanosUnsafe())
    if (span !== undefined) collector.spans.set(context, span)
    return span
  }

  /** Opens the array: counts what comes in and, for a pure step, starts the spans of the sampled. */
  const begin = (elements: ReadonlyArray<Element<unknown>>, startSpans: boolean): void => {
    enter = clock.monotonicTimeNanosUnsafe()
    collector.begin(enter)
    events = 0
    for (const element of elements) {
      if (element._tag !== "Event") continue
      events++
      if (startSpans && element.followed && element.context.trace.sampled) openSpan(element.context)
    }
    counts.in += events
    counts.inFlight += events
  }

  /** Closes the array; what it gives up is durable before this ends. */
  const finish = (): Effect.Effect<void> => {
    const exit = clock.monotonicTimeNanosUnsafe()
    collector.finish(exit)
    if (collector.spans.size > 0) endSpans()
    const rejected = collector.filteredCount + collector.lateCount + collector.deadCount + collector.shedCount
    const nanos = Number(exit - enter)
    counts.inFlight -= events
    counts.processed += events - rejected
    counts.filtered += collector.filteredCount
    counts.late += collector.lateCount
    counts.dead += collector.deadCount
    counts.shed += collector.shedCount
    counts.emitted += collector.emitted
    counts.busyNanos += nanos
    record({ events, emitted: collector.emitted, nanos })
    if (collector.rejections.length === 0) return Effect.void
    const now = clock.currentTimeMillisUnsafe()
    return deadLetters.offer(collector.rejections.map((rejection) => toDeadLetter(stage, now, rejection)))
  }

  /** Ends the spans still open; those of rejected events as failed. */
  const endSpans = (): void => {
    const endTime = clock.currentTimeNanosUnsafe()
    for (const { context, errorKind, message } of collector.rejections) {
      const span = collector.spans.get(context)
      if (span === undefined || span.status._tag === "Ended") continue
      span.attribute("error.type", errorKind)
      span.end(endTime, Exit.fail(message))
    }
    for (const span of collector.spans.values()) {
      if (span.status._tag !== "Ended") span.end(endTime, Exit.void)
    }
  }

  return { collector, begin, finish, openSpan, endSpans, chaos: chaos.before(stage) }
})

/** What any stage needs from its surroundings; everything else is a reference with a default. */
export type StageServices = DeadLetters | StageRegistry
