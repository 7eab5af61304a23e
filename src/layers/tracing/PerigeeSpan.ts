/**
 * A span of Effect's that costs little until somebody looks at it: three attributes lie in fields, and maps, lists and the finished
 * {@link SpanData} are made when they are needed.
 *
 * Bounds: 128 attributes, events and links each; what comes after them is counted by {@link SpanOutlet.overflow}.
 */
import type { Context, Exit, Option, Tracer } from "effect"
import type { SpanData } from "../../domain/tracing/SpanData.ts"
import { isRandomIn, traceStateIn } from "./SpanTraceState.ts"
import {
  attributesOf,
  attributeValue,
  eventsOf,
  interruptedAttribute,
  isInterrupted,
  linksOf,
  statusOf
} from "./store/spanFields.ts"
import { noSpanId, type TraceIds } from "./traceIds.ts"

/** What the spans of one tracer share. */
interface SpanOutlet {
  readonly ids: TraceIds
  /** Called when a sampled span ends. */
  readonly ended: (span: PerigeeSpan) => void
  /** Called for each attribute, event or link over the limit. */
  readonly overflow: (field: "attributes" | "events" | "links", count: number) => void
}

type SpanOptions = Parameters<Tracer.Tracer["span"]>[0]

/** What happened in a span, before it is read. */
type TimedEvent = readonly [name: string, time: bigint, attributes: Record<string, unknown> | undefined]

const limit = 128

export class PerigeeSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string | undefined
  /** The last 7 bytes of the trace id are random. */
  readonly random: boolean
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly annotations: Context.Context<never>
  readonly links: Array<Tracer.SpanLink>
  readonly kind: Tracer.SpanKind
  readonly sampled: boolean
  private readonly outlet: SpanOutlet
  private readonly startTime: bigint
  private endTime = 0n
  private exit: Exit.Exit<unknown, unknown> | undefined = undefined
  private key0: string | undefined = undefined
  private value0: unknown = undefined
  private key1: string | undefined = undefined
  private value1: unknown = undefined
  private key2: string | undefined = undefined
  private value2: unknown = undefined
  private map: Map<string, unknown> | undefined = undefined
  private events: Array<TimedEvent> | undefined = undefined

  constructor(
    options: SpanOptions,
    outlet: SpanOutlet,
    traceId: string,
    traceState: string | undefined,
    sampled: boolean,
    random: boolean
  ) {
    this.name = options.name
    this.traceId = traceId
    this.spanId = outlet.ids.spanId()
    this.traceState = traceState
    this.random = random
    this.parent = options.parent
    this.annotations = options.annotations
    this.links = options.links
    this.kind = options.kind
    this.sampled = sampled
    this.outlet = outlet
    this.startTime = options.startTime
  }

  get status(): Tracer.SpanStatus {
    const { endTime, exit, startTime } = this
    return exit === undefined ? { _tag: "Started", startTime } : { _tag: "Ended", startTime, endTime, exit }
  }

  get attributes(): ReadonlyMap<string, unknown> {
    return this.map ??= this.spill()
  }

  attribute(key: string, value: unknown): void {
    if (this.exit !== undefined) return
    if (this.map !== undefined) this.put(this.map, key, value)
    else if (this.key0 === undefined || this.key0 === key) {
      this.key0 = key
      this.value0 = value
    } else if (this.key1 === undefined || this.key1 === key) {
      this.key1 = key
      this.value1 = value
    } else if (this.key2 === undefined || this.key2 === key) {
      this.key2 = key
      this.value2 = value
    } else this.put(this.map = this.spill(), key, value)
  }

  event(name: string, startTime: bigint, attributes?: Record<string, unknown>): void {
    if (this.exit !== undefined) return
    this.events ??= []
    if (this.events.length < limit) this.events.push([name, startTime, attributes])
    else this.outlet.overflow("events", 1)
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    if (this.exit !== undefined) return
    const room = limit - this.links.length
    for (const link of links.slice(0, Math.max(0, room))) this.links.push(link)
    if (links.length > room) this.outlet.overflow("links", links.length - Math.max(0, room))
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.exit !== undefined) return
    this.endTime = endTime
    this.exit = exit
    if (this.sampled) this.outlet.ended(this)
  }

  /** The finished span as plain data; `undefined` before its end. */
  toSpanData(): SpanData | undefined {
    const { endTime, exit, startTime } = this
    if (exit === undefined) return undefined
    const parent = this.parent._tag === "Some" ? this.parent.value.spanId : noSpanId
    return {
      traceId: this.traceId,
      spanId: this.spanId,
      parentSpanId: parent === noSpanId ? undefined : parent,
      traceState: this.traceState,
      flags: this.sampled ? 1 : 0,
      name: this.name,
      kind: this.kind,
      startTime,
      endTime,
      status: statusOf(exit),
      attributes: this.attributeData(exit),
      events: eventsOf(this.events, exit, endTime),
      links: this.links.length === 0 ? noLinks : linksOf(this.links)
    }
  }

  private attributeData(exit: Exit.Exit<unknown, unknown>): SpanData["attributes"] {
    const { key0, key1, key2, map, value0, value1, value2 } = this
    if (isInterrupted(exit)) return attributesOf([...this.attributes, interruptedAttribute])
    if (map !== undefined) return attributesOf(map)
    if (key0 === undefined) return noAttributes
    if (key1 === undefined) return { [key0]: attributeValue(value0) }
    return key2 === undefined
      ? { [key0]: attributeValue(value0), [key1]: attributeValue(value1) }
      : { [key0]: attributeValue(value0), [key1]: attributeValue(value1), [key2]: attributeValue(value2) }
  }

  private put(map: Map<string, unknown>, key: string, value: unknown): void {
    if (map.size < limit || map.has(key)) map.set(key, value)
    else this.outlet.overflow("attributes", 1)
  }

  private spill(): Map<string, unknown> {
    const map = new Map<string, unknown>()
    if (this.key0 !== undefined) map.set(this.key0, this.value0)
    if (this.key1 !== undefined) map.set(this.key1, this.value1)
    if (this.key2 !== undefined) map.set(this.key2, this.value2)
    return map
  }
}

const noLinks: SpanData["links"] = []
const noAttributes: SpanData["attributes"] = {}

/** A new span of `outlet`: in its parent's trace, or in one of its own for which `decideRoot` says whether it is sampled. */
export const startSpan = (
  options: SpanOptions,
  outlet: SpanOutlet,
  decideRoot: (traceId: string) => { readonly sampled: boolean; readonly traceState: string | undefined }
): PerigeeSpan => {
  const own = traceStateIn(options.annotations)
  if (options.parent._tag === "Some") {
    const parent = options.parent.value
    const ours = parent instanceof PerigeeSpan
    const inherited = ours ? parent.traceState : traceStateIn(parent.annotations)
    const random = ours ? parent.random : isRandomIn(parent.annotations)
    return new PerigeeSpan(options, outlet, parent.traceId, own ?? inherited, options.sampled, random)
  }
  const traceId = outlet.ids.traceId()
  if (!options.sampled) return new PerigeeSpan(options, outlet, traceId, own, false, true)
  const { sampled, traceState } = decideRoot(traceId)
  return new PerigeeSpan(options, outlet, traceId, own ?? traceState, sampled, true)
}
