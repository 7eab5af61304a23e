/**
 * Takes what a step emits and gives it its context.
 *
 * A collector serves one stage and is filled anew for every array. Cost per output of an event that is neither sampled nor followed by
 * lineage: two entries in the columns of a batch, no look into the context.
 */
import type { ErrorKind } from "../../../domain/deadletter/DeadLetter.ts"
import { arrayOf } from "../../../domain/stream/arrayOf.ts"
import { type Batch, batch as batchOf, type Element } from "../../../domain/stream/Batch.ts"
import type { Contributors } from "../../../domain/stream/Contributors.ts"
import {
  type Control,
  type EventContext,
  type Held,
  type Hop,
  isFollowed,
  type Origin,
  traceBelow
} from "../../../domain/stream/Envelope.ts"
import { contextAt, isNumbered } from "../../../domain/stream/SequenceContext.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { inject } from "../../../domain/tracing/propagation.ts"
import { recordedRootId } from "../../../domain/tracing/retroactiveSpans.ts"
import type { Emit, Joining } from "../Emit.ts"
import type { CollectorHooks } from "./CollectorHooks.ts"
import { OutputContexts, underSpan } from "./OutputContexts.ts"

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
  /** What the flight recorder is told of it, slow or not. */
  readonly told?: "retracted" | "delivered" | undefined
  readonly context: EventContext
  readonly hop: Hop | undefined
  readonly kind: string
  readonly id: string | undefined
}

/** How much was in the collector at some moment. */
interface Mark {
  readonly elements: number
  /** Events of the batch being filled. */
  readonly open: number
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

export class Collector<B> implements Emit<B> {
  readonly rejections: Array<Rejection> = []
  /** Events that end here, or take something back. */
  readonly notes: Array<Note> = []
  /** Reasons, and under the same index how many events were filtered for it. A reason may come again. */
  filteredReasons: Array<string> = []
  filteredCounts: Array<number> = []
  /** The contexts and spans of what is followed. */
  readonly outputs: OutputContexts
  /** What left state in this array because there was too much of it. */
  evictions = 0
  private readonly stage: string
  private readonly hooks: CollectorHooks
  private hops: Array<OpenHop> = []
  private elements: Array<Element<B>> = []
  // The batch being filled, and the hop that its events come by.
  private payloads: Array<B> = []
  private contexts: Array<EventContext> = []
  private followed: Array<number> = []
  private hop: OpenHop
  private enter = 0n
  private readonly below = (context: EventContext): EventContext => this.outputs.below(context)

  constructor(stage: string, hooks: CollectorHooks) {
    this.stage = stage
    this.hooks = hooks
    this.outputs = new OutputContexts(hooks)
    this.hop = { stage, enter: 0n, exit: 0n, previous: undefined }
  }

  /** Empties the collector for the next array, entered at `enter` (monotonic ns). */
  begin(enter: bigint): void {
    this.elements = []
    this.enter = enter
    this.evictions = 0
    this.hop = { stage: this.stage, enter, exit: enter, previous: undefined }
    // New arrays where there is something each time: to cut one short and let it grow again is two calls out of compiled code.
    this.hops = [this.hop]
    if (this.payloads.length > 0) this.dropBatch()
    if (this.rejections.length > 0) this.rejections.length = 0
    if (this.notes.length > 0) this.notes.length = 0
    if (this.filteredReasons.length > 0) {
      this.filteredReasons = []
      this.filteredCounts = []
    }
    this.outputs.clear()
  }

  /** Closes the hops of this array and gives what was emitted. */
  finish(exit: bigint): ReadonlyArray<Element<B>> {
    for (const hop of this.hops) hop.exit = exit
    this.cut()
    return this.elements
  }

  /** Where the collector stands, to go back to. */
  mark(): Mark {
    return {
      elements: this.elements.length,
      open: this.payloads.length,
      rejections: this.rejections.length,
      filtered: this.filteredReasons.length,
      notes: this.notes.length
    }
  }

  /** Takes back what was emitted since `mark`. */
  rewind(mark: Mark): void {
    // What was open at the mark may have been closed since: then it is the first that came after.
    this.cut()
    const open = mark.open > 0 ? this.elements[mark.elements] : undefined
    this.elements.length = mark.elements
    if (open?._tag === "Batch") this.elements.push(open.first(mark.open))
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
    this.elements.push(batch.with(payloads, this.hopAfter(batch.hop), this.below))
  }

  /** One output for each event of a batch. */
  mapBatch<A>(batch: Batch<A>, f: (payload: A) => B): void {
    const { payloads } = batch
    const outputs = arrayOf<B>(payloads.length)
    let index = 0
    for (const payload of payloads) outputs[index++] = f(payload)
    this.withPayloads(batch, outputs)
  }

  /** The events of a batch whose payloads pass, as they are. Where all do, its columns are handed on without a copy. */
  filterBatch(batch: Batch<B>, predicate: (payload: B) => boolean, reason: string): void {
    const { payloads } = batch
    const chosen = arrayOf<B>(payloads.length)
    const places = arrayOf<number>(payloads.length)
    let count = 0
    let index = 0
    for (const payload of payloads) {
      if (predicate(payload)) {
        chosen[count] = payload
        places[count++] = index
      }
      index++
    }
    if (count === payloads.length) {
      this.pass(batch)
      return
    }
    this.addFiltered(reason, payloads.length - count)
    if (count === 0) return
    chosen.length = places.length = count
    this.cut()
    this.elements.push(batch.pick(chosen, places, this.hopAfter(batch.hop), this.below))
  }

  /** {@link filterBatch} by a predicate that looks at contexts. */
  filterEvents(batch: Batch<B>, predicate: (payload: B, context: EventContext) => boolean, reason: string): void {
    const { contexts } = batch
    let index = 0
    this.filterBatch(batch, (payload) => {
      const context = contexts[index++]
      return context !== undefined && predicate(payload, context)
    }, reason)
  }

  out(from: Origin, payload: B, eventTime?: UtcTime): void {
    const { followed } = from
    const next = this.next(from.context, followed)
    this.push(from.hop, payload, eventTime === undefined ? next : contextAt(next, eventTime), followed)
  }

  absorb(contributors: Contributors, from: Origin): void {
    const { context, followed, hop } = from
    if (followed && context.trace.sampled) {
      contributors.addSampled(this.outputs.below(context), hop, this.hooks.now())
    } else contributors.add(context, hop)
  }

  /** {@link absorb} for a store: where the event is sampled, a `put` span that is linked to the writer of the previous value. */
  put(contributors: Contributors, from: Origin): void {
    this.access("put", contributors, from)
    this.absorb(contributors, from)
  }

  /** An event reads a store: a `get` span, linked to the writer of the value, if the event is sampled. */
  get(contributors: Contributors | undefined, from: Origin): void {
    this.access("get", contributors, from)
  }

  hold(from: Origin): Held {
    const { context, followed, hop } = from
    const absorbedAt = followed && context.trace.sampled ? this.hooks.now() : undefined
    return { context: this.next(context, followed), hop, followed, absorbedAt }
  }

  /**
   * An output made of an event and of one kept in state. It continues the trace of the event at hand by a span of its own, linked to the other's;
   * of the other, if only that is sampled.
   */
  joined(from: Origin, held: Held, payload: B, eventTime: UtcTime): void {
    const { context, hop } = from
    const followed = from.followed || held.followed
    const next = followed ? this.outputs.joined(context, held, eventTime) : contextAt(context, eventTime)
    this.push(hop, payload, next, followed)
  }

  /** One output made from one event that was kept in state and leaves, by no way that others came. */
  released({ absorbedAt, context, followed }: Held, payload: B, eventTime: UtcTime): void {
    this.continued({ context, hop: undefined, followed, absorbedAt }, payload, { eventTime })
  }

  continued(from: Origin, payload: B, joining: Joining = {}): void {
    const { absorbedAt, context, followed, hop } = from
    const { eventTime = context.eventTime, joined, links } = joining
    if (joined === undefined && !followed) {
      this.push(hop, payload, contextAt(context, eventTime), false)
      return
    }
    // What was kept has this stage's step from when it was taken in.
    const lineage = joined !== undefined
      ? this.hooks.joined(context, hop, joined)
      : absorbedAt === undefined
      ? this.hooks.lineage(context, [context], 1)
      : context.lineage
    const others = context.trace.sampled ? links?.().filter(({ id }) => id !== context.id) ?? [] : []
    this.push(hop, payload, this.outputs.from(context, lineage, { absorbedAt, links: others, eventTime }))
  }

  merged(contributors: Contributors, payload: B, eventTime = contributors.to): void {
    const trigger = contributors.trigger()
    if (trigger === undefined) return
    const { absorbedAt, context } = trigger
    // Neither sampled nor with lineage. They come by no hop before this one, as those of many keys came by many: each would be a batch of its own.
    if (isNumbered(context)) {
      this.push(undefined, payload, contextAt(context, eventTime), false)
      return
    }
    const links = contributors.sampled?.flatMap((each) => each.context === context ? [] : [each.context]) ?? []
    const lineage = this.hooks.lineage(context, contributors.named(), contributors.count)
    this.push(contributors.lastHop, payload, this.outputs.from(context, lineage, { absorbedAt, links, eventTime }))
  }

  event(from: Origin, payload: B, context: EventContext): void {
    if (!from.followed) {
      this.push(from.hop, payload, context)
      return
    }
    const span = this.outputs.spanOf(from.context)
    const lineage = this.hooks.lineage(context, [from.context], 1)
    this.push(from.hop, payload, underSpan(context, span, lineage, context.eventTime))
  }

  begins(from: Origin, payload: B, context: EventContext, name: string): void {
    const begun = this.hooks.begins(this.next(from.context, from.followed), context, name)
    const followed = isFollowed(begun)
    this.push(from.hop, payload, this.next(begun, followed), followed)
  }

  ends(from: Origin, kind: string, id?: string, told?: "retracted" | "delivered"): void {
    const { context, followed, hop } = from
    if (followed || told !== undefined || this.hooks.isSlow(context.ingestTime)) {
      this.notes.push({ what: "ended", context, hop, kind, id, told })
    }
  }

  retracted({ context, hop }: Origin): void {
    this.notes.push({ what: "retracted", context, hop, kind: "", id: undefined, told: "retracted" })
  }

  headers({ context }: Origin): Readonly<Record<string, string>> {
    const { trace } = context
    const span = trace.sampled ? this.outputs.spanOf(context) : undefined
    // Not sampled: whoever continues the trace is to know that, and its parent is the root that the flight recorder would make.
    return inject(
      traceBelow(trace, span?.spanId ?? (trace.sampled ? trace.spanId : undefined) ?? recordedRootId(trace.traceId))
    )
  }

  filtered(_from: Origin, reason: string): void {
    this.addFiltered(reason, 1)
  }

  late(from: Origin, message: string): void {
    this.dead(from, "Late", message)
  }

  dead(
    { context, hop }: Pick<Origin, "context" | "hop">,
    errorKind: ErrorKind,
    message: string,
    retryCount = 0
  ): void {
    this.rejections.push({ context, hop, errorKind, message, retryCount })
  }

  shed(from: Origin, message: string): void {
    this.dead(from, "Shed", message)
  }

  evicted(entries: number): void {
    this.evictions += entries
  }

  watermark(time: UtcTime): void {
    this.control({ _tag: "Watermark", time })
  }

  /** Counts events that are not wanted further down. */
  addFiltered(reason: string, events: number): void {
    this.filteredReasons.push(reason)
    this.filteredCounts.push(events)
  }

  /** The context of an event in this stage's outputs. */
  private next(context: EventContext, followed: boolean): EventContext {
    return followed ? this.outputs.below(context) : context
  }

  private access(what: "get" | "put", contributors: Contributors | undefined, { context, followed }: Origin): void {
    if (followed && context.trace.sampled) {
      this.hooks.access(what, this.outputs.below(context), contributors?.last)
    }
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

  private hopAfter(previous: Hop | undefined): OpenHop {
    const known = this.hops.find((hop) => hop.previous === previous)
    const hop = known ?? { stage: this.stage, enter: this.enter, exit: this.enter, previous }
    if (known === undefined) this.hops.push(hop)
    this.hop = hop
    return hop
  }
}
