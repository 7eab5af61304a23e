/**
 * Contexts and contributor sets as JSON, for snapshots of state. What is read is what was written, but for the flight recorder's hops, which
 * speak of one process's clock.
 */
import { Option, Schema } from "effect"
import { SourceKind } from "../observation/Observation.ts"
import { TimeJson } from "../time/UtcTime.ts"
import { PositionJson, readTrace, TraceJson, WireFormatJson, writeTrace } from "./contextJson.ts"
import type { Contributors } from "./Contributors.ts"
import type { EventContext, Lineage, LineageStep } from "./Envelope.ts"
import { lineageSteps } from "./Envelope.ts"

const LineageStepJson = Schema.Struct({
  operator: Schema.String,
  at: Schema.Finite,
  parents: Schema.Array(Schema.String),
  parentCount: Schema.Int
})

const ContextJson = Schema.Struct({
  id: Schema.String,
  sourceId: Schema.String,
  sourceKind: Schema.Literals([...SourceKind.literals, "unknown"]),
  eventTime: TimeJson,
  ingestTime: TimeJson,
  position: Schema.NullOr(PositionJson),
  trace: TraceJson,
  lineage: Schema.NullOr(Schema.Array(LineageStepJson)),
  raw: Schema.NullOr(Schema.Struct({
    format: WireFormatJson,
    source: Schema.String,
    bytes: Schema.Uint8ArrayFromBase64,
    locator: Schema.String
  }))
})

const ContributorsJson = Schema.Struct({
  count: Schema.Int,
  from: TimeJson,
  to: TimeJson,
  contexts: Schema.Array(ContextJson),
  /** Places in `contexts`; -1 for none. */
  first: Schema.Int,
  last: Schema.Int,
  sampled: Schema.Array(Schema.Struct({ at: Schema.Int, absorbedAt: Schema.BigIntFromString }))
})

const encodeContextJson = Schema.encodeSync(ContextJson)
const decodeContextJson = Schema.decodeUnknownOption(ContextJson)
const encodeContributorsJson = Schema.encodeSync(ContributorsJson)
const decodeContributorsJson = Schema.decodeUnknownOption(ContributorsJson)

const written = (context: EventContext): typeof ContextJson.Type => ({
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

const read = (json: typeof ContextJson.Type): EventContext => ({
  id: json.id,
  sourceId: json.sourceId,
  sourceKind: json.sourceKind,
  eventTime: json.eventTime,
  ingestTime: json.ingestTime,
  position: json.position ?? undefined,
  trace: readTrace(json.trace),
  lineage: json.lineage === null ? undefined : lineageOf(json.lineage),
  raw: json.raw ?? undefined
})

export const encodeContext = (context: EventContext): Schema.Json => encodeContextJson(written(context))

export const decodeContext = (json: Schema.Json): EventContext | undefined =>
  Option.getOrUndefined(Option.map(decodeContextJson(json), read))

export const encodeContributors = (contributors: Contributors): Schema.Json => {
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
  return encodeContributorsJson({ count, from, to, contexts: contexts.map(written), ...places })
}

/** Fills `into`, an empty set, so that whoever extends {@link Contributors} can read its own. `undefined`: not what was written. */
export const decodeContributors = <C extends Contributors>(json: Schema.Json, into: C): C | undefined => {
  const decoded = Option.getOrUndefined(decodeContributorsJson(json))
  if (decoded === undefined) return undefined
  const contexts = decoded.contexts.map(read)
  into.count = decoded.count
  into.from = decoded.from
  into.to = decoded.to
  into.first = contexts[decoded.first]
  into.last = contexts[decoded.last]
  if (decoded.sampled.length > 0) {
    into.sampled = decoded.sampled.flatMap(({ absorbedAt, at }) => {
      const context = contexts[at]
      return context === undefined ? [] : [{ context, absorbedAt }]
    })
  }
  return into
}
