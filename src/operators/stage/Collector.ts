/**
 * Takes what a step emits and gives it its context.
 *
 * A collector serves one stage and is filled anew for every array. Cost per output of an event that is neither sampled nor followed by
 * lineage: two entries in the columns of a batch, no look into the context.
 */
import type { Tracer } from "effect"
import { type Batch, batch as batchOf, type Element } from "../../domain/Batch.ts"
import type { Contributors } from "../../domain/Contributors.ts"
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import {
  contextBelow,
  type Control,
  type Envelope,
  type EventContext,
  type Held,
  type Hop,
  isFollowed,
  type JoinedInputs,
  traceBelow
} from "../../domain/Envelope.ts"
import { contextAt, SequenceContext } from "../../domain/SequenceContext.ts"
import { inject } from "../../domain/tracing/propagation.ts"
import { recordedRootId } from "../../domain/tracing/retroactiveSpans.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { arrayOf } from "./elements.ts"
import type { Emit, Joining, Origin } from "./Emit.ts"

/** A record that was given up, before it becomes a dead letter. */
export interface Rejection {
  readonly context: EventContext
  readonly hop: Hop | undefined
  readonly errorKind: ErrorKind
  readonly message: string
  readonly retryCount: number
}

/** An event that something is to be told of beside its outputs. */
export interface Note {
  readonly what: "ended" | "retracted"
  readonly context: EventContext
  readonly hop: Hop | undefined
  readonly kind: string
  readonly id: string | undefined
}

/** What the collector needs from the stage's hooks. */
export interface CollectorHooks {
  readonly lineage: (
    event: EventContext,
    parents: ReadonlyArray<EventContext>,
    parentCount: number
  ) => EventContext["lineage"]
  /** The lineage of an output of many, whether or not its event is followed. */
  readonly joined: (event: EventContext, hop: Hop | undefined, joined: JoinedInputs) => EventContext["lineage"]
  /** The context of an event whose own trace begins here, below its root span. */
  readonly begins: (from: EventContext, context: EventContext, name: string) => EventContext
  /** Whether an event received then is slow if it ends now. */
  readonly isSlow: (received: UtcTime) => boolean
  /** The span of what a sampled context kept in state gives rise to. `absorbedAt`: since when it waited, ns since the Unix epoch. */
  readonly emission: (
    trigger: EventContext,
    absorbedAt: bigint | undefined,
    links: ReadonlyArray<EventContext>
  ) => Tracer.Span | undefined
  /** A sampled context was kept in state for a while, from `since` (ns since the Unix epoch) until now. */
  readonly waited: (context: EventContext, since: bigint) => void
  /** A sampled event reads or writes a value in state. `writer`: of the value that is there. */
  readonly access: (what: "get" | "put", context: EventContext, writer: EventContext | undefined) => void
  /** Now, in ns since the Unix epoch; read once an array. */
  readonly now: () => bigint
}

/** One event kept in state, to be joined with another. */
export interface Kept {
  /** Below the span that kept it. */
  readonly context: EventContext
  readonly followed: boolean
  /** Since when it waits, ns since the Unix epoch; `undefined` if it is not sampled. */
  readonly since: bigint | undefined
}

/** How much was in the collector at some moment. */
export interface Mark {
  readonly elements: number
  readonly rejections: number
  readonly filtered: number
  readonly notes: number
}

interface OpenHop {
  readonly stage: string
  readonly enter: bigint
  exit: bigint
  readonly previous: Hop | undefined
}

const noContexts: ReadonlyArray<EventContext> = []

export class Collector<B> implements Emit<B> {
  readonly rejections: Array<Rejection> = []
  /** Events that end here, or take something back. */
  readonly notes: Array<Note> = []
  /** Reasons, and under the same index how many events were filtered for it. A reason may come again. */
  readonly filteredReasons: Array<string> = []
  readonly filteredCounts: Array<number> = []
  /** Spans of this array's sampled events. */
  spans = new Map<EventContext, Tracer.Span>()
  /** What left state in this array because there was too much of it. */
  evicted = 0
  /** Spans of what was emitted from state. */
  readonly emissions: Array<{ readonly context: EventContext; readonly span: Tracer.Span }> = []
  private readonly stage: string
  private readonly hooks: CollectorHooks
  private belowContexts = new Map<EventContext, EventContext>()
  private readonly hops: Array<OpenHop> = []
  private elements: Array<Element<B>> = []
  // The batch being filled, and the hop that its events come by.
  private payloads: Array<B> = []
  private contexts: Array<EventContext> = []
  private followed: Array<number> = []
  private hop: OpenHop
  private enter = 0n
  /** Where the events stand that pass a filter: one array for all batches. */
  private readonly places: Array<number> = []

  constructor(stage: string, hooks: CollectorHooks) {
    this.stage = stage
    this.hooks = hooks
    this.hop = { stage, enter: 0n, exit: 0n, previous: undefined }
  }

  /** Empties the collector for the next array, entered at `enter` (monotonic ns). */
  begin(enter: bigint): void {
    this.elements = []
    this.enter = enter
    this.evicted = 0
    this.hop = { stage: this.stage, enter, exit: enter, previous: undefined }
    this.hops.length = 0
    this.hops.push(this.hop)
    if (this.payloads.length > 0) this.dropBatch()
    if (this.rejections.length > 0) this.rejections.length = 0
    if (this.notes.length > 0) this.notes.length = 0
    if (this.filteredReasons.length > 0) this.filteredReasons.length = this.filteredCounts.length = 0
    // Not cleared: a cleared map's old table goes on holding its entries and the next table, so that dead arrays outlive young collections.
    if (this.spans.size > 0) this.spans = new Map()
    if (this.emissions.length > 0) this.emissions.length = 0
    if (this.belowContexts.size > 0) this.belowContexts = new Map()
  }

  /** Closes the hops of this array and gives what was emitted. */
  finish(exit: bigint): ReadonlyArray<Element<B>> {
    for (const hop of this.hops) hop.exit = exit
    this.cut()
    return this.elements
  }

  /** Where the collector stands, to go back to. */
  mark(): Mark {
    this.cut()
    return {
      elements: this.elements.length,
      rejections: this.rejections.length,
      filtered: this.filteredReasons.length,
      notes: this.notes.length
    }
  }

  /** Takes back what was emitted since `mark`. */
  rewind(mark: Mark): void {
    this.dropBatch()
    this.elements.length = mark.elements
    this.rejections.length = mark.rejections
    this.notes.length = mark.notes
    this.filteredReasons.length = this.filteredCounts.length = mark.filtered
  }

  /** Passes a control on, in its place. */
  control(control: Control): void {
    this.cut()
    this.elements.push(control)
  }

  /** Passes a batch on as it is: its events have been through this stage. */
  pass(batch: Batch<B>): void {
    this.withPayloads(batch, batch.payloads)
  }

  /** Passes on what another stage made of the events: a branch of a fork. */
  adopt(element: Element<B>): void {
    this.cut()
    this.elements.push(element)
  }

  /** Other payloads for all events of a batch. */
  withPayloads(batch: Batch<unknown>, payloads: ReadonlyArray<B>): void {
    this.cut()
    const contexts = batch.followed.length === 0 ? batch.contexts : this.belowThis(batch)
    this.elements.push(batchOf(payloads, contexts, this.hopAfter(batch.hop), batch.followed))
  }

  /** One output for each event of a batch. */
  mapBatch<A>(batch: Batch<A>, f: (payload: A) => B): void {
    const payloads = arrayOf<B>(batch.payloads.length)
    let index = 0
    for (const payload of batch.payloads) payloads[index++] = f(payload)
    this.withPayloads(batch, payloads)
  }

  /** The events of a batch that pass, as they are. Where all do, its columns are handed on without a copy. */
  filterBatch(
    batch: Batch<B>,
    predicate: (payload: B, context: EventContext) => boolean,
    reason: string
  ): void {
    // First the places of those that pass, so that the columns are made as long as they need to be.
    const { places } = this
    let passing = 0
    let index = 0
    for (const payload of batch.payloads) {
      const context = batch.contexts[index]
      if (context !== undefined && predicate(payload, context)) places[passing++] = index
      index++
    }
    if (passing === index) this.pass(batch)
    else {
      this.addFiltered(reason, index - passing)
      if (passing > 0) this.passAt(batch, passing)
    }
  }

  /** The events at the first `count` of {@link places}. */
  private passAt(batch: Batch<B>, count: number): void {
    const { places } = this
    const payloads = arrayOf<B>(count)
    const contexts = arrayOf<EventContext>(count)
    const followed: Array<number> = []
    let to = 0
    let place = places[0] ?? 0
    let next = 0
    let nextFollowed = batch.followed[0] ?? -1
    let index = -1
    for (const payload of batch.payloads) {
      index++
      const isFollowedHere = index === nextFollowed
      if (isFollowedHere) nextFollowed = batch.followed[++next] ?? -1
      if (index !== place) continue
      const context = batch.contexts[index]
      if (context === undefined) break
      payloads[to] = payload
      if (isFollowedHere) {
        followed.push(to)
        contexts[to] = this.below(context)
      } else contexts[to] = context
      if (++to === count) break
      place = places[to] ?? -1
    }
    this.cut()
    this.elements.push(batchOf(payloads, contexts, this.hopAfter(batch.hop), followed))
  }

  /** {@link Emit.out} for a step that works on columns: the event at a place of a batch, which of its events is followed told by the caller. */
  outAt(batch: Batch<unknown>, index: number, isFollowedHere: boolean, payload: B): void {
    const context = batch.contexts[index]
    if (context === undefined) return
    if (this.hop.previous !== batch.hop) this.comeBy(batch.hop)
    if (isFollowedHere) this.followed.push(this.payloads.length)
    this.contexts.push(isFollowedHere ? this.below(context) : context)
    this.payloads.push(payload)
  }

  /** {@link outAt} with another event time. */
  outAtTime(batch: Batch<unknown>, index: number, isFollowedHere: boolean, payload: B, eventTime: UtcTime): void {
    const context = batch.contexts[index]
    if (context === undefined) return
    this.push(batch.hop, payload, contextAt(isFollowedHere ? this.below(context) : context, eventTime), isFollowedHere)
  }

  /** Takes the event at a place of a batch into a set of contributors. */
  absorb(contributors: Contributors, context: EventContext, hop: Hop | undefined, isFollowedHere: boolean): void {
    if (isFollowedHere && context.trace.sampled) {
      contributors.addSampled(this.below(context), hop, this.hooks.now())
    } else contributors.add(context, hop)
  }

  /** {@link absorb} for a store: where the event is sampled, a `put` span that is linked to the writer of the previous value. */
  put(contributors: Contributors, context: EventContext, hop: Hop | undefined, isFollowedHere: boolean): void {
    if (isFollowedHere && context.trace.sampled) {
      const below = this.below(context)
      this.hooks.access("put", below, contributors.last)
      contributors.addSampled(below, hop, this.hooks.now())
    } else contributors.add(context, hop)
  }

  /** A followed event reads a store: a `get` span, linked to the writer of the value, if the event is sampled. */
  get(contributors: Contributors | undefined, context: EventContext): void {
    if (context.trace.sampled) this.hooks.access("get", this.below(context), contributors?.last)
  }

  /** An event as it is kept in state, to be {@link joined}. */
  keep(context: EventContext, isFollowedHere: boolean): Kept {
    if (!isFollowedHere) return { context, followed: false, since: undefined }
    return { context: this.below(context), followed: true, since: context.trace.sampled ? this.hooks.now() : undefined }
  }

  /**
   * {@link outAt} for an output made of an event and of one kept in state. It continues the trace of the event at hand by a span of its own, linked to the other's;
   * of the other, if only that is sampled.
   */
  joined(
    batch: Batch<unknown>,
    index: number,
    isFollowedHere: boolean,
    kept: Kept,
    payload: B,
    eventTime: UtcTime
  ): void {
    const context = batch.contexts[index]
    if (context === undefined) return
    this.push(
      batch.hop,
      payload,
      isFollowedHere || kept.followed ? this.joinedContext(context, kept, eventTime) : contextAt(context, eventTime),
      isFollowedHere || kept.followed
    )
  }

  /** One output made from one event that was kept in state and leaves. */
  released({ context, followed, since }: Kept, payload: B, eventTime: UtcTime): void {
    if (!followed) {
      this.push(undefined, payload, contextAt(context, eventTime), false)
      return
    }
    const span = this.emission(context, since, [])
    this.push(undefined, payload, this.lineageBelow(context, span, [context], eventTime), true)
  }

  out(from: Envelope<unknown>, payload: B): void {
    if (this.hop.previous !== from.hop) this.comeBy(from.hop)
    if (from.followed) {
      this.followed.push(this.payloads.length)
      this.contexts.push(this.below(from.context))
    } else this.contexts.push(from.context)
    this.payloads.push(payload)
  }

  derived(trigger: EventContext, payload: B, eventTime = trigger.eventTime): void {
    const followed = isFollowed(trigger)
    this.push(undefined, payload, contextAt(followed ? this.below(trigger) : trigger, eventTime), followed)
  }

  hold({ context, followed, hop }: Envelope<unknown>): Held {
    return followed
      ? { context: this.below(context), hop, absorbedAt: context.trace.sampled ? this.hooks.now() : undefined }
      : { context, hop, absorbedAt: undefined }
  }

  continued(from: Origin, payload: B, joining: Joining = {}): void {
    const { absorbedAt, context, hop } = from
    const { eventTime = context.eventTime, joined, links = noContexts } = joining
    if (joined === undefined && !isFollowed(context)) {
      this.push(hop, payload, contextAt(context, eventTime), false)
      return
    }
    const others = links.filter(({ id }) => id !== context.id)
    const span = this.emission(context, absorbedAt, others)
    const trace = span === undefined ? context.trace : traceBelow(context.trace, span.spanId)
    // What was kept has this stage's step from when it was taken in.
    const lineage = joined !== undefined
      ? this.hooks.joined(context, hop, joined)
      : absorbedAt === undefined
      ? this.hooks.lineage(context, [context], 1)
      : context.lineage
    this.push(hop, payload, contextBelow(context, trace, lineage, eventTime))
  }

  merged(contributors: Contributors, payload: B, eventTime = contributors.to): void {
    const trigger = contributors.trigger()
    if (trigger === undefined) return
    const { absorbedAt, context } = trigger
    // Most: numbered by their source and never looked into, so neither sampled nor with lineage. They come by no hop before this one, as those of
    // many keys came by many: each would be a batch of its own.
    if (context instanceof SequenceContext) {
      this.push(undefined, payload, contextAt(context, eventTime), false)
      return
    }
    const links = contributors.sampled?.flatMap((each) => each.context === context ? [] : [each.context]) ?? []
    const span = this.emission(context, absorbedAt, links)
    const trace = span === undefined ? context.trace : traceBelow(context.trace, span.spanId)
    const lineage = this.hooks.lineage(context, contributors.named(), contributors.count)
    this.push(contributors.lastHop, payload, contextBelow(context, trace, lineage, eventTime))
  }

  event(from: Envelope<unknown>, payload: B, context: EventContext): void {
    if (!from.followed) {
      this.push(from.hop, payload, context)
      return
    }
    const span = this.spans.get(from.context)
    const trace = span === undefined ? context.trace : traceBelow(context.trace, span.spanId)
    const lineage = this.hooks.lineage(context, [from.context], 1)
    this.push(from.hop, payload, contextBelow(context, trace, lineage, context.eventTime))
  }

  begins(from: Envelope<unknown>, payload: B, context: EventContext, name: string): void {
    const upstream = from.followed ? this.below(from.context) : from.context
    const begun = this.hooks.begins(upstream, context, name)
    this.push(from.hop, payload, isFollowed(begun) ? this.below(begun) : begun)
  }

  ends(from: Envelope<unknown>, kind: string, id?: string): void {
    const { context, followed, hop } = from
    if (followed || this.hooks.isSlow(context.ingestTime)) this.notes.push({ what: "ended", context, hop, kind, id })
  }

  retracted({ context, hop }: Envelope<unknown>): void {
    this.notes.push({ what: "retracted", context, hop, kind: "", id: undefined })
  }

  headers({ context }: Envelope<unknown>): Readonly<Record<string, string>> {
    const { trace } = context
    const span = trace.sampled ? this.spans.get(context) : undefined
    // Not sampled: whoever continues the trace is to know that, and its parent is the root that the flight recorder would make.
    return inject(
      traceBelow(trace, span?.spanId ?? (trace.sampled ? trace.spanId : undefined) ?? recordedRootId(trace.traceId))
    )
  }

  filtered(_from: Envelope<unknown>, reason: string): void {
    this.addFiltered(reason, 1)
  }

  late(from: Envelope<unknown>, message: string): void {
    this.dead(from, "Late", message)
  }

  dead(
    { context, hop }: Pick<Envelope<unknown>, "context" | "hop">,
    errorKind: ErrorKind,
    message: string,
    retryCount = 0
  ): void {
    this.rejections.push({ context, hop, errorKind, message, retryCount })
  }

  shed(from: Envelope<unknown>, message: string): void {
    this.dead(from, "Shed", message)
  }

  watermark(time: UtcTime): void {
    this.control({ _tag: "Watermark", time })
  }

  /** Counts events that are not wanted further down. */
  addFiltered(reason: string, events: number): void {
    this.filteredReasons.push(reason)
    this.filteredCounts.push(events)
  }

  private joinedContext(event: EventContext, kept: Kept, eventTime: UtcTime): EventContext {
    const parents = [event, kept.context]
    if (kept.since !== undefined && event.trace.sampled) this.hooks.waited(kept.context, kept.since)
    const own = this.emission(event, undefined, kept.since === undefined ? noContexts : [kept.context])
    if (own !== undefined) {
      return this.lineageBelow(event, own, parents, eventTime)
    }
    if (kept.since !== undefined) {
      return this.lineageBelow(kept.context, this.emission(kept.context, kept.since, []), parents, eventTime)
    }
    return this.lineageBelow(event.lineage === undefined ? kept.context : event, undefined, parents, eventTime)
  }

  private lineageBelow(
    context: EventContext,
    span: Tracer.Span | undefined,
    parents: ReadonlyArray<EventContext>,
    eventTime: UtcTime
  ): EventContext {
    const trace = span === undefined ? context.trace : traceBelow(context.trace, span.spanId)
    return contextBelow(context, trace, this.hooks.lineage(context, parents, parents.length), eventTime)
  }

  private push(previous: Hop | undefined, payload: B, context: EventContext, followed = isFollowed(context)): void {
    if (this.hop.previous !== previous) this.comeBy(previous)
    if (followed) this.followed.push(this.payloads.length)
    this.payloads.push(payload)
    this.contexts.push(context)
  }

  /** Closes the batch being filled. */
  private cut(): void {
    if (this.payloads.length === 0) return
    this.elements.push(batchOf(this.payloads, this.contexts, this.hop, this.followed))
    this.dropBatch()
  }

  private dropBatch(): void {
    this.payloads = []
    this.contexts = []
    this.followed = []
  }

  /** The next outputs come after another hop. */
  private comeBy(previous: Hop | undefined): void {
    this.cut()
    this.hopAfter(previous)
  }

  /** A batch's contexts, those of the followed replaced. */
  private belowThis({ contexts, followed }: Batch<unknown>): ReadonlyArray<EventContext> {
    const below = contexts.slice()
    for (const index of followed) {
      const context = contexts[index]
      if (context !== undefined) below[index] = this.below(context)
    }
    return below
  }

  /** The context of an output: below this stage's span, with this stage's lineage step. Made once per event and array. */
  private below(context: EventContext): EventContext {
    const known = this.belowContexts.get(context)
    if (known !== undefined) return known
    const span = this.emission(context, undefined, noContexts)
    const next = contextBelow(
      context,
      span === undefined ? context.trace : traceBelow(context.trace, span.spanId),
      this.hooks.lineage(context, [context], 1),
      context.eventTime
    )
    this.belowContexts.set(context, next)
    return next
  }

  /** The span that outputs of this context are below: the event's own in this array, else one for what state gives rise to. */
  private emission(
    context: EventContext,
    absorbedAt: bigint | undefined,
    links: ReadonlyArray<EventContext>
  ): Tracer.Span | undefined {
    if (!context.trace.sampled) return undefined
    const own = this.spans.get(context)
    if (own !== undefined && links.length === 0) return own
    // Linked to others, an output has a span of its own: the next output of the same event may be made with others still.
    const span = this.hooks.emission(own === undefined ? context : this.below(context), absorbedAt, links)
    if (span !== undefined) this.emissions.push({ context, span })
    return span
  }

  private hopAfter(previous: Hop | undefined): OpenHop {
    const known = this.hops.find((hop) => hop.previous === previous)
    const hop = known ?? { stage: this.stage, enter: this.enter, exit: this.enter, previous }
    if (known === undefined) this.hops.push(hop)
    this.hop = hop
    return hop
  }
}
