/**
 * What a step may do with its events, and how the outputs get their context.
 *
 * A collector serves one stage and is filled anew for every array. Cost per output of an event that is neither sampled nor followed by
 * lineage: two entries in the columns of a batch, no look into the context.
 */
import type { Tracer } from "effect"
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import { type Control, type Envelope, type EventContext, type Hop, isFollowed } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import type { Batch, Segment } from "./Batch.ts"

/** A step's only way out. Each input is counted `processed` unless one of `filtered`, `late`, `dead` or `shed` was called for it. */
export interface Emit<in B> {
  /** One output made from one input: same trace, same event, a new payload. */
  out(from: Envelope<unknown>, payload: B): void
  /** One output from a context kept in state: the output continues the trace of the event that triggered it. */
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
  readonly segments: number
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
  readonly rejections: Array<Rejection> = []
  /** Reasons, and under the same index how many events were filtered for it. A reason may come again. */
  readonly filteredReasons: Array<string> = []
  readonly filteredCounts: Array<number> = []
  readonly spans = new Map<EventContext, Tracer.Span>()
  private readonly stage: string
  private readonly hooks: Contexts
  private readonly derivedContexts = new Map<EventContext, EventContext>()
  private readonly hops: Array<OpenHop> = []
  private segments: Array<Segment<B>> = []
  // The batch being filled, and the hop that its events come by.
  private payloads: Array<B> = []
  private contexts: Array<EventContext> = []
  private followed: Array<number> = []
  private hop: OpenHop
  private enter = 0n

  constructor(stage: string, hooks: Contexts) {
    this.stage = stage
    this.hooks = hooks
    this.hop = { stage, enter: 0n, exit: 0n, previous: undefined }
  }

  /** Empties the collector for the next array, entered at `enter` (monotonic ns). */
  begin(enter: bigint): void {
    this.segments = []
    this.enter = enter
    this.hop = { stage: this.stage, enter, exit: enter, previous: undefined }
    this.hops.length = 0
    this.hops.push(this.hop)
    if (this.payloads.length > 0) this.dropBatch()
    if (this.rejections.length > 0) this.rejections.length = 0
    if (this.filteredReasons.length > 0) this.filteredReasons.length = this.filteredCounts.length = 0
    if (this.spans.size > 0) this.spans.clear()
    if (this.derivedContexts.size > 0) this.derivedContexts.clear()
  }

  /** Closes the hops of this array and gives what was emitted. */
  finish(exit: bigint): ReadonlyArray<Segment<B>> {
    for (const hop of this.hops) hop.exit = exit
    this.cut()
    return this.segments
  }

  /** Where the collector stands, to go back to. */
  mark(): Mark {
    this.cut()
    return {
      segments: this.segments.length,
      rejections: this.rejections.length,
      filtered: this.filteredReasons.length
    }
  }

  /** Takes back what was emitted since `mark`. */
  rewind(mark: Mark): void {
    this.dropBatch()
    this.segments.length = mark.segments
    this.rejections.length = mark.rejections
    this.filteredReasons.length = this.filteredCounts.length = mark.filtered
  }

  /** Passes a control on, in its place. */
  control(control: Control): void {
    this.cut()
    this.segments.push(control)
  }

  /** One output for each event of a batch. */
  mapBatch<A>(batch: Batch<A>, f: (payload: A) => B): void {
    const payloads: Array<B> = []
    for (const payload of batch.payloads) payloads.push(f(payload))
    this.cut()
    this.segments.push({
      _tag: "Batch",
      payloads,
      contexts: batch.followed.length === 0 ? batch.contexts : this.belowThis(batch),
      hop: this.hopAfter(batch.hop),
      followed: batch.followed
    })
  }

  /** The events of a batch that pass, as they are. Where all do, its columns are handed on without a copy. */
  filterBatch(
    batch: Batch<B>,
    predicate: (payload: B, context: EventContext) => boolean,
    reason: string
  ): void {
    let passing = 0
    for (const payload of batch.payloads) {
      const context = batch.contexts[passing]
      if (context === undefined || !predicate(payload, context)) break
      passing++
    }
    if (passing === batch.payloads.length) {
      this.passBatch(batch)
      return
    }
    const payloads = batch.payloads.slice(0, passing)
    const contexts = batch.contexts.slice(0, passing)
    // Where the followed events are afterwards; those before the first that goes stay where they are.
    const followed = batch.followed.filter((place) => place < passing)
    let next = followed.length
    let index = -1
    for (const payload of batch.payloads) {
      index++
      if (index < passing) continue
      const isNext = batch.followed[next] === index
      if (isNext) next++
      const context = batch.contexts[index]
      if (index === passing || context === undefined || !predicate(payload, context)) continue
      if (isNext) followed.push(payloads.length)
      payloads.push(payload)
      contexts.push(context)
    }
    this.addFiltered(reason, batch.payloads.length - payloads.length)
    if (payloads.length === 0) return
    // Batches are written out in one order of properties, never spread: so they are of one shape for the compiler.
    this.passBatch({ _tag: "Batch", payloads, contexts, hop: batch.hop, followed })
  }

  private passBatch(batch: Batch<B>): void {
    this.cut()
    this.segments.push({
      _tag: "Batch",
      payloads: batch.payloads,
      contexts: batch.followed.length === 0 ? batch.contexts : this.belowThis(batch),
      hop: this.hopAfter(batch.hop),
      followed: batch.followed
    })
  }

  out(from: Envelope<unknown>, payload: B): void {
    if (this.hop.previous !== from.hop) this.comeBy(from.hop)
    if (from.followed) {
      this.followed.push(this.payloads.length)
      this.contexts.push(this.contextOf(from.context))
    } else this.contexts.push(from.context)
    this.payloads.push(payload)
  }

  derived(
    trigger: EventContext,
    payload: B,
    parents: ReadonlyArray<EventContext> = [trigger],
    parentCount = parents.length
  ): void {
    const span = this.spans.get(trigger)
    const lineage = this.hooks.lineage(trigger, parents, parentCount)
    this.push(
      undefined,
      payload,
      span === undefined && lineage === trigger.lineage ? trigger : {
        ...trigger,
        lineage,
        trace: span === undefined ? trigger.trace : { ...trigger.trace, spanId: span.spanId }
      }
    )
  }

  event(from: Envelope<unknown>, payload: B, context: EventContext): void {
    const span = this.spans.get(from.context)
    this.push(
      from.hop,
      payload,
      span === undefined ? context : { ...context, trace: { ...context.trace, spanId: span.spanId } }
    )
  }

  filtered(_from: Envelope<unknown>, reason: string): void {
    this.addFiltered(reason, 1)
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

  private addFiltered(reason: string, events: number): void {
    this.filteredReasons.push(reason)
    this.filteredCounts.push(events)
  }

  private push(previous: Hop | undefined, payload: B, context: EventContext): void {
    if (this.hop.previous !== previous) this.comeBy(previous)
    if (isFollowed(context)) this.followed.push(this.payloads.length)
    this.payloads.push(payload)
    this.contexts.push(context)
  }

  /** Closes the batch being filled. */
  private cut(): void {
    const { contexts, followed, hop, payloads } = this
    if (payloads.length === 0) return
    this.segments.push({ _tag: "Batch", payloads, contexts, hop, followed })
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
      if (context !== undefined) below[index] = this.contextOf(context)
    }
    return below
  }

  /** The context of an output: below this stage's span, with this stage's lineage step. Made once per event and array. */
  private contextOf(context: EventContext): EventContext {
    const known = this.derivedContexts.get(context)
    if (known !== undefined) return known
    const span = this.spans.get(context)
    const next: EventContext = {
      ...context,
      lineage: this.hooks.lineage(context, [context], 1),
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
