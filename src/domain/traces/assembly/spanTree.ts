/**
 * Who is whose parent among the spans of one trace.
 *
 * Ids are compared in lower case. Of several spans with one id and kind the one that ends last stands; the others, if they differ, are conflicts. Zipkin lets a
 * client and the server that it calls share an id: the server gets an id of its own, becomes the client's child, and takes the children of the shared id over, since
 * it is the one that had them made. A span that is its own ancestor is cut off where the cycle starts first. Linear in the spans; no recursion.
 */
import { derivedSpanId } from "../../tracing/derivedSpanId.ts"
import type { SpanKind } from "../../tracing/SpanData.ts"
import type { StoredSpan } from "../StoredSpan.ts"

export interface SpanTree {
  /** Each with an id of its own. */
  readonly spans: ReadonlyArray<StoredSpan>
  /** By the place of the span: the place of its parent, -1 for none. */
  readonly parents: ReadonlyArray<number>
  /** Places of spans whose parent did not come. */
  readonly orphans: ReadonlyArray<number>
  readonly sharedIds: ReadonlySet<number>
  readonly conflicts: ReadonlySet<number>
  readonly brokenCycles: ReadonlySet<number>
}

/** The caller's side of a shared id first: whoever comes first keeps the id. */
const callers: Readonly<Record<SpanKind, number>> = { client: 0, producer: 0, internal: 1, server: 2, consumer: 2 }

const normalised = (span: StoredSpan): StoredSpan => {
  const spanId = span.spanId.toLowerCase()
  const parentSpanId = span.parentSpanId?.toLowerCase()
  return spanId === span.spanId && parentSpanId === span.parentSpanId ? span : { ...span, spanId, parentSpanId }
}

/** Every (id, kind) once, in the order in which they came. */
const distinct = (given: ReadonlyArray<StoredSpan>) => {
  const spans: Array<StoredSpan> = []
  const conflicts = new Set<number>()
  const places = new Map<string, number>()
  for (const raw of given) {
    const span = normalised(raw)
    const key = `${span.spanId} ${span.kind}`
    const place = places.get(key)
    const held = place === undefined ? undefined : spans[place]
    if (place === undefined || held === undefined) {
      places.set(key, spans.length)
      spans.push(span)
      continue
    }
    if (held.startTime !== span.startTime || held.endTime !== span.endTime || held.name !== span.name) {
      conflicts.add(place)
    }
    if (span.endTime > held.endTime) spans[place] = span
  }
  return { spans, conflicts }
}

export const spanTree = (given: ReadonlyArray<StoredSpan>): SpanTree => {
  const { conflicts, spans } = distinct(given)
  const byId = new Map<string, Array<number>>()
  for (const [place, { spanId }] of spans.entries()) {
    const places = byId.get(spanId)
    if (places === undefined) byId.set(spanId, [place])
    else places.push(place)
  }
  const sharedIds = new Set<number>()
  const parents = Array.from({ length: spans.length }, () => -1)
  /** Who the children of an id belong to. */
  const owner = new Map<string, number>()
  const settled = new Set<number>()
  const kindOf = (place: number): SpanKind => spans[place]?.kind ?? "internal"
  for (const [id, places] of byId) {
    const ordered = places.toSorted((a, b) => callers[kindOf(a)] - callers[kindOf(b)] || a - b)
    owner.set(id, ordered.at(-1) ?? -1)
    for (const [index, place] of ordered.entries()) {
      const span = spans[place]
      const before = ordered[index - 1]
      if (before === undefined || span === undefined) continue
      sharedIds.add(place)
      settled.add(place)
      parents[place] = before
      spans[place] = {
        ...span,
        spanId: derivedSpanId(`${span.traceId} ${id} ${span.kind}`),
        parentSpanId: spans[before]?.spanId
      }
    }
  }
  const orphans: Array<number> = []
  for (const [place, { parentSpanId }] of spans.entries()) {
    if (parentSpanId === undefined || settled.has(place)) continue
    const parent = owner.get(parentSpanId)
    if (parent === undefined) orphans.push(place)
    else parents[place] = parent
  }
  return { spans, parents, orphans, sharedIds, conflicts, brokenCycles: breakCycles(spans, parents) }
}

/** Cuts every cycle at its first span to start. Each span is walked over twice at most. */
const breakCycles = (spans: ReadonlyArray<StoredSpan>, parents: Array<number>): ReadonlySet<number> => {
  const broken = new Set<number>()
  /** The walk that a span was first met by; 0: none. */
  const metBy = new Uint32Array(spans.length)
  for (let from = 0; from < spans.length; from++) {
    const walk = from + 1
    let at = from
    while (at >= 0 && metBy[at] === 0) {
      metBy[at] = walk
      at = parents[at] ?? -1
    }
    if (at < 0 || metBy[at] !== walk) continue
    let first = at
    for (let next = parents[at] ?? -1; next !== at && next >= 0; next = parents[next] ?? -1) {
      const [span, best] = [spans[next], spans[first]]
      if (span !== undefined && best !== undefined && span.startTime < best.startTime) first = next
    }
    parents[first] = -1
    broken.add(first)
  }
  return broken
}
