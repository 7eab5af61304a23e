/**
 * What every kind of stage does around its step, once per array: chaos point, spans of the sampled, counts, metrics, dead letters.
 */
import { Clock, Context, Effect, Exit, References, type Tracer } from "effect"
import type { DeadLetter } from "../../../domain/deadletter/DeadLetter.ts"
import { type Element, eventsIn } from "../../../domain/stream/Batch.ts"
import { writeTrace } from "../../../domain/stream/contextJson.ts"
import { contextBelow, type EventContext } from "../../../domain/stream/Envelope.ts"
import { ownTrace } from "../../../domain/tracing/ownTrace.ts"
import { recordedAttribute, type RecordedReason } from "../../../domain/tracing/retroactiveSpans.ts"
import { DeadLetters } from "../../../layers/deadletters/DeadLetters.ts"
import { HeadSampler } from "../../../layers/stage/HeadSampler.ts"
import {
  type ArrayOutcome,
  StageChaos,
  StageLineage,
  StageMetrics,
  StageRecorder,
  StageTracing
} from "../../../layers/stage/StageHooks.ts"
import { type StageCounts, StageRegistry } from "../../../layers/stage/StageRegistry.ts"
import { StageState } from "../../../layers/stage/StageState.ts"
import { Collector, type Note, type Rejection } from "./Collector.ts"
import type { Followed } from "./FollowedEvents.ts"

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
    trace: writeTrace(context.trace)
  }
}

const noLinks: ReadonlyArray<EventContext> = []

const reasonOf = ({ errorKind }: Pick<Rejection, "errorKind">): RecordedReason =>
  errorKind === "Late" ? "late" : errorKind === "Shed" ? "shed" : "dead"

/** Everything a stage holds while it runs. Made once per materialisation. */
export const makeRuntime = Effect.fnUntraced(function*<B>(stage: string) {
  const clock = yield* Clock.Clock
  const tracing = yield* StageTracing
  const metrics = yield* StageMetrics
  const lineage = yield* StageLineage
  const recorder = yield* StageRecorder
  const sampler = yield* HeadSampler
  const chaos = yield* StageChaos
  const state = yield* StageState
  const deadLetters = yield* DeadLetters
  const registry = yield* StageRegistry

  const counts = registry.countsOf(stage)
  const record = metrics.instruments(stage, counts)
  const surroundings = { clock, tracing, lineage, recorder, sampler, deadLetters, counts, record }
  const open = () => openRuntime<B>(stage, surroundings)
  return {
    ...open(),
    clock,
    state,
    chaosPoint: <A>() => chaos.before<A>(stage),
    /** The same stage with a collector of its own, for another array at the same time. */
    another: open
  }
})

interface Surroundings {
  readonly clock: Clock.Clock
  readonly tracing: Context.Service.Shape<typeof StageTracing>
  readonly lineage: Context.Service.Shape<typeof StageLineage>
  readonly recorder: Context.Service.Shape<typeof StageRecorder>
  readonly sampler: Context.Service.Shape<typeof HeadSampler>
  readonly deadLetters: Context.Service.Shape<typeof DeadLetters>
  readonly counts: StageCounts
  readonly record: (outcome: ArrayOutcome) => void
}

const openRuntime = <B>(
  stage: string,
  { clock, counts, deadLetters, lineage, record, recorder, sampler, tracing }: Surroundings
) => {
  // Times of the array at work: read once for all its events, and only where one is followed.
  let nanos: bigint | undefined
  let millis: number | undefined
  const now = (): bigint => nanos ??= clock.currentTimeNanosUnsafe()
  const nowMillis = (): number => millis ??= clock.currentTimeMillisUnsafe()
  /** What makes the hops' monotonic nanoseconds nanoseconds since the Unix epoch. */
  const wallOffset = (): bigint => clock.currentTimeNanosUnsafe() - clock.monotonicTimeNanosUnsafe()
  const { slowMillis } = recorder
  const isSlow = (received: number): boolean => slowMillis !== Infinity && nowMillis() - received > slowMillis
  const collector = new Collector<B>(stage, {
    lineage: (event, parents, parentCount) => lineage.append(stage, event, parents, parentCount, nowMillis()),
    joined: (event, hop, joined) => lineage.join(stage, event, hop, joined, nowMillis(), wallOffset()),
    begins: (from, context, name) => {
      const { eventTime, id, sourceId } = context
      const decision = sampler.decide(id, sourceId)
      const { sampled } = decision
      const begun = contextBelow(context, ownTrace(id, decision), lineage.begin(id, sampled), eventTime)
      return sampled ? tracing.root(name, begun, now(), from.trace.sampled ? [from] : noLinks) : begun
    },
    isSlow,
    emission: (trigger, absorbedAt, links) => {
      if (absorbedAt !== undefined) tracing.wait(stage, trigger, "window", absorbedAt, now())
      return tracing.start(stage, trigger, now(), links)
    },
    waited: (context, since) => tracing.wait(stage, context, "window", since, now()),
    access: (what, context, writer) => {
      const span = tracing.start(`${stage} ${what}`, context, now(), writer === undefined ? noLinks : [writer])
      if (span === undefined) return
      if (writer !== undefined) span.attribute("state.writer", writer.id)
      tracing.end(span, context, clock.currentTimeNanosUnsafe(), Exit.void)
    },
    now
  })
  const { outputs } = collector
  let enter = 0n
  let events = 0

  /** The span of a sampled event in this stage: started now, or the one already open. */
  const openSpan = (
    context: EventContext,
    time = clock.currentTimeNanosUnsafe()
  ): Tracer.Span | undefined => outputs.open(context, () => tracing.start(stage, context, time, noLinks))

  /** Opens the array: counts what comes in and, for a pure step, starts the spans of the sampled. */
  const begin = (elements: ReadonlyArray<Element<unknown>>, startSpans: boolean): void => {
    enter = clock.monotonicTimeNanosUnsafe()
    nanos = undefined
    millis = undefined
    collector.begin(enter)
    events = eventsIn(elements)
    counts.in += events
    counts.inFlight += events
    if (!startSpans) return
    for (const element of elements) {
      if (element._tag !== "Batch" || element.followed.length === 0) continue
      for (const context of element.followedContexts) if (context.trace.sampled) openSpan(context, now())
    }
  }

  /**
   * Closes the array and gives its outputs; as an effect where something was given up, which is durable before they go on.
   */
  const finish = (): ReadonlyArray<Element<B>> | Effect.Effect<ReadonlyArray<Element<B>>> => {
    const exit = clock.monotonicTimeNanosUnsafe()
    const elements = collector.finish(exit)
    if (outputs.unended.length > 0) endSpans()
    const { notes, rejections } = collector
    if (notes.length > 0) takeNotes(notes, exit)
    const emitted = eventsIn(elements)
    const busy = Number(exit - enter)
    const filtered = collector.filteredReasons.length > 0 ? countFiltered() : 0
    counts.inFlight -= events
    counts.processed += events - filtered - rejections.length
    counts.filtered += filtered
    counts.emitted += emitted
    counts.evicted += collector.evictions
    counts.busyNanos += busy
    const rejected = rejections.length > 0 ? takeRejections(rejections, exit) : undefined
    record({ events, emitted, nanos: busy })
    return rejected === undefined ? elements : Effect.as(rejected, elements)
  }

  const countFiltered = (): number => {
    const { filteredCounts, filteredReasons } = collector
    let total = 0
    filteredReasons.forEach((reason, index) => {
      const events = filteredCounts[index] ?? 0
      total += events
      counts.filteredReasons.set(reason, (counts.filteredReasons.get(reason) ?? 0) + events)
    })
    return total
  }

  /** Hands in the lineage of what ends here, and tells the flight recorder of what was slow, took something back or was delivered. */
  const takeNotes = (notes: ReadonlyArray<Note>, exit: bigint): void => {
    for (const note of notes) {
      const { context, id, kind, what } = note
      if (what === "ended") lineage.end(stage, { kind, id, context }, nowMillis())
      const reason = reasonToTell(note)
      if (reason !== undefined) tell(note, exit, reason)
    }
  }

  const reasonToTell = ({ context, told }: Note): RecordedReason | undefined =>
    told !== "retracted" && isSlow(context.ingestTime) ? "slow" : told

  const tell = (
    { context, hop }: Pick<Note, "context" | "hop">,
    exit: bigint,
    reason: RecordedReason,
    error?: { readonly kind: string; readonly message: string }
  ): void => {
    if (context.trace.sampled) return
    const last = { stage, enter, exit, previous: hop }
    recorder.record({ context, hop: last, reason, ...(error && { error }), wallOffset: wallOffset() })
  }

  const takeRejections = (rejections: ReadonlyArray<Rejection>, exit: bigint): Effect.Effect<void> => {
    for (const rejection of rejections) {
      const { context, errorKind, message } = rejection
      if (errorKind === "Late") counts.late++
      else if (errorKind === "Shed") counts.shed++
      else counts.dead++
      tell(rejection, exit, reasonOf(rejection), { kind: errorKind, message })
      if (context.lineage !== undefined) {
        lineage.end(stage, { kind: "dead-letter", id: undefined, context }, nowMillis())
      }
    }
    const now = clock.currentTimeMillisUnsafe()
    return deadLetters.offer(rejections.map((rejection) => toDeadLetter(stage, now, rejection)))
  }

  const end = (event: Followed, time: bigint, failure?: StageFailure): void => {
    const { context, isEnded, span } = event
    if (isEnded || span === undefined) return
    event.isEnded = true
    if (failure !== undefined) {
      span.attribute("error.type", failure.errorKind)
      span.attribute(recordedAttribute, reasonOf(failure))
    }
    tracing.end(span, context, time, failure === undefined ? Exit.void : Exit.fail(failure.message))
  }

  /** Ends the spans still open; those of rejected events as failed. */
  const endSpans = (): void => {
    const time = clock.currentTimeNanosUnsafe()
    // What the flight recorder is told of the unsampled, the spans of the sampled say.
    for (const note of collector.notes) {
      const reason = reasonToTell(note)
      if (reason !== undefined) outputs.spanOf(note.context)?.attribute(recordedAttribute, reason)
    }
    for (const rejection of collector.rejections) {
      const event = outputs.events.find(rejection.context)
      if (event !== undefined) end(event, time, rejection)
    }
    for (const event of outputs.unended) end(event, time)
    outputs.unended = []
  }

  /** Ends the span of one event before the others of its array. `failure`: what it failed of. */
  const endSpan = (context: EventContext, failure?: StageFailure): void => {
    const event = outputs.events.find(context)
    if (event !== undefined) end(event, clock.currentTimeNanosUnsafe(), failure)
  }

  /** A sampled event waited for another try. */
  const backedOff = (context: EventContext, from: bigint): void =>
    tracing.wait(stage, context, "backoff", from, clock.currentTimeNanosUnsafe())

  return { collector, counts, begin, finish, openSpan, endSpan, endSpans, backedOff }
}

/** What an event failed of. */
export type StageFailure = Pick<Rejection, "errorKind" | "message">

/** What takes one array at a time through a stage. */
export type Runtime<B> = ReturnType<typeof openRuntime<B>>

/** What the effects of a step run in: their logs name the operator. */
export const operatorContext = Effect.fnUntraced(function*<R>(name: string) {
  const annotations = { ...(yield* References.CurrentLogAnnotations), operator: name }
  return Context.add(yield* Effect.context<R>(), References.CurrentLogAnnotations, annotations)
})

/** What any stage needs from its surroundings; everything else is a reference with a default. */
export type StageServices = DeadLetters | StageRegistry
