/**
 * Contexts and contributor sets as records of plain fields, for state that is kept. What is read is what was written, but for the flight
 * recorder's hops, which speak of one process's clock.
 */
import { Schema } from "effect"
import { Numeric } from "../time/Numeric.ts"
import { PositionJson, readTrace, TraceJson, writeTrace } from "./contextJson.ts"
import { Contributors } from "./Contributors.ts"
import { type EventContext, type Held, isFollowed, type Lineage, type LineageStep, lineageSteps } from "./Envelope.ts"

const LineageStepRecord = Schema.Struct({
  operator: Schema.String,
  at: Schema.Finite,
  parents: Schema.Array(Schema.String),
  parentCount: Schema.Int
})

export const ContextRecord = Schema.Struct({
  id: Schema.String,
  sourceId: Schema.String,
  sourceKind: Schema.String,
  eventTime: Numeric,
  ingestTime: Numeric,
  position: Schema.NullOr(PositionJson),
  trace: TraceJson,
  lineage: Schema.NullOr(Schema.Array(LineageStepRecord)),
  raw: Schema.NullOr(Schema.Struct({
    format: Schema.String,
    source: Schema.String,
    bytes: Schema.Uint8Array,
    locator: Schema.String
  }))
})

export const ContributorsRecord = Schema.Struct({
  count: Schema.Int,
  from: Numeric,
  to: Numeric,
  contexts: Schema.Array(ContextRecord),
  /** Places in `contexts`; -1 for none. */
  first: Schema.Int,
  last: Schema.Int,
  sampled: Schema.Array(Schema.Struct({ at: Schema.Int, absorbedAt: Schema.BigInt }))
})

/** An event that is kept; its way there is not. */
export const HeldRecord = Schema.Struct({ context: ContextRecord, absorbedAt: Schema.NullOr(Schema.BigInt) })

export const writeContext = (context: EventContext): typeof ContextRecord.Type => ({
  id: context.id,
  sourceId: context.sourceId,
  sourceKind: context.sourceKind,
  eventTime: context.eventTime,
  ingestTime: context.ingestTime,
  position: context.position ?? null,
  trace: writeTrace(context.trace),
  lineage: context.lineage === undefined ? null : lineageSteps(context.lineage),
  raw: context.raw ?? null
})

const lineageOf = (steps: ReadonlyArray<LineageStep>): Lineage =>
  steps.reduce<Lineage>((previous, step) => ({ ...step, previous }), "source")

export const readContext = (record: typeof ContextRecord.Type): EventContext => ({
  id: record.id,
  sourceId: record.sourceId,
  sourceKind: record.sourceKind,
  eventTime: record.eventTime,
  ingestTime: record.ingestTime,
  position: record.position ?? undefined,
  trace: readTrace(record.trace),
  lineage: record.lineage === null ? undefined : lineageOf(record.lineage),
  raw: record.raw ?? undefined
})

/** An event that was taken into state without a span or a step of its own is the event as it came: written once. */
export const heldApart = (held: Held, context: EventContext): typeof HeldRecord.Type | null =>
  held.context === context && held.absorbedAt === undefined ? null : writeHeld(held)

/** What {@link heldApart} wrote beside this context. */
export const readHeldApart = (record: typeof HeldRecord.Type | null, context: EventContext): Held =>
  record === null
    ? { context, hop: undefined, followed: isFollowed(context), absorbedAt: undefined }
    : readHeld(record)

export const writeHeld = ({ absorbedAt, context }: Held): typeof HeldRecord.Type => ({
  context: writeContext(context),
  absorbedAt: absorbedAt ?? null
})

export const readHeld = (record: typeof HeldRecord.Type): Held => {
  const context = readContext(record.context)
  return { context, hop: undefined, followed: isFollowed(context), absorbedAt: record.absorbedAt ?? undefined }
}

export const writeContributors = (contributors: Contributors): typeof ContributorsRecord.Type => {
  const { count, first, from, last, sampled = [], to } = contributors
  const contexts: Array<EventContext> = []
  const place = (context: EventContext | undefined): number => {
    if (context === undefined) return -1
    const known = contexts.indexOf(context)
    return known >= 0 ? known : contexts.push(context) - 1
  }
  const places = {
    first: place(first),
    last: place(last),
    sampled: sampled.map(({ absorbedAt, context }) => ({ at: place(context), absorbedAt }))
  }
  return { count, from, to, contexts: contexts.map(writeContext), ...places }
}

/** Fills `into`, an empty set, so that whoever extends {@link Contributors} can read its own. */
export const readContributors = <C extends Contributors>(record: typeof ContributorsRecord.Type, into: C): C => {
  const contexts = record.contexts.map(readContext)
  into.count = record.count
  into.from = record.from
  into.to = record.to
  into.first = contexts[record.first]
  into.last = contexts[record.last]
  if (record.sampled.length > 0) {
    into.sampled = record.sampled.flatMap(({ absorbedAt, at }) => {
      const context = contexts[at]
      return context === undefined ? [] : [{ context, absorbedAt }]
    })
  }
  return into
}

/** {@link readContributors} into a set of its own. */
export const contributorsOf = (record: typeof ContributorsRecord.Type): Contributors =>
  readContributors(record, new Contributors())
