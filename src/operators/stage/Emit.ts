/**
 * What a step may do with its events, and how the outputs get their context.
 *
 * A collector serves one stage and is filled anew for every array. Cost per output of an event that is neither sampled nor followed by
 * lineage: one envelope, no call.
 */
import type { Tracer } from "effect"
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import { type Element, type Envelope, envelope, type EventContext, type Hop } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"

/** A step's only way out. Each input is counted `processed` unless one of `filtered`, `late`, `dead` or `shed` was called for it. */
export interface Emit<in B> {
  /** One output made from one input: same trace, same event, a new payload. */
  out(from: Envelope<unknown>, payload: B): void
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

interface Mark {
  readonly output: number
  readonly rejections: number
  readonly emitted: number
  readonly filteredCount: number
  readonly lateCount: number
  readonly deadCount: number
  readonly shedCount: number
  readonly filteredReasons: ReadonlyMap<string, number>
}

interface OpenHop {
  readonly stage: string
  readonly enter: bigint
  exit: bigint
  readonly previous: Hop | undefined
}

export class Collector<B> implements Emit<B> {
  output: Array<Element<B>> = []
  rejections: Array<Rejection> = []
  emitted = 0
  filteredCount = 0
  lateCount = 0
  deadCount = 0
  shedCount = 0
  readonly filteredReasons: Map<string, number>
  readonly spans = new Map<EventContext, Tracer.Span>()
  private readonly stage: string
  private readonly contexts: Contexts
  private readonly derivedContexts = new Map<EventContext, EventContext>()
  private hops: Array<OpenHop> = []
  private hop: OpenHop | undefined
  private enter = 0n

  constructor(stage: string, contexts: Contexts, filteredReasons: Map<string, number>) {
    this.stage = stage
    this.contexts = contexts
    this.filteredReasons = filteredReasons
  }

  /** Empties the collector for the next array, entered at `enter` (monotonic ns). */
  begin(enter: bigint): void {
    this.output = []
    this.rejections = []
    this.emitted =
      this.filteredCount =
      this.lateCount =
      this.deadCount =
      this.shedCount =
        0
    this.enter = enter
    this.hops = []
    this.hop = undefined
    if (this.spans.size > 0) this.spans.clear()
    if (this.derivedContexts.size > 0) this.derivedContexts.clear()
  }

  /** Where the collector stands, to go back to. */
  mark(): Mark {
    const { output, rejections, emitted, filteredCount, lateCount, deadCount, shedCount } = this
    return {
      output: output.length,
      rejections: rejections.length,
      emitted,
      filteredCount,
      lateCount,
      deadCount,
      shedCount,
      filteredReasons: new Map(this.filteredReasons)
    }
  }

  /** Takes back what was emitted since `mark`. */
  rewind(mark: Mark): void {
    this.output.length = mark.output
    this.rejections.length = mark.rejections
    this.emitted = mark.emitted
    this.filteredCount = mark.filteredCount
    this.lateCount = mark.lateCount
    this.deadCount = mark.deadCount
    this.shedCount = mark.shedCount
    this.filteredReasons.clear()
    for (const [reason, count] of mark.filteredReasons) this.filteredReasons.set(reason, count)
  }

  /** Closes the hops of this array. */
  finish(exit: bigint): void {
    for (const hop of this.hops) hop.exit = exit
  }

  out(from: Envelope<unknown>, payload: B): void {
    const { context, followed } = from
    this.emitted++
    this.output.push({
      _tag: "Event",
      payload,
      context: followed ? this.contextOf(context) : context,
      hop: this.hop !== undefined && this.hop.previous === from.hop ? this.hop : this.hopAfter(from.hop),
      followed
    })
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
    this.emitted++
    this.output.push(envelope(payload, context, this.hopAfter(undefined)))
  }

  event(from: Envelope<unknown>, payload: B, context: EventContext): void {
    const span = this.spans.get(from.context)
    const below = span === undefined ? context : { ...context, trace: { ...context.trace, spanId: span.spanId } }
    this.emitted++
    this.output.push(envelope(payload, below, this.hopAfter(from.hop)))
  }

  filtered(_from: Envelope<unknown>, reason: string): void {
    this.filteredCount++
    this.filteredReasons.set(reason, (this.filteredReasons.get(reason) ?? 0) + 1)
  }

  late(from: Envelope<unknown>, message: string): void {
    this.lateCount++
    this.rejections.push({ context: from.context, errorKind: "Late", message, retryCount: 0 })
  }

  dead(from: Envelope<unknown>, errorKind: ErrorKind, message: string, retryCount = 0): void {
    this.deadCount++
    this.rejections.push({ context: from.context, errorKind, message, retryCount })
  }

  shed(from: Envelope<unknown>, message: string): void {
    this.shedCount++
    this.rejections.push({ context: from.context, errorKind: "Shed", message, retryCount: 0 })
  }

  watermark(time: UtcTime): void {
    this.output.push({ _tag: "Watermark", time })
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

  private hopAfter(previous: Hop | undefined): Hop {
    for (const known of this.hops) {
      if (known.previous === previous) {
        this.hop = known
        return known
      }
    }
    const hop: OpenHop = { stage: this.stage, enter: this.enter, exit: this.enter, previous }
    this.hops.push(hop)
    this.hop = hop
    return hop
  }
}
