import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { graph } from "../../src/commands/graph.ts"
import { runner } from "../support/command.ts"
import { fusionNodes } from "../support/fusionShape.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const run = runner(graph)

const stages = ["observations", ...fusionNodes, "commit"]

/** One after the other, but for the canaries' way around the screening of the catalogue. */
const edges = [
  ["observations", "decode"],
  ["decode", "validate"],
  ["validate", "dedupe"],
  ["dedupe", "watermark"],
  ["watermark", "match"],
  ["match", "track"],
  ["track", "uncorrelated"],
  ["uncorrelated", "screening"],
  ["screening", "screen (canaries)"],
  ["screening", "screen"],
  ["screen (canaries)", "screening merge"],
  ["screen", "screening merge"],
  ["screening merge", "correlate"],
  ["correlate", "assess"],
  ["assess", "alert"],
  ["alert", "dedupe-alerts"],
  ["dedupe-alerts", "publish"],
  ["publish", "commit"]
]

describe("perigee graph", () => {
  it.live("prints a line an edge, with capacity, policy and reason, and a line for each part of the state", () =>
    Effect.gen(function*() {
      const { code, out } = yield* run([])
      assert.strictEqual(code, 0)
      const all = out.join("\n").split("\n")
      const state = all.filter((line) => line.includes(" holds "))
      assert.include(state, "dedupe holds seen: at most 1000000 entries")
      assert.include(state, "track holds tracks: no bound of its own")
      assert.notMatch(state.join("\n"), /not kept|read again/)
      const lines = all.slice(0, -state.length)
      for (const line of lines) assert.match(line, /^.+ \(\w+\) -> .+ \(\w+\): capacity \d+, [\w-]+: \S/)
      const kinds = / \((?:source|stateless|stateful|effectful|fork|merge|sink)\)/g
      const told = lines.map((line) => line.replace(/: capacity .*/, "").replace(kinds, "").split(" -> "))
      assert.deepStrictEqual(told, edges)
    }))

  it.live("prints JSON, and writes SVG to a file", () =>
    Effect.gen(function*() {
      const { out } = yield* run(["--format", "json"])
      const json = JSON.parse(out.join("\n"))
      assert.deepStrictEqual(json.stages.map((stage: { readonly name: string }) => stage.name), stages)
      const stateOf = (name: string) =>
        json.stages.find((stage: { readonly name: string }) => stage.name === name).state
      assert.deepStrictEqual(stateOf("dedupe"), [{ name: "seen", bound: 1_000_000 }])
      assert.isUndefined(stateOf("decode"))
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
