/**
 * A stored trace as people look at it: a forest in depth-first order, with placeholders for parents that never came, by one clock as far as that is known, its
 * critical path, and the sides of each span's time: at work itself, waiting for others, queued.
 *
 * Pure, and linear in the spans but for sorting; no recursion. The raw times stay: a span's time less its `skewNanos`.
 */
import type { SpanWarning } from "../../api/traceAnswers.ts"
import { comesFirst } from "../../sampling/tail/TraceSummary.ts"
import { type BoundsByPair, clockBounds } from "../skew/clockBounds.ts"
import { type ClockOffset, clockOffsets, clockShifts } from "../skew/clockOffsets.ts"
import type { StoredSpan } from "../StoredSpan.ts"
import type { TraceRecord } from "../TraceRecord.ts"
import { type Completeness, completeness } from "./completeness.ts"
import { criticalPath } from "./criticalPath.ts"
import { ownTime } from "./ownTime.ts"
import { type SpanTree, spanTree } from "./spanTree.ts"
import { treeOrder } from "./treeOrder.ts"

export interface AssembledSpan {
  /** With its times by the common clock, and an id that no other has. */
  readonly span: StoredSpan
  /** Its parent's place in the trace's spans, -1 for none. */
  readonly parent: number
  readonly depth: number
  /** What was added to the times that its host said. */
  readonly skewNanos: bigint
  readonly selfNanos: bigint
  /** From the end of its parent to its own start. */
  readonly queuedNanos: bigint
  readonly onCriticalPath: boolean
  readonly warnings: ReadonlyArray<SpanWarning>
}

export interface AssembledTrace {
  readonly record: TraceRecord
  readonly raw: boolean
  /** Parents before children; empty only for a record without spans. */
  readonly spans: ReadonlyArray<AssembledSpan>
  /** The place of the span that the trace is named after. */
  readonly root: number
  readonly start: bigint
  readonly end: bigint
  readonly criticalPath: ReadonlyArray<{
    readonly spanId: string
    readonly start: bigint
    readonly end: bigint
    readonly waiting: boolean
  }>
  readonly offsets: ReadonlyArray<ClockOffset>
  readonly completeness: Completeness
}

export interface AssemblyOptions {
  /** Leaves times as they came. */
  readonly raw?: boolean
  /** What other traces of the same time say about clocks. */
  readonly clocks?: ReadonlyArray<BoundsByPair>
}

/** The name of a span that never came. */
export const placeholderName = "(missing span)"

/** The tree with a placeholder as root of the spans that share a missing parent; the places of the placeholders are the last. */
const withPlaceholders = (tree: SpanTree) => {
  const spans = tree.spans.slice()
  const parents = tree.parents.slice()
  const made = new Map<string, number>()
  for (const place of tree.orphans) {
    const span = spans[place]
    const id = span?.parentSpanId
    if (span === undefined || id === undefined) continue
    const held = made.get(id)
    parents[place] = held ?? spans.length
    if (held !== undefined) continue
    made.set(id, spans.length)
    parents.push(-1)
    spans.push({
      ...span,
      spanId: id,
      parentSpanId: undefined,
      name: placeholderName,
      kind: "internal",
      status: { code: "unset" },
      attributes: {},
      events: [],
      links: [],
      resource: {}
    })
  }
  return { spans, parents, from: tree.spans.length }
}

const shifted = (span: StoredSpan, by: bigint): StoredSpan =>
  by === 0n ? span : {
    ...span,
    startTime: span.startTime - by,
    endTime: span.endTime - by,
    events: span.events.map((event) => ({ ...event, time: event.time - by }))
  }

/** A span that ends before it starts takes no time. */
const forward = (span: StoredSpan): StoredSpan =>
  span.endTime < span.startTime ? { ...span, endTime: span.startTime } : span

/** Placeholders last as long as the spans that they stand above. */
const stretched = (spans: Array<StoredSpan>, children: ReadonlyArray<ReadonlyArray<number>>, from: number): void => {
  for (let place = from; place < spans.length; place++) {
    const [own] = spans.slice(place, place + 1)
    const below = (children[place] ?? []).flatMap((child) => spans[child] ?? [])
    if (own === undefined) continue
    const starts = below.map(({ startTime }) => startTime)
    const ends = below.map(({ endTime }) => endTime)
    spans[place] = {
      ...own,
      startTime: starts.reduce((a, b) => a < b ? a : b, starts[0] ?? 0n),
      endTime: ends.reduce((a, b) => a > b ? a : b, ends[0] ?? 0n)
    }
  }
}

export const assembleTrace = (record: TraceRecord, options: AssemblyOptions = {}): AssembledTrace => {
  const { clocks = [], raw = false } = options
  const tree = spanTree(record.spans)
  const { from, parents, spans: given } = withPlaceholders(tree)
  const offsets = clockOffsets(clockBounds({ spans: given, parents }), clocks)
  const rawOrder = treeOrder(given, parents)
  const shifts = raw ? given.map(() => 0n) : clockShifts({ spans: given, parents }, rawOrder.order, offsets)
  const spans = given.map((span, place) => forward(shifted(span, shifts[place] ?? 0n)))
  stretched(spans, rawOrder.children, from)
  const ordered = treeOrder(spans, parents)
  const { children, depths, order } = ordered

  let root = order[0] ?? -1
  let [start, end] = [spans[root]?.startTime ?? 0n, spans[root]?.endTime ?? 0n]
  for (const [place, span] of spans.entries()) {
    if (span.startTime < start) start = span.startTime
    if (span.endTime > end) end = span.endTime
    const best = spans[root]
    if (
      (parents[place] ?? -1) < 0 && place < from && (root >= from || (best !== undefined && comesFirst(span, best)))
    ) root = place
  }
  const path = root < 0 ? [] : criticalPath(spans, ordered, root)
  const onPath = new Set(path.map(({ place }) => place))

  const warningsOf = (place: number, span: StoredSpan, parent: StoredSpan | undefined): ReadonlyArray<SpanWarning> => {
    const warnings: Array<SpanWarning> = []
    const came = given[place]
    if (place >= from) warnings.push("placeholder")
    if (tree.brokenCycles.has(place)) warnings.push("cycle_broken")
    if (tree.sharedIds.has(place)) warnings.push("shared_id")
    if (tree.conflicts.has(place)) warnings.push("conflicting_duplicate")
    if (came !== undefined && came.endTime < came.startTime) warnings.push("negative_duration")
    if (parent !== undefined && span.startTime < parent.startTime) warnings.push("starts_before_parent")
    return warnings
  }
  const positions = new Map(order.map((place, position) => [place, position]))
  return {
    record,
    raw,
    spans: order.flatMap((place) => {
      const span = spans[place]
      const above = parents[place] ?? -1
      const parent = spans[above]
      return span === undefined ? [] : [{
        span: parent === undefined || parent.spanId === span.parentSpanId
          ? span
          : { ...span, parentSpanId: parent.spanId },
        parent: positions.get(above) ?? -1,
        depth: depths[place] ?? 0,
        skewNanos: -(shifts[place] ?? 0n),
        selfNanos: place >= from ? 0n : ownTime(span, (children[place] ?? []).flatMap((child) => spans[child] ?? [])),
        queuedNanos: parent !== undefined && above < from && span.startTime > parent.endTime
          ? span.startTime - parent.endTime
          : 0n,
        onCriticalPath: onPath.has(place),
        warnings: warningsOf(place, span, parent)
      }]
    }),
    root: positions.get(root) ?? -1,
    start,
    end,
    criticalPath: path.map(({ end, place, start, waiting }) => ({
      spanId: spans[place]?.spanId ?? "",
      start,
      end,
      waiting
    })),
    offsets: Array.from(offsets.values()),
    completeness: completeness(tree, record.completion)
  }
}
