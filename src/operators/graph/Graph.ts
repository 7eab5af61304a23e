/**
 * What a pipeline is made of: stages, and the edges between them with what may wait on each. A value that grows as operators are composed,
 * so that it tells the topology that runs and no other.
 */

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

/** Several graphs next to each other: the branches of a fork, the inputs of a merge. */
export const sideBySide = (graphs: ReadonlyArray<Graph>): Graph => {
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
  const { edges, inputs, nodes, outputs } = sideBySide([first, second])
  const joining = first.outputs.flatMap((from) => {
    const edge = between ?? nodes[from]?.edge ?? direct
    const { capacity, policy, reason } = edge
    return inputs.slice(first.inputs.length).map((to): GraphEdge => ({ from, to, capacity, policy, reason }))
  })
  return {
    nodes,
    edges: [...edges, ...joining].sort((a, b) => a.from - b.from || a.to - b.to),
    inputs: inputs.slice(0, first.inputs.length),
    outputs: outputs.slice(first.outputs.length)
  }
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
