import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { graph } from "../../src/commands/graph.ts"
import { runner } from "../support/command.ts"
import { fusionStages } from "../support/fusionShape.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(graph)

const stages = ["observations", ...fusionStages, "commit"]

describe("perigee graph", () => {
  it.live("prints a line an edge, with capacity, policy and reason", () =>
    Effect.gen(function*() {
      const { code, out } = yield* run([])
      assert.strictEqual(code, 0)
      const lines = out.join("\n").split("\n")
      assert.lengthOf(lines, stages.length - 1)
      lines.forEach((line, i) => {
        assert.match(
          line,
          new RegExp(`^${stages[i]} \\(\\w+\\) -> ${stages[i + 1]} \\(\\w+\\): capacity \\d+, [\\w-]+: \\S`)
        )
      })
    }))

  it.live("prints JSON, and writes SVG to a file", () =>
    Effect.gen(function*() {
      const { out } = yield* run(["--format", "json"])
      const json = JSON.parse(out.join("\n"))
      assert.deepStrictEqual(json.stages.map((stage: { readonly name: string }) => stage.name), stages)
      const file = join(yield* temporaryDirectory, "pipeline.svg")
      assert.deepStrictEqual((yield* run(["--format", "svg", "--out", file])).out, [])
      const svg = readFileSync(file, "utf8")
      assert.isTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"))
      assert.include(svg, "prefers-color-scheme: dark")
    }))

  it.live("a file that cannot be written is bad input", () =>
    Effect.gen(function*() {
      const { code, failure } = yield* run(["--out", "/dev/null/graph.svg"])
      assert.strictEqual(code, 2)
      assert.include(failure, "/dev/null/graph.svg")
    }))

  it.live("a wrong setting is bad input", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run([], { PERIGEE_WINDOW: "often" })).code, 2)
    }))
})
