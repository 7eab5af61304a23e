/** The graphs of the pipelines that this process runs, for whoever shows them. */
import { Context, Effect, Layer, type Scope } from "effect"
import type { PipelineGraphJson } from "../../domain/api/operation/pipelineAnswer.ts"

/** By default nobody asks. */
export class PipelineGraphs extends Context.Reference<{
  /** Shows it until the scope closes. */
  readonly add: (graph: PipelineGraphJson) => Effect.Effect<void, never, Scope.Scope>
  /** In the order in which they were added. */
  readonly all: () => ReadonlyArray<PipelineGraphJson>
}>("perigee/layers/stage/PipelineGraphs", { defaultValue: () => ({ add: () => Effect.void, all: () => [] }) }) {
  static readonly layerMemory = Layer.sync(PipelineGraphs, () => {
    const graphs = new Set<PipelineGraphJson>()
    return {
      add: (graph: PipelineGraphJson) =>
        Effect.acquireRelease(
          Effect.sync(() => void graphs.add(graph)),
          () => Effect.sync(() => void graphs.delete(graph))
        ),
      all: () => Array.from(graphs)
    }
  })
}
