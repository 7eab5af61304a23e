/**
 * What travels between stages: a payload, the context of the event it comes from, and a watermark between them.
 *
 * Nothing here is ever changed in place: a fork may hand the same envelope to two branches.
 */
import type { UtcTime } from "../time/UtcTime.ts"

/** Where a record stands in the message log. Offsets count from 0 in each partition. */
export interface SourcePosition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** W3C trace context of an event. `spanId` is the span that the next stage's span is a child of. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string | undefined
  readonly sampled: boolean
  readonly traceState: string | undefined
  /** Whoever began the trace elsewhere said that the last 7 bytes of its id are random (W3C flag 2): passed on as it came. */
  readonly random?: boolean
  /** Of a sampled event, in this process: until when something was heard of it. */
  readonly heard?: LastHeard
}

/** When something last happened in a trace, ns since the Unix epoch: its root span ends then. */
export interface LastHeard {
  last: bigint
}

/** The record as it was received. `locator` names it for a person: a file and line, a peer address. */
export interface RawRecord {
  /** How its bytes are to be read, as the pipeline names its formats. */
  readonly format: string
  readonly source: string
  readonly bytes: Uint8Array
  readonly locator: string
}

/** One step of an event's history: which operator made it from which parents. */
export interface LineageStep {
  readonly operator: string
  readonly at: UtcTime
  /** Ids of up to four parents; `parentCount` is exact. */
  readonly parents: ReadonlyArray<string>
  readonly parentCount: number
  /** The inputs that a record of the output is to name, where this step made the output of many. */
  readonly joined?: JoinedInputs
}

/** What an output was made of. */
export interface JoinedInputs {
  /** Those that are named, up to a bound; the first four weigh most. */
  readonly inputs: ReadonlyArray<LineageNode>
  /** All of them, exactly. */
  readonly count: number
}

/** An event as lineage knows it. `kind` is what a pipeline calls such an event, and `dead-letter` for one that was given up. */
export interface LineageNode {
  readonly id: string
  readonly kind: string
  readonly sourceId: string
  readonly sensorTimestamp: UtcTime
}

/**
 * An event's history, newest step first; `source` where it begins. A list, so that a step more costs the same however long the history is,
 * and what two events have in common is kept once.
 */
export type Lineage = (LineageStep & { readonly previous: Lineage }) | "source"

/** The steps of a history, oldest first. */
export const lineageSteps = (lineage: Lineage): ReadonlyArray<LineageStep> => {
  const steps: Array<LineageStep> = []
  for (let step = lineage; step !== "source"; step = step.previous) steps.push(step)
  return steps.toReversed()
}

/** Everything about an event that is not its payload. Shared by all that is derived from it one to one. */
export interface EventContext {
  readonly id: string
  readonly sourceId: string
  /** What kind of source it is, as the pipeline names its kinds; `unknown` until a record whose format does not tell is decoded. */
  readonly sourceKind: string
  readonly eventTime: UtcTime
  readonly ingestTime: UtcTime
  readonly position: SourcePosition | undefined
  readonly trace: TraceContext
  /** `undefined`: nobody follows this event's lineage. */
  readonly lineage: Lineage | undefined
  readonly raw: RawRecord | undefined
}

/**
 * A stage that an event has passed, newest first: the flight recorder's numbers. One object serves all events of an array that came
 * the same way, so the cost per event is a pointer. Times are monotonic nanoseconds.
 */
export interface Hop {
  readonly stage: string
  readonly enter: bigint
  readonly exit: bigint
  readonly previous: Hop | undefined
}

/** One event as a step sees it. Between stages events travel in columns: see `Batch`. */
export interface Envelope<out A> extends Origin {
  readonly _tag: "Event"
  readonly payload: A
}

/** What an output is made from: an event at hand, as an envelope or by its place in a batch, or one that was kept. */
export interface Origin {
  readonly context: EventContext
  readonly hop: Hop | undefined
  /** Whether the context is sampled or carries lineage: the few that a stage does more for, told without looking into the context. */
  readonly followed: boolean
  /** Since when it was kept in state, ns since the Unix epoch; `undefined` for one at hand, and for one that is not traced. */
  readonly absorbedAt?: bigint | undefined
}

/** An event that is kept in state, to be continued later: its context below the span that took it in, and the way it came. */
export interface Held extends Origin {
  readonly absorbedAt: bigint | undefined
}

/** No later event of this stream has an event time at or before `time`, its allowed lateness aside. */
export interface Watermark {
  readonly _tag: "Watermark"
  readonly time: UtcTime
}

/** Everything up to these positions (the next offsets to read) stands before this mark: once it has passed, they may be committed. */
export interface Progress {
  readonly _tag: "Progress"
  readonly positions: ReadonlyArray<SourcePosition>
}

/** Time went on at the source, with or without events: what moves the watermark of an idle sensor. */
export interface Tick {
  readonly _tag: "Tick"
  readonly now: UtcTime
}

/**
 * Nothing that a source gave stands behind this mark: it waits until the mark has come through everything. So what stands before it, and nothing else,
 * is in the state of the stages and in what they wrote when the mark comes to the end. `unit`: the commit unit that is cut there, counted up.
 */
export interface Barrier {
  readonly _tag: "Barrier"
  readonly unit: number
}

/** Marks that travel in the stream, in order with the events. Every stage passes them on. */
export type Control = Watermark | Progress | Tick | Barrier

export const envelope = <A>(payload: A, context: EventContext, hop?: Hop): Envelope<A> => ({
  _tag: "Event",
  payload,
  context,
  hop,
  followed: isFollowed(context)
})

/** A context with another trace, lineage and event time: the same event further down. Whatever made the first, the copy is plain. */
export const contextBelow = (
  context: EventContext,
  trace: TraceContext,
  lineage: EventContext["lineage"],
  eventTime: UtcTime
): EventContext => ({
  id: context.id,
  sourceId: context.sourceId,
  sourceKind: context.sourceKind,
  eventTime,
  ingestTime: context.ingestTime,
  position: context.position,
  trace,
  lineage,
  raw: context.raw
})

/** A trace seen from below another span. */
export const traceBelow = (trace: TraceContext, spanId: string): TraceContext => {
  const { heard, random, sampled, traceId, traceState } = trace
  if (random !== undefined) return { ...trace, spanId }
  return heard === undefined
    ? { traceId, spanId, sampled, traceState }
    : { traceId, spanId, sampled, traceState, heard }
}

export const isFollowed = (context: EventContext): boolean => context.trace.sampled || context.lineage !== undefined

export const watermark = (time: UtcTime): Watermark => ({ _tag: "Watermark", time })

export const progress = (positions: ReadonlyArray<SourcePosition>): Progress => ({ _tag: "Progress", positions })

export const barrier = (unit: number): Barrier => ({ _tag: "Barrier", unit })

export const tick = (now: UtcTime): Tick => ({ _tag: "Tick", now })
