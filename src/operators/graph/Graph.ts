/**
 * What a pipeline is made of: stages, and the edges between them with what may wait on each. A value that grows as operators are composed,
 * so that it tells the topology that runs and no other.
 */

import { Data } from "effect"

/**
 * The edge that leaves a stage: how many elements may wait on it and what happens when it is full. `direct` edges hold the one array
 * that the next stage is about to pull.
 */
export interface Edge {
  readonly capacity: number
  readonly policy: "backpressure" | "shed-low-first" | "timed"
  readonly reason: string
}

/** What most edges are: the next stage pulls, nothing waits. */
export const direct: Edge = {
  capacity: 256,
  policy: "backpressure",
  reason: "direct: the next stage pulls one array at a time"
}

/** A part of a stage's state: a table, panes, the rows of a join. */
export interface StatePartInfo {
  readonly name: string
  /** How many entries it holds at most; `Infinity`: something else bounds it. */
  readonly bound: number
}

/** The parts of a stage's state that are kept over a restart, or that it is not kept, or that what it was made of is read again. */
export type KeptState = ReadonlyArray<StatePartInfo> | "not kept" | "read again"

export interface StageNode {
  readonly name: string
  /** What it holds from one array to the next, if anything. */
  readonly state?: KeptState
  readonly kind: "source" | "stateless" | "stateful" | "effectful" | "buffer" | "fork" | "merge" | "sink"
  readonly edge: Edge
}

/** From one stage to another: places in {@link Graph.nodes}. */
export interface GraphEdge extends Edge {
  readonly from: number
  readonly to: number
}

export interface Graph {
  /** Upstream first. */
  readonly nodes: ReadonlyArray<StageNode>
  /** By where they leave. */
  readonly edges: ReadonlyArray<GraphEdge>
  /** The stages that what comes in reaches first, and those that what goes out leaves last. */
  readonly inputs: ReadonlyArray<number>
  readonly outputs: ReadonlyArray<number>
}

export const nodeGraph = (node: StageNode): Graph => ({ nodes: [node], edges: [], inputs: [0], outputs: [0] })

/** Of what is no stage. */
export const noStage: Graph = { nodes: [], edges: [], inputs: [], outputs: [] }

/** Two stages of one pipeline with one name: their counts, spans and state would be taken for each other's. Ends whoever composes them. */
export class DuplicateStage extends Data.TaggedError("DuplicateStage")<{
  readonly stage: string
  /** Where the two stand. */
  readonly places: readonly [string, string]
}> {
  override get message(): string {
    const [first, second] = this.places
    return `two stages are called "${this.stage}": ${first}, and ${second}. Give one of them a name of its own: state is kept under it`
  }
}

/** Where a stage stands, for a person: what it is, and behind which others. */
const placeOf = ({ edges, nodes }: Graph, place: number): string => {
  const above = edges.filter(({ to }) => to === place).map(({ from }) => nodes[from]?.name ?? "")
  return `the ${nodes[place]?.kind} stage ${above.length === 0 ? "at the beginning" : `behind ${above.join(", ")}`}`
}

/** Sources hold nothing under their names, and several of one name may be merged. */
const refuseDuplicates = (graph: Graph): Graph => {
  const places = new Map<string, number>()
  graph.nodes.forEach(({ kind, name }, place) => {
    if (kind === "source") return
    const before = places.get(name)
    if (before !== undefined) {
      throw new DuplicateStage({ stage: name, places: [placeOf(graph, before), placeOf(graph, place)] })
    }
    places.set(name, place)
  })
  return graph
}

/** Several graphs next to each other: the branches of a fork, the inputs of a merge. Their stages have names of their own. */
export const sideBySide = (graphs: ReadonlyArray<Graph>): Graph => refuseDuplicates(besides(graphs))

const besides = (graphs: ReadonlyArray<Graph>): Graph => {
  const nodes: Array<StageNode> = []
  const edges: Array<GraphEdge> = []
  const inputs: Array<number> = []
  const outputs: Array<number> = []
  for (const graph of graphs) {
    const offset = nodes.length
    nodes.push(...graph.nodes)
    edges.push(...graph.edges.map((edge) => ({ ...edge, from: edge.from + offset, to: edge.to + offset })))
    inputs.push(...graph.inputs.map((place) => place + offset))
    outputs.push(...graph.outputs.map((place) => place + offset))
  }
  return { nodes, edges, inputs, outputs }
}

/** One graph behind another. `between`: the edges that join them, if they are not those of the stages that they leave. */
export const inRow = (first: Graph, second: Graph, between?: Edge): Graph => {
  if (first.nodes.length === 0) return second
  if (second.nodes.length === 0) return first
  const { edges, inputs, nodes, outputs } = besides([first, second])
  const joining = first.outputs.flatMap((from) => {
    const edge = between ?? nodes[from]?.edge ?? direct
    const { capacity, policy, reason } = edge
    return inputs.slice(first.inputs.length).map((to): GraphEdge => ({ from, to, capacity, policy, reason }))
  })
  return refuseDuplicates({
    nodes,
    edges: [...edges, ...joining].sort((a, b) => a.from - b.from || a.to - b.to),
    inputs: inputs.slice(0, first.inputs.length),
    outputs: outputs.slice(first.outputs.length)
  })
}

const policies: ReadonlySet<string> = new Set<Edge["policy"]>(["backpressure", "shed-low-first", "timed"])

/** What is wrong with a topology: edges that hold any number of elements, or that nobody gave a policy or a reason. */
export const edgeProblems = ({ edges, nodes }: Graph): ReadonlyArray<string> =>
  edges.flatMap(({ capacity, from, policy, reason, to }) => {
    const name = `${nodes[from]?.name} -> ${nodes[to]?.name}`
    const problems: Array<string> = []
    if (!(Number.isInteger(capacity) && capacity > 0)) problems.push(`${name}: capacity ${capacity} is no bound`)
    if (!policies.has(policy)) problems.push(`${name}: no policy is called "${policy}"`)
    if (reason.trim() === "") problems.push(`${name}: no reason`)
    return problems
  })
