/**
 * Where the stages and edge labels of a graph go: layers from top to bottom, by the longest way from a source.
 *
 * Between every two layers of stages lies one of labels: an edge passes each layer in a place of its own, its label in the first, so that no text
 * can lie on another and no line crosses a box. Sugiyama's layers with a median ordering; the graphs are small.
 */
import type { Graph, GraphEdge } from "./Graph.ts"
import { stateLines } from "./stateLines.ts"

export interface PlacedBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PlacedStage extends PlacedBox {
  readonly name: string
  readonly kind: string
  /** What it holds: a line each, below its kind. */
  readonly state: ReadonlyArray<string>
}

/** `points`: where the line enters and leaves each place on its way. */
export interface PlacedEdge extends PlacedBox {
  readonly label: string
  readonly title: string
  readonly points: ReadonlyArray<{ readonly x: number; readonly y: number }>
}

interface Layout {
  readonly width: number
  readonly height: number
  readonly stages: ReadonlyArray<PlacedStage>
  readonly edges: ReadonlyArray<PlacedEdge>
}

/** Generous for a sans-serif of 13 pixels, whatever font the viewer has. */
const characterWidth = 8.2
const stageHeight = 40
export const stateLineHeight = 14
const labelHeight = 22
const gap = 24
const rowGap = 14
const margin = 16

/** Something that takes up place in a layer: a stage, or an edge on its way. */
interface Slot {
  readonly width: number
  readonly height: number
  /** Where lines meet it, from its left side. */
  readonly anchor: number
  readonly above: Array<Slot>
  x: number
  y: number
}

const slot = (width: number, height: number, anchor: number): Slot => ({ width, height, anchor, above: [], x: 0, y: 0 })

/** The layer of each stage. Stages come upstream first, so one pass is enough. */
const layersOf = ({ edges, nodes }: Graph): ReadonlyArray<number> => {
  const layers = nodes.map(() => 0)
  nodes.forEach((_, place) => {
    for (const { from, to } of edges) {
      if (to === place) layers[place] = Math.max(layers[place] ?? 0, (layers[from] ?? 0) + 1)
    }
  })
  return layers
}

const labelOf = ({ capacity, policy }: GraphEdge): string => `${capacity} · ${policy}`

const centre = ({ anchor, x }: Slot): number => x + anchor

/** Orders a layer by where what is above lies, then packs it as near to that as it goes. */
const placeRow = (row: Array<Slot>): void => {
  const wanted = new Map(row.map((each) => [each, middleAbove(each)] as const))
  row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0))
  let left = -Infinity
  for (const each of row) {
    each.x = Math.max(left, (wanted.get(each) ?? 0) - each.anchor)
    left = each.x + each.width + gap
  }
  // Pushed to the right only: half of that is given back, so that the row stands under what is above it.
  const pushed = row.reduce((sum, each) => sum + centre(each) - (wanted.get(each) ?? 0), 0) / Math.max(1, row.length)
  for (const each of row) each.x -= pushed
}

const middleAbove = ({ above }: Slot): number =>
  above.length === 0 ? 0 : above.reduce((sum, each) => sum + centre(each), 0) / above.length

export const layout = (graph: Graph): Layout => {
  const layers = layersOf(graph)
  const rows = new Map<number, Array<Slot>>()
  const put = (row: number, each: Slot): Slot => {
    const slots = rows.get(row)
    if (slots === undefined) rows.set(row, [each])
    else slots.push(each)
    return each
  }
  const states = graph.nodes.map(stateLines)
  const stages = graph.nodes.map(({ kind, name }, place) => {
    const state = states[place] ?? []
    const width = Math.max(name.length, kind.length, ...state.map(({ length }) => length)) * characterWidth + 28
    const height = stageHeight + state.length * stateLineHeight
    return put(2 * (layers[place] ?? 0), slot(width, height, width / 2))
  })
  const ways = graph.edges.map((edge) => {
    const first = 2 * (layers[edge.from] ?? 0)
    const last = 2 * (layers[edge.to] ?? 0)
    const way: Array<Slot> = []
    let above = stages[edge.from]
    for (let row = first + 1; row < last; row++) {
      const each = row === first + 1
        ? slot(labelOf(edge).length * characterWidth + 16, labelHeight, 6)
        : slot(12, row % 2 === 0 ? stageHeight : labelHeight, 6)
      if (above !== undefined) each.above.push(above)
      above = put(row, each)
      way.push(each)
    }
    const target = stages[edge.to]
    if (above !== undefined && target !== undefined) target.above.push(above)
    return way
  })
  let y = margin
  for (const [, row] of Array.from(rows).sort(([a], [b]) => a - b)) {
    placeRow(row)
    for (const each of row) each.y = y
    y += Math.max(...row.map((each) => each.height)) + rowGap
  }
  const all = Array.from(rows.values()).flat()
  const left = Math.min(...all.map((each) => each.x), Infinity)
  for (const each of all) each.x += margin - left
  return {
    width: Math.max(...all.map((each) => each.x + each.width), 0) + margin,
    height: y - rowGap + margin,
    stages: graph.nodes.flatMap(({ kind, name }, place) => {
      const placed = stages[place]
      return placed === undefined ? [] : [{ ...box(placed), name, kind, state: states[place] ?? [] }]
    }),
    edges: graph.edges.flatMap((edge, place) => {
      const way = ways[place] ?? []
      const [label] = way
      const source = stages[edge.from]
      const target = stages[edge.to]
      if (label === undefined || source === undefined || target === undefined) return []
      return [{ ...box(label), label: labelOf(edge), title: edge.reason, points: pointsOf(source, way, target) }]
    })
  }
}

const box = ({ height, width, x, y }: Slot): PlacedBox => ({ x, y, width, height })

const pointsOf = (source: Slot, way: ReadonlyArray<Slot>, target: Slot) => [
  { x: centre(source), y: source.y + source.height },
  ...way.flatMap((each) => [{ x: centre(each), y: each.y }, { x: centre(each), y: each.y + each.height }]),
  { x: centre(target), y: target.y }
]
