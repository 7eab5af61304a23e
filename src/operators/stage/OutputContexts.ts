/**
 * The contexts of what a stage emits for events that are followed: below the stage's span, with its lineage step.
 *
 * Filled anew for every array. State: the spans of the array's sampled events, and one context for each event that was asked for.
 */
import type { Tracer } from "effect"
import { contextBelow, type EventContext, traceBelow } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import type { CollectorHooks } from "./CollectorHooks.ts"

/** One event kept in state, to be joined with another. */
export interface Kept {
  /** Below the span that kept it. */
  readonly context: EventContext
  readonly followed: boolean
  /** Since when it waits, ns since the Unix epoch; `undefined` if it is not sampled. */
  readonly since: bigint | undefined
}

/** What an output's context takes from elsewhere than the event that it continues. */
interface Descent {
  /** When that event was taken into state, if it was; ns since the Unix epoch. */
  readonly absorbedAt?: bigint | undefined
  /** Other events that the output is made of and that are sampled. */
  readonly links?: ReadonlyArray<EventContext>
  /** Default: the event's own. */
  readonly eventTime?: UtcTime
}

interface OpenSpan {
  readonly context: EventContext
  readonly span: Tracer.Span
}

const noLinks: ReadonlyArray<EventContext> = []

export class OutputContexts {
  /** Spans of this array's sampled events. */
  spans = new Map<EventContext, Tracer.Span>()
  /** What has not ended yet: spans of events, and of what was emitted from state. */
  readonly open: Array<OpenSpan> = []
  private made = new Map<EventContext, EventContext>()
  private readonly hooks: CollectorHooks

  constructor(hooks: CollectorHooks) {
    this.hooks = hooks
  }

  clear(): void {
    // Not cleared: a cleared map's old table goes on holding its entries and the next table, so that dead arrays outlive young collections.
    if (this.spans.size > 0) this.spans = new Map()
    if (this.made.size > 0) this.made = new Map()
    if (this.open.length > 0) this.open.length = 0
  }

  /** Of an output made from one event alone. Made once an event and array. */
  below(context: EventContext): EventContext {
    const known = this.made.get(context)
    if (known !== undefined) return known
    const next = this.from(context, this.hooks.lineage(context, [context], 1))
    this.made.set(context, next)
    return next
  }

  /** Of an output that continues `context` with this lineage. */
  from(
    context: EventContext,
    lineage: EventContext["lineage"],
    { absorbedAt, eventTime = context.eventTime, links = noLinks }: Descent = {}
  ): EventContext {
    return underSpan(context, this.emission(context, absorbedAt, links), lineage, eventTime)
  }

  /** Of an output made of an event and of one kept in state: see `Collector.joined`. */
  joined(event: EventContext, kept: Kept, eventTime: UtcTime): EventContext {
    const parents = [event, kept.context]
    const lineage = (of: EventContext) => this.hooks.lineage(of, parents, 2)
    if (kept.since !== undefined && event.trace.sampled) this.hooks.waited(kept.context, kept.since)
    const own = this.emission(event, undefined, kept.since === undefined ? noLinks : [kept.context])
    if (own !== undefined) return underSpan(event, own, lineage(event), eventTime)
    const { context, since } = kept
    if (since !== undefined) return this.from(context, lineage(context), { absorbedAt: since, eventTime })
    const followed = event.lineage === undefined ? context : event
    return underSpan(followed, undefined, lineage(followed), eventTime)
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
    if (span !== undefined) this.open.push({ context, span })
    return span
  }
}

/** A context below a span, if there is one. */
export const underSpan = (
  context: EventContext,
  span: Tracer.Span | undefined,
  lineage: EventContext["lineage"],
  eventTime: UtcTime
): EventContext =>
  contextBelow(context, span === undefined ? context.trace : traceBelow(context.trace, span.spanId), lineage, eventTime)
