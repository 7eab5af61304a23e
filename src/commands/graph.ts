/** `perigee graph`: the fusion pipeline as it is built, drawn. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { graphSvg } from "../operators/graph/graphSvg.ts"
import { graphJson, graphText } from "../operators/graph/graphText.ts"
import type { Graph } from "../operators/stage/Stage.ts"
import { fusionGraph } from "./fusionGraph.ts"
import { writeOutput } from "./output.ts"

const formats = ["svg", "text", "json"] as const

const drawn: Readonly<Record<(typeof formats)[number], (graph: Graph) => string>> = {
  svg: (graph) => graphSvg(graph, "Perigee's fusion pipeline"),
  text: (graph) => `${graphText(graph).join("\n")}\n`,
  json: (graph) => `${JSON.stringify(graphJson(graph))}\n`
}

export const graph = Command.make(
  "graph",
  {
    format: Flag.Literals("format", formats).pipe(
      Flag.withDescription(
        "svg: a picture for light and dark pages; text: a line an edge and a part of state; json: stages and edges"
      ),
      Flag.withDefault("text")
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write to; without one, or with -, standard output"),
      Flag.optional
    )
  },
  Effect.fn("graph")(function*({ format, out }) {
    const text = drawn[format](yield* fusionGraph)
    if (Option.isNone(out)) return yield* Console.log(text.trimEnd())
    yield* writeOutput("out", out.value, text)
  })
).pipe(
  Command.withDescription(
    "Draw the pipeline that `perigee run` runs: stages, what state they keep, edges, capacities, policies"
  ),
  Command.withExamples([
    { command: "perigee graph", description: "A line an edge" },
    { command: "perigee graph --format svg --out pipeline.svg", description: "A picture" }
  ])
)
