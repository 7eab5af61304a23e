/** `perigee graph`: the fusion pipeline as it is built, drawn. */
import { Console, Effect, FileSystem, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { fusionSettings } from "../layers/config/settings.ts"
import { defaultFusionSettings } from "../operators/fusion/fusion.ts"
import { fusionPipeline } from "../operators/fusion/fusionPipeline.ts"
import { graphSvg } from "../operators/graph/graphSvg.ts"
import { graphJson, graphText } from "../operators/graph/graphText.ts"
import type { Graph } from "../operators/stage/Stage.ts"
import { InputError } from "./InputError.ts"
import { readRegistry } from "./inputs.ts"
import { settingMessage } from "./settingFlags.ts"

const formats = ["svg", "text", "json"] as const

const drawn: Readonly<Record<(typeof formats)[number], (graph: Graph) => string>> = {
  svg: (graph) => graphSvg(graph, "Perigee's fusion pipeline"),
  text: (graph) => `${graphText(graph).join("\n")}\n`,
  json: (graph) => `${JSON.stringify(graphJson(graph))}\n`
}

/** The pipeline that `run` runs. Its shape depends on neither catalogue nor records, so there are none. */
const builtGraph = Effect.gen(function*() {
  const registry = yield* readRegistry(Option.none())
  const settings = yield* Effect.mapError(
    fusionSettings,
    (error) => new InputError({ message: settingMessage(error) })
  )
  return fusionPipeline({
    registry,
    settings: { ...defaultFusionSettings, ...settings },
    catalogue: new Map(),
    now: () => 0,
    alertSequences: new Map()
  }).graph
})

export const graph = Command.make(
  "graph",
  {
    format: Flag.Literals("format", formats).pipe(
      Flag.withDescription("svg: a picture for light and dark pages; text: a line an edge; json: stages and edges"),
      Flag.withDefault("text")
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write to; without one, standard output"),
      Flag.optional
    )
  },
  Effect.fn("graph")(function*({ format, out }) {
    const text = drawn[format](yield* builtGraph)
    if (Option.isNone(out)) return yield* Console.log(text.trimEnd())
    const fs = yield* FileSystem.FileSystem
    yield* fs.writeFileString(out.value, text).pipe(
      Effect.mapError(({ message }) => new InputError({ message: `${out.value}: ${message}` }))
    )
  })
).pipe(
  Command.withDescription("Draw the pipeline that `perigee run` runs: stages, edges, capacities, policies"),
  Command.withExamples([
    { command: "perigee graph", description: "A line an edge" },
    { command: "perigee graph --format svg --out pipeline.svg", description: "A picture" }
  ])
)
