/**
 * What is answered about traces: over `/v1`, by `perigee trace --json`, and to the pages. A promise; fields may be added.
 *
 * Times are RFC 3339 UTC with nine decimals, lengths nanoseconds.
 */
import { Schema } from "effect"

export const AttributeJson = Schema.Union([
  Schema.String,
  Schema.Finite,
  Schema.Boolean,
  Schema.Array(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]))
])

export const AttributesJson = Schema.Record(Schema.String, AttributeJson)

export const SpanEventJson = Schema.Struct({ name: Schema.String, time: Schema.String, attributes: AttributesJson })

export const SpanLinkJson = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.String,
  traceState: Schema.NullOr(Schema.String),
  attributes: AttributesJson
})

/** What assembly had to do to a span, or could not. */
export const SpanWarning = Schema.Literals([
  /** Stands for a parent that never came: no name, no times of its own. */
  "placeholder",
  /** Its parent is one of its own descendants: it is shown without. */
  "cycle_broken",
  /** It came with the id of another span, as Zipkin's clients and servers share one; it has a new one. */
  "shared_id",
  /** Two different spans of its id and kind came; the one that ended last is shown. */
  "conflicting_duplicate",
  /** It ends before it starts: its length is taken as zero. */
  "negative_duration",
  /** It starts before its parent, and no clock's offset that fits all calls between their hosts would mend that. */
  "starts_before_parent"
])
export type SpanWarning = typeof SpanWarning.Type

export const SpanJson = Schema.Struct({
  spanId: Schema.String,
  parentSpanId: Schema.NullOr(Schema.String),
  name: Schema.String,
  service: Schema.String,
  kind: Schema.Literals(["internal", "server", "client", "producer", "consumer"]),
  /** By the clock of the root's host as far as that is known: `start` less `skewNanos` is what the span's own host said. */
  start: Schema.String,
  durationNanos: Schema.Finite,
  status: Schema.Literals(["unset", "ok", "error"]),
  statusMessage: Schema.NullOr(Schema.String),
  attributes: AttributesJson,
  events: Schema.Array(SpanEventJson),
  links: Schema.Array(SpanLinkJson),
  onCriticalPath: Schema.Boolean,
  skewNanos: Schema.Finite,
  /** Edges to its root; parents stand before children, siblings in the order in which they start. */
  depth: Schema.Int,
  /** When none of its children ran. */
  selfNanos: Schema.Finite,
  /** Between the end of its parent and its own start: time in a queue. Zero where it starts before its parent ends. */
  queuedNanos: Schema.Finite,
  /** What it waited for, where the whole span is a wait (`perigee.wait`); null: it is work. */
  waiting: Schema.NullOr(Schema.String),
  warnings: Schema.Array(SpanWarning),
  /** Its place in `resources`. */
  resource: Schema.Int,
  /** The instrumentation that made it. */
  scope: Schema.String
})
export type SpanJson = typeof SpanJson.Type

/** The offset between the clocks of two hosts, learned from the calls between them: `to`'s clock less `from`'s. */
export const SkewJson = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  /** What was taken; zero where no offset is needed to explain what was seen. */
  thetaNanos: Schema.Finite,
  /** Null: no bound on this side. */
  lowNanos: Schema.NullOr(Schema.Finite),
  highNanos: Schema.NullOr(Schema.Finite),
  /** Calls and messages that bound it. */
  observations: Schema.Int,
  /** No one offset explains all of them: clocks that drift, or spans that lie. Then nothing is moved by it. */
  contradictory: Schema.Boolean
})

export const DecisionJson = Schema.Struct({
  traceId: Schema.String,
  /** `undecided`: its spans are still collected. `unknown`: nothing was heard of it, or it was forgotten. */
  decision: Schema.Literals(["kept", "dropped", "undecided", "unknown"]),
  policy: Schema.NullOr(Schema.String),
  /** As in `th` of `tracestate`; null: keeps nothing, or none is known. */
  threshold: Schema.NullOr(Schema.String),
  /** The share of traces that the threshold keeps; this one stands for 1 / probability. */
  probability: Schema.NullOr(Schema.Finite),
  ruleset: Schema.NullOr(Schema.String),
  decidedAt: Schema.NullOr(Schema.String),
  /** Spans came after the decision, and followed it. */
  late: Schema.Boolean
})
export type DecisionJson = typeof DecisionJson.Type

export const TraceSummaryJson = Schema.Struct({
  traceId: Schema.String,
  rootService: Schema.String,
  rootName: Schema.String,
  start: Schema.String,
  durationNanos: Schema.Finite,
  spanCount: Schema.Int,
  errorCount: Schema.Int,
  services: Schema.Array(Schema.String)
})
export type TraceSummaryJson = typeof TraceSummaryJson.Type

export const TraceJson = Schema.Struct({
  ...TraceSummaryJson.fields,
  /** Every sign says that all spans are there. */
  complete: Schema.Boolean,
  /** For a person: what that rests on, or what is missing. */
  reason: Schema.String,
  /** Greater whenever spans were added. */
  revision: Schema.Int,
  decision: DecisionJson,
  /** Times are as the hosts said them (`raw=true`). */
  raw: Schema.Boolean,
  /** A forest in depth-first order. */
  spans: Schema.Array(SpanJson),
  resources: Schema.Array(Schema.Struct({ service: Schema.String, host: Schema.String, attributes: AttributesJson })),
  /** What the end waited for, in order of time, without gaps from start to end of the root where spans cover it. */
  criticalPath: Schema.Array(
    Schema.Struct({
      spanId: Schema.String,
      start: Schema.String,
      durationNanos: Schema.Finite,
      waiting: Schema.Boolean
    })
  ),
  skew: Schema.Array(SkewJson),
  /** Spans of other traces that link to this one. */
  linkedFrom: Schema.Array(
    Schema.Struct({ traceId: Schema.String, spanId: Schema.String, targetSpanId: Schema.String })
  )
})
export type TraceJson = typeof TraceJson.Type

export const TracePageJson = Schema.Struct({
  /** Newest first. */
  traces: Schema.Array(TraceSummaryJson),
  /** `page` of the request for more; null after the last. */
  next: Schema.NullOr(Schema.String)
})

/** Spans of one trace that came by one path: the names from the root down, `service: name`, joined by ` > `. */
export const PathCompared = Schema.Struct({
  path: Schema.String,
  aCount: Schema.Int,
  bCount: Schema.Int,
  /** Of all its spans together. */
  aNanos: Schema.Finite,
  bNanos: Schema.Finite
})

export const TraceDiffJson = Schema.Struct({
  a: TraceSummaryJson,
  b: TraceSummaryJson,
  common: Schema.Array(Schema.String),
  onlyA: Schema.Array(Schema.String),
  onlyB: Schema.Array(Schema.String),
  /** Common paths that took longer in `b`, the largest difference first. */
  slower: Schema.Array(Schema.Struct({ path: Schema.String, aNanos: Schema.Finite, bNanos: Schema.Finite })),
  /** Every path of either, as the trees have them. */
  paths: Schema.Array(PathCompared)
})
export type TraceDiffJson = typeof TraceDiffJson.Type

export const ServicesJson = Schema.Struct({ services: Schema.Array(Schema.String) })

export const OperationsJson = Schema.Struct({
  operations: Schema.Array(Schema.Struct({ name: Schema.String, kind: SpanJson.fields.kind }))
})

export const ServiceMetricsJson = Schema.Struct({
  service: Schema.String,
  start: Schema.String,
  end: Schema.String,
  count: Schema.Int,
  errors: Schema.Int,
  p50Nanos: Schema.NullOr(Schema.Finite),
  p95Nanos: Schema.NullOr(Schema.Finite),
  p99Nanos: Schema.NullOr(Schema.Finite),
  p999Nanos: Schema.NullOr(Schema.Finite)
})

export const DependenciesJson = Schema.Struct({
  start: Schema.String,
  end: Schema.String,
  dependencies: Schema.Array(
    Schema.Struct({ parent: Schema.String, child: Schema.String, calls: Schema.Int, errors: Schema.Int })
  )
})
