/** A pipeline's graph as an SVG picture, readable on a light and on a dark page. */
import type { Graph } from "./Graph.ts"
import { layout, type PlacedEdge, type PlacedStage, stateLineHeight } from "./layout.ts"

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1c2733 }
  .kind, .state, .label { font-size: 11px; fill: #52606d }
  .stage { fill: #f4f7fa; stroke: #7b8a99 }
  .stateful { stroke: #2f6fb2; stroke-width: 2 }
  .effectful { stroke-dasharray: 5 3 }
  .source, .sink { fill: #e3edf7; stroke: #2f6fb2 }
  .buffer, .fork, .merge { fill: #fdf3dc; stroke: #a8741a }
  .edge { fill: none; stroke: #7b8a99; stroke-width: 1.4 }
  .arrow { fill: #7b8a99 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .kind, .state, .label { fill: #a9b6c2 }
    .stage { fill: #1f2933; stroke: #8494a3 }
    .stateful { stroke: #6cb0f5 }
    .source, .sink { fill: #173050; stroke: #6cb0f5 }
    .buffer, .fork, .merge { fill: #3b2f14; stroke: #dfae58 }
    .edge { stroke: #8494a3 }
    .arrow { fill: #8494a3 }
  }`

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const n = (value: number): string => String(Math.round(value * 10) / 10)

const stageSvg = ({ height, kind, name, state, width, x, y }: PlacedStage): string => {
  const middle = n(x + width / 2)
  return `  <rect class="stage ${kind}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="6"/>
  <text x="${middle}" y="${n(y + 17)}" text-anchor="middle">${escape(name)}</text>
  <text class="kind" x="${middle}" y="${n(y + 32)}" text-anchor="middle">${escape(kind)}</text>${
    state.map((line, index) => `
  <text class="state" x="${middle}" y="${n(y + 32 + (index + 1) * stateLineHeight)}" text-anchor="middle">${
      escape(line)
    }</text>`).join("")
  }`
}

/** Straight down where the line has a place of its own; between two places a curve. */
const pathOf = (points: PlacedEdge["points"]): string =>
  points.map(({ x, y }, index) => {
    const before = points[index - 1]
    if (before === undefined) return `M${n(x)} ${n(y)}`
    if (before.x === x) return `V${n(y)}`
    const half = n((before.y + y) / 2)
    return `C${n(before.x)} ${half} ${n(x)} ${half} ${n(x)} ${n(y)}`
  }).join("")

const edgeSvg = ({ height, label, points, title, x, y }: PlacedEdge): string =>
  `  <path class="edge" d="${pathOf(points)}" marker-end="url(#arrow)"/>
  <text class="label" x="${n(x + 14)}" y="${n(y + height - 7)}">${escape(label)}<title>${escape(title)}</title></text>`

export const graphSvg = (graph: Graph, title = "Pipeline"): string => {
  const { edges, height, stages, width } = layout(graph)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${
    n(height)
  }" role="img">
  <title>${escape(title)}</title>
  <style>${style}
  </style>
  <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker></defs>
${[...edges.map(edgeSvg), ...stages.map(stageSvg)].join("\n")}
</svg>
`
}
