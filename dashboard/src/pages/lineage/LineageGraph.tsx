/** What led to what, in columns by the number of steps: the nearest to the question on the left. Of a column with many the first few are drawn. */
import { useNavigate } from "@solidjs/router"
import { createMemo, For } from "solid-js"
import type { AnswerOf } from "../../data/api.ts"
import { hue } from "../../parts/format.ts"

type Lineage = AnswerOf<"/v1/lineage/:id">

const [columnWidth, rowHeight, boxWidth, boxHeight] = [220, 44, 172, 34]
const mostInColumn = 24

interface Placed {
  readonly id: string
  readonly kind: string
  readonly x: number
  readonly y: number
}

/** A version keeps its number. */
const shortened = (id: string): string => {
  const [whole = "", version] = id.split("/")
  const part = whole.length > 18 ? `${whole.slice(0, 17)}…` : whole
  return version === undefined ? part : `${part} version ${version}`.replace(/^(.{9})[^ ]* /, "$1… ")
}

export const LineageGraph = (props: { readonly answer: Lineage }) => {
  const navigate = useNavigate()
  const placed = createMemo(() => {
    const { inputs, matched, outputs } = props.answer
    const columns = new Map<number, Array<{ readonly id: string; readonly kind: string }>>()
    const put = (depth: number, node: { readonly id: string; readonly kind: string }) => {
      const column = columns.get(depth)
      if (column === undefined) columns.set(depth, [node])
      else column.push(node)
    }
    for (const node of matched) put(0, node)
    for (const node of inputs ?? outputs ?? []) put(node.depth, node)
    const nodes = new Map<string, Placed>()
    const more: Array<{ readonly x: number; readonly y: number; readonly text: string }> = []
    for (const [depth, column] of columns) {
      column.slice(0, mostInColumn).forEach((node, place) => {
        nodes.set(node.id, { ...node, x: 8 + depth * columnWidth, y: 8 + place * rowHeight })
      })
      if (column.length > mostInColumn) {
        more.push({
          x: 8 + depth * columnWidth,
          y: 8 + mostInColumn * rowHeight + 16,
          text: `and ${column.length - mostInColumn} more`
        })
      }
    }
    const deepest = Math.max(0, ...columns.keys())
    const longest = Math.max(1, ...Array.from(columns.values(), ({ length }) => Math.min(length, mostInColumn + 1)))
    return { nodes, more, width: 16 + deepest * columnWidth + boxWidth, height: 16 + longest * rowHeight }
  })
  const lines = createMemo(() =>
    props.answer.edges.flatMap(({ child, operator, parent }) => {
      const from = placed().nodes.get(child)
      const to = placed().nodes.get(parent)
      if (from === undefined || to === undefined) return []
      const [left, right] = from.x <= to.x ? [from, to] : [to, from]
      const [x1, y1, x2, y2] = [left.x + boxWidth, left.y + boxHeight / 2, right.x, right.y + boxHeight / 2]
      return [{ operator, d: `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}` }]
    })
  )
  return (
    <div class="scroller" tabindex="0" role="region" aria-label="Lineage as a graph">
      <svg
        class="graph lineage"
        viewBox={`0 0 ${placed().width} ${placed().height}`}
        width={placed().width}
        height={placed().height}
        role="img"
        aria-label={`${placed().nodes.size} nodes and ${lines().length} steps between them; the table below has the same`}
      >
        <For each={lines()}>
          {({ d, operator }) => (
            <path class="edge" d={d} stroke-width="1.2">
              <title>{operator}</title>
            </path>
          )}
        </For>
        <For each={Array.from(placed().nodes.values())}>
          {(node) => (
            <g
              class="stage"
              style={{ "--hue": String(hue(node.kind)) }}
              onClick={() => navigate(`/lineage/${node.id}`)}
            >
              <title>{node.id}</title>
              <rect class="box" x={node.x} y={node.y} width={boxWidth} height={boxHeight} rx="5" />
              <rect class="hue" x={node.x} y={node.y} width="5" height={boxHeight} rx="2" />
              <text x={node.x + 12} y={node.y + 14}>{node.kind}</text>
              <text class="small" x={node.x + 12} y={node.y + 28}>
                {shortened(node.id)}
              </text>
            </g>
          )}
        </For>
        <For each={placed().more}>{({ text, x, y }) => <text class="small" x={x} y={y}>{text}</text>}</For>
      </svg>
    </div>
  )
}
