/**
 * What a step may do with its events, and how the outputs get their context.
 *
 * A collector serves one stage and is filled anew for every array. Cost per output of an event that is neither sampled nor followed by
 * lineage: one envelope, no look into the context.
 */
import type { Tracer } from "effect"
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import { type Element, type Envelope, envelope, type EventContext, type Hop } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"

/** A step's only way out. Each input is counted `processed` unless one of `filtered`, `late`, `dead` or `shed` was called for it. */
export interface Emit<in B> {
  /** One output made from one input: same trace, same event, a new payload. */
  out(from: Envelope<unknown>, payload: B): void
  /** `out` for every event, with the payload that `f` makes of it. The fastest way through a stage. */
  outEach<A>(events: ReadonlyArray<Envelope<A>>, f: (payload: A) => B): void
  /** The same, from a context kept in state: the output continues the trace of the event that triggered it. */
  derived(trigger: EventContext, payload: B, parents?: ReadonlyArray<EventContext>, parentCount?: number): void
  /** A new event, with a context of its own (a decoder that learns the true id; a source). */
  event(from: Envelope<unknown>, payload: B, context: EventContext): void
  /** Not wanted further down; counted by reason. */
  filtered(from: Envelope<unknown>, reason: string): void
  /** Past its lateness: counted, and a dead letter of kind `Late`. */
  late(from: Envelope<unknown>, message: string): void
  /** Given up: a dead letter. */
  dead(from: Envelope<unknown>, errorKind: ErrorKind, message: string, retryCount?: number): void
  /** Dropped by a flow policy: counted, and a dead letter of kind `Shed`. */
  shed(from: Envelope<unknown>, message: string): void
  /** Moves the watermark of everything below. Only for steps that assign watermarks. */
  watermark(time: UtcTime): void
}

/** A record that was given up, before it becomes a dead letter. */
export interface Rejection {
  readonly context: EventContext
  readonly errorKind: ErrorKind
  readonly message: string
  readonly retryCount: number
}

/** What the collector needs from the stage's hooks. */
export interface Contexts {
  readonly lineage: (
    event: EventContext,
    parents: ReadonlyArray<EventContext>,
    parentCount: number
  ) => EventContext["lineage"]
}

/** How much was in the collector at some moment. */
export interface Mark {
  readonly output: number
  readonly controls: number
  readonly rejections: number
  readonly filtered: number
}

interface OpenHop {
  readonly stage: string
  readonly enter: bigint
  exit: bigint
  readonly previous: Hop | undefined
}

export class Collector<B> implements Emit<B> {
  output: Array<Element<B>> = []
  readonly rejections: Array<Rejection> = []
  /** The reason of each filtered event of this array. */
  readonly filteredReasons: Array<string> = []
  readonly spans = new Map<EventContext, Tracer.Span>()
  private readonly stage: string
  private readonly contexts: Contexts
  private readonly derivedContexts = new Map<EventContext, EventContext>()
  private readonly hops: Array<OpenHop> = []
  private hop: OpenHop
  private enter = 0n
  private controls = 0

  constructor(stage: string, contexts: Contexts) {
    this.stage = stage
    this.contexts = contexts
    this.hop = { stage, enter: 0n, exit: 0n, previous: undefined }
  }

  /** Empties the collector for the next array, entered at `enter` (monotonic ns). */
  begin(enter: bigint): void {
    this.output = []
    this.enter = enter
    this.controls = 0
    this.hop = { stage: this.stage, enter, exit: enter, previous: undefined }
    this.hops.length = 0
    this.hops.push(this.hop)
    if (this.rejections.length > 0) this.rejections.length = 0
    if (this.filteredReasons.length > 0) this.filteredReasons.length = 0
    if (this.spans.size > 0) this.spans.clear()
    if (this.derivedContexts.size > 0) this.derivedContexts.clear()
  }

  /** Closes the hops of this array. */
  finish(exit: bigint): void {
    for (const hop of this.hops) hop.exit = exit
  }

  /** Events among the outputs. */
  get emitted(): number {
    return this.output.length - this.controls
  }

  /** Where the collector stands, to go back to. */
  mark(): Mark {
    return {
      output: this.output.length,
      controls: this.controls,
      rejections: this.rejections.length,
      filtered: this.filteredReasons.length
    }
  }

  /** Takes back what was emitted since `mark`. */
  rewind(mark: Mark): void {
    this.output.length = mark.output
    this.controls = mark.controls
    this.rejections.length = mark.rejections
    this.filteredReasons.length = mark.filtered
  }

  /** Passes a control on, in its place. */
  control(control: Exclude<Element<B>, Envelope<B>>): void {
    this.controls++
    this.output.push(control)
  }

  out(from: Envelope<unknown>, payload: B): void {
    const { context, followed, hop } = from
    this.output.push({
      _tag: "Event",
      payload,
      context: followed ? this.contextOf(context) : context,
      hop: this.hop.previous === hop ? this.hop : this.hopAfter(hop),
      followed
    })
  }

  outEach<A>(events: ReadonlyArray<Envelope<A>>, f: (payload: A) => B): void {
    const { output } = this
    let current = this.hop
    for (const { context, followed, hop, payload } of events) {
      if (current.previous !== hop) current = this.hopAfter(hop)
      output.push({
        _tag: "Event",
        payload: f(payload),
        context: followed ? this.contextOf(context) : context,
        hop: current,
        followed
      })
    }
  }

  derived(
    trigger: EventContext,
    payload: B,
    parents: ReadonlyArray<EventContext> = [trigger],
    parentCount = parents.length
  ): void {
    const span = this.spans.get(trigger)
    const lineage = this.contexts.lineage(trigger, parents, parentCount)
    const context = span === undefined && lineage === trigger.lineage ? trigger : {
      ...trigger,
      lineage,
      trace: span === undefined ? trigger.trace : { ...trigger.trace, spanId: span.spanId }
    }
    this.output.push(envelope(payload, context, this.hopAfter(undefined)))
  }

  event(from: Envelope<unknown>, payload: B, context: EventContext): void {
    const span = this.spans.get(from.context)
    const below = span === undefined ? context : { ...context, trace: { ...context.trace, spanId: span.spanId } }
    this.output.push(envelope(payload, below, this.hopAfter(from.hop)))
  }

  filtered(_from: Envelope<unknown>, reason: string): void {
    this.filteredReasons.push(reason)
  }

  late(from: Envelope<unknown>, message: string): void {
    this.rejections.push({ context: from.context, errorKind: "Late", message, retryCount: 0 })
  }

  dead(from: Envelope<unknown>, errorKind: ErrorKind, message: string, retryCount = 0): void {
    this.rejections.push({ context: from.context, errorKind, message, retryCount })
  }

  shed(from: Envelope<unknown>, message: string): void {
    this.rejections.push({ context: from.context, errorKind: "Shed", message, retryCount: 0 })
  }

  watermark(time: UtcTime): void {
    this.control({ _tag: "Watermark", time })
  }

  /** The context of an output: below this stage's span, with this stage's lineage step. Made once per event and array. */
  private contextOf(context: EventContext): EventContext {
    const known = this.derivedContexts.get(context)
    if (known !== undefined) return known
    const span = this.spans.get(context)
    const next: EventContext = {
      ...context,
      lineage: this.contexts.lineage(context, [context], 1),
      trace: span === undefined ? context.trace : { ...context.trace, spanId: span.spanId }
    }
    this.derivedContexts.set(context, next)
    return next
  }

  private hopAfter(previous: Hop | undefined): OpenHop {
    const known = this.hops.find((hop) => hop.previous === previous)
    const hop = known ?? { stage: this.stage, enter: this.enter, exit: this.enter, previous }
    if (known === undefined) this.hops.push(hop)
    this.hop = hop
    return hop
  }
}
