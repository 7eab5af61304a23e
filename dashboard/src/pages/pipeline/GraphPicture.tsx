/** A pipeline as it was built, with how it fares: edges as wide as their rate, boxes filled by the time at work. */
import { createMemo, For, Show } from "solid-js"
import type { Graph } from "../../../../src/operators/graph/Graph.ts"
import { layout, type PlacedEdge } from "../../../../src/operators/graph/layout.ts"
import type { AnswerOf } from "../../data/api.ts"
import { hue, percent, rate } from "../../parts/format.ts"

type GraphJson = AnswerOf<"/v1/pipeline">["pipelines"][number]
type Rate = AnswerOf<"/v1/status">["rates"]["stages"][number]

/** The parts of a stage's state by name. */
const heldBy = (state: GraphJson["stages"][number]["state"]): string =>
  state === undefined
    ? "holds nothing"
    : typeof state === "string"
    ? `state ${state}`
    : `holds ${state.map(({ name }) => name).join(", ")}`

const kinds = ["source", "stateless", "stateful", "effectful", "buffer", "fork", "merge", "sink"] as const
const policies = ["backpressure", "shed-low-first", "timed"] as const

/** The state of stages is in `perigee graph`: here it would hide what is live. */
const graphOf = ({ edges, stages }: GraphJson): Graph => ({
  nodes: stages.map(({ kind, name }) => ({
    name,
    kind: kinds.find((each) => each === kind) ?? "stateless",
    edge: { capacity: 1, policy: "backpressure", reason: "" }
  })),
  edges: edges.map((edge) => ({ ...edge, policy: policies.find((each) => each === edge.policy) ?? "backpressure" })),
  inputs: [],
  outputs: []
})

const pathOf = (points: PlacedEdge["points"]): string =>
  points.map(({ x, y }, place) => {
    const before = points[place - 1]
    if (before === undefined) return `M${x} ${y}`
    if (before.x === x) return `V${y}`
    const half = (before.y + y) / 2
    return `C${before.x} ${half} ${x} ${half} ${x} ${y}`
  }).join("")

export const GraphPicture = (props: {
  readonly graph: GraphJson
  readonly rates: ReadonlyMap<string, Rate>
  readonly occupancy: ReadonlyMap<string, number>
  readonly bottleneck: string | undefined
}) => {
  const placed = createMemo(() => layout(graphOf(props.graph)))
  const places = createMemo(() => props.graph.stages.map(({ name }) => name))
  const held = (name: string) => heldBy(props.graph.stages.find((stage) => stage.name === name)?.state)
  const greatest = createMemo(() => Math.max(1, ...Array.from(props.rates.values(), ({ perSecond }) => perSecond)))
  /** What passes an edge is what its stage takes in; of a stage with several inputs all of it, so the least of both ends. */
  const passing = (place: number): number | undefined => {
    const edge = props.graph.edges[place]
    if (edge === undefined) return undefined
    const from = props.rates.get(places()[edge.from] ?? "")
    const to = props.rates.get(places()[edge.to] ?? "")
    if (from === undefined) return to?.perSecond
    return to === undefined ? from.emittedPerSecond : Math.min(from.emittedPerSecond, to.perSecond)
  }
  const fullness = (place: number): number | undefined => {
    const edge = props.graph.edges[place]
    if (edge === undefined) return undefined
    const [from = "", to = ""] = [places()[edge.from], places()[edge.to]]
    return props.occupancy.get(`${from} -> ${to}`) ??
      (props.graph.stages[edge.from]?.kind === "buffer" ? props.occupancy.get(from) : undefined)
  }
  const label = (place: number): string => {
    const flow = passing(place)
    const full = fullness(place)
    return [flow === undefined ? "" : rate(flow), full === undefined ? "" : `${percent(full)} full`].filter((part) =>
      part !== ""
    ).join(" · ")
  }
  const width = (place: number): number => 1.2 + 7 * Math.sqrt((passing(place) ?? 0) / greatest())
  return (
    <div class="scroller" tabindex="0" role="region" aria-label={`Graph of ${props.graph.name}`}>
      <svg
        class="graph"
        viewBox={`0 0 ${placed().width} ${placed().height}`}
        width={placed().width}
        height={placed().height}
        role="img"
        aria-label={`Stages of ${props.graph.name}: ${places().join(", ")}`}
      >
        <For each={placed().edges}>
          {(edge, place) => (
            <g>
              <path
                class={fullness(place()) !== undefined && (fullness(place()) ?? 0) > 0.8 ? "edge full" : "edge"}
                d={pathOf(edge.points)}
                stroke-width={width(place())}
              />
              <text class="edge-label" x={edge.x + 14} y={edge.y + edge.height - 7}>
                {label(place())}
                <title>{edge.title}</title>
              </text>
            </g>
          )}
        </For>
        <For each={placed().stages}>
          {(stage) => {
            const busy = () => props.rates.get(stage.name)?.busy
            return (
              <g
                class={props.bottleneck === stage.name ? "stage bottleneck" : "stage"}
                style={{ "--hue": String(hue(stage.name)) }}
              >
                <title>{held(stage.name)}</title>
                <rect class="box" x={stage.x} y={stage.y} width={stage.width} height={stage.height} rx="5" />
                <rect
                  class="busy"
                  x={stage.x}
                  y={stage.y + stage.height - 5}
                  width={stage.width * (busy() ?? 0)}
                  height="5"
                />
                <rect class="hue" x={stage.x} y={stage.y} width="5" height={stage.height} rx="2" />
                <text x={stage.x + stage.width / 2} y={stage.y + 16} text-anchor="middle">{stage.name}</text>
                <text class="small" x={stage.x + stage.width / 2} y={stage.y + 30} text-anchor="middle">
                  {props.bottleneck === stage.name ? "bottleneck, " : ""}
                  {busy() === undefined ? stage.kind : percent(busy() ?? 0)}
                </text>
              </g>
            )
          }}
        </For>
      </svg>
      <Show when={props.graph.stages.length === 0}>
        <p class="quiet">no stage</p>
      </Show>
    </div>
  )
}
