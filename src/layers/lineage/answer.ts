/** Answers from a graph, whichever store holds it. */
import { Predicate } from "effect"
import type { KnownNode, LineageAnswer, LineageDirection } from "../../domain/lineage/LineageAnswer.ts"
import { alertKind, type LineageEdge } from "../../domain/lineage/LineageRecord.ts"
import type { NodeRow } from "../../domain/lineage/lineageRows.ts"
import { decodeSteps } from "../../domain/lineage/storedSteps.ts"
import { defaultWalkBounds, walk } from "../../domain/lineage/walk.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { ReadableGraph } from "./LineageGraph.ts"

const known = ({ id, kind, source, time }: NodeRow): KnownNode => ({
  id,
  kind: kind === "" ? "unknown" : kind,
  sourceId: source === "" ? undefined : source,
  sensorTimestamp: time ?? undefined
})

/** Nearest first, then by time and id; versions of one alert by their number, which a longer id is greater in. */
const inOrder = (a: Found, b: Found): number =>
  a.depth - b.depth || (a.row.time ?? -Infinity) - (b.row.time ?? -Infinity) || a.row.id.length - b.row.id.length
  || byText(a.row.id, b.row.id)

interface Found {
  readonly row: NodeRow
  readonly depth: number
}

const byText = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

const byEnds = (a: LineageEdge, b: LineageEdge): number => byText(a.child, b.child) || byText(a.parent, b.parent)

const answer = <K>(
  graph: ReadableGraph<K>,
  id: string,
  direction: LineageDirection,
  starts: ReadonlyArray<K>,
  isReached: (found: Found) => boolean
): LineageAnswer => {
  const { depths, edges, truncated } = walk(
    starts,
    (key) => graph.edges(key, direction),
    (edge) => direction === "backward" ? edge.parent : edge.child
  )
  const rows = new Map(Array.from(depths.keys(), (key) => [key, graph.node(key)] as const))
  const found = Array.from(rows, ([key, row]) => row && { row, depth: depths.get(key) ?? 0 })
    .filter(Predicate.isNotUndefined).sort(inOrder)
  const reached = found.filter(isReached)
  const matched = found.filter((each) => each.depth === 0 && !isReached(each))
  const idOf = (key: K): string => rows.get(key)?.id ?? ""
  return {
    id,
    direction,
    matched: matched.map(({ row }) => ({ ...known(row), inputCount: row.inputCount })),
    reached: reached.map(({ depth, row }) => ({ ...known(row), depth })),
    edges: edges.map(({ at, child, operator, parent }) => ({
      child: idOf(child),
      parent: idOf(parent),
      operator,
      at
    })).sort(byEnds),
    steps: [...matched, ...reached].flatMap(({ row }) =>
      (decodeSteps(row.id, row.steps) ?? []).map((step) => Object.assign({ id: row.id }, step))
    ),
    truncated
  }
}

/** `undefined` for an id that is not known. */
export const answerFor = <K>(
  graph: ReadableGraph<K>,
  id: string,
  direction: LineageDirection
): LineageAnswer | undefined => {
  const starts = graph.find(id)
  return starts.length === 0 ? undefined : answer(graph, id, direction, starts, ({ depth }) => depth > 0)
}

/** The alerts among what a source's nodes lead to; an alert that the source itself raised is one of them. */
export const answerForSource = <K>(
  graph: ReadableGraph<K>,
  source: string,
  since: UtcTime,
  until: UtcTime
): LineageAnswer => {
  const { maxNodes } = defaultWalkBounds
  const starts = graph.ofSource(source, since, until, maxNodes + 1)
  const found = answer(graph, source, "forward", starts.slice(0, maxNodes), ({ row }) => row.kind === alertKind)
  return { ...found, truncated: found.truncated || starts.length > maxNodes }
}
