/**
 * The contexts of what a stage emits for events that are followed: below the stage's span, with its lineage step.
 *
 * Filled anew for every array. State: of its followed events the spans, and one context for each that was asked for.
 */
import type { Tracer } from "effect"
import { contextBelow, type EventContext, type Held, traceBelow } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import type { CollectorHooks } from "./CollectorHooks.ts"
import { type Followed, followed, FollowedEvents } from "./FollowedEvents.ts"

/** What an output's context takes from elsewhere than the event that it continues. */
interface Descent {
  /** When that event was taken into state, if it was; ns since the Unix epoch. */
  readonly absorbedAt?: bigint | undefined
  /** Other events that the output is made of and that are sampled. */
  readonly links?: ReadonlyArray<EventContext>
  /** Default: the event's own. */
  readonly eventTime?: UtcTime
}

const noLinks: ReadonlyArray<EventContext> = []

export class OutputContexts {
  /** The followed events of this array that something was made for. */
  readonly events = new FollowedEvents()
  /** What has a span that has not ended yet: events, and what was emitted from state. */
  unended: Array<Followed> = []
  private readonly hooks: CollectorHooks

  constructor(hooks: CollectorHooks) {
    this.hooks = hooks
  }

  clear(): void {
    this.events.clear()
    if (this.unended.length > 0) this.unended = []
  }

  /** The span of this array's event in this stage. */
  spanOf(context: EventContext): Tracer.Span | undefined {
    return this.events.find(context)?.span
  }

  /** The span of this array's event, begun by `begin` if it is not there. */
  open(context: EventContext, begin: () => Tracer.Span | undefined): Tracer.Span | undefined {
    const event = this.events.find(context)
    if (event?.span !== undefined) return event.span
    const span = begin()
    if (span === undefined) return undefined
    const opened = event ?? this.events.add(followed(context))
    opened.span = span
    this.unended.push(opened)
    return span
  }

  /** Of an output made from one event alone. Made once an event and array. */
  below(context: EventContext): EventContext {
    const event = this.events.find(context) ?? this.events.add(followed(context))
    if (event.below !== undefined) return event.below
    const lineage = this.hooks.lineage(context, [context], 1)
    event.below = event.span === undefined
      ? this.from(context, lineage)
      : underSpan(context, event.span, lineage, context.eventTime)
    return event.below
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
  joined(event: EventContext, held: Held, eventTime: UtcTime): EventContext {
    const parents = [event, held.context]
    const lineage = (of: EventContext) => this.hooks.lineage(of, parents, 2)
    if (held.absorbedAt !== undefined && event.trace.sampled) this.hooks.waited(held.context, held.absorbedAt)
    const own = this.emission(event, undefined, held.absorbedAt === undefined ? noLinks : [held.context])
    if (own !== undefined) return underSpan(event, own, lineage(event), eventTime)
    const { absorbedAt, context } = held
    if (absorbedAt !== undefined) return this.from(context, lineage(context), { absorbedAt, eventTime })
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
    const own = this.spanOf(context)
    if (own !== undefined && links.length === 0) return own
    // Linked to others, an output has a span of its own: the next output of the same event may be made with others still.
    const span = this.hooks.emission(own === undefined ? context : this.below(context), absorbedAt, links)
    if (span !== undefined) this.unended.push(followed(context, span))
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
