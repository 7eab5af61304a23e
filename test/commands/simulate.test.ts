import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, FileSystem, Layer, Runtime, type Scope } from "effect"
import { Command } from "effect/cli"
import { simulate } from "../../src/commands/simulate.ts"

/** Runs the command and gives what it wrote to standard output, or its failure. */
const run = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const printed: Array<string> = []
    const console_ = yield* Console.Console
    const captured: Console.Console = {
      ...console_,
      log: (...parts) => void printed.push(parts.join(" ")),
      error: () => undefined
    }
    yield* Command.runWith(simulate, { version: "test" })(args).pipe(Effect.provideService(Console.Console, captured))
    return printed
  })

const exitCodeOf = (...args: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(run(...args)), (error) => ({
    code: Runtime.getErrorExitCode(error),
    message: String(error.message)
  }))

const files = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  return { fs, directory, out: `${directory}/observations.jsonl`, truth: `${directory}/truth.jsonl` }
})

const live = <A, E>(effect: Effect.Effect<A, E, NodeServices.NodeServices | Scope.Scope>) =>
  effect.pipe(Effect.scoped, Effect.provide(Layer.fresh(NodeServices.layer)))

describe("perigee simulate", () => {
  it.live("writes the same files for the same seed and prints one JSON document", () =>
    live(Effect.gen(function*() {
      const { directory, fs, out, truth } = yield* files
      const printed = yield* run("--for", "5s", "--seed", "7", "--out", out, "--truth", truth, "--json")
      expect(printed).toHaveLength(1)
      const lines = (yield* fs.readFileString(out)).trimEnd().split("\n")
      const result = JSON.parse(printed[0] ?? "")
      expect(result).toMatchObject({ seed: 7, objects: 300, end: "2026-03-20T00:00:05.000000Z" })
      expect(result.observations.total).toBe(lines.length)
      expect(result.trueConjunctions).toBe((yield* fs.readFileString(truth)).trimEnd().split("\n").length)
      const again = `${directory}/again.jsonl`
      expect(yield* run("--for", "5s", "--seed", "7", "--out", again)).toEqual([])
      expect(yield* fs.readFileString(again)).toBe(yield* fs.readFileString(out))
      yield* run("--for", "5s", "--seed", "8", "--out", again)
      expect(yield* fs.readFileString(again)).not.toBe(yield* fs.readFileString(out))
    })))

  it.live("integrates the truth where it is told to, and says so and from when", () =>
    live(Effect.gen(function*() {
      const { fs, out } = yield* files
      const common = ["--for", "2s", "--seed", "7", "--out", out, "--json"]
      const [sgp4 = ""] = yield* run(...common, "--truth-model", "sgp4")
      const other = yield* fs.readFileString(out)
      const [numeric = ""] = yield* run(...common, "--truth-model", "numeric", "--anchor", "2026-03-20T01:00:00Z")
      expect(JSON.parse(sgp4)).toMatchObject({ truthModel: "sgp4" })
      expect(JSON.parse(numeric)).toMatchObject({ truthModel: "numeric", anchor: "2026-03-20T01:00:00.000000Z" })
      expect(yield* fs.readFileString(out)).not.toBe(other)
      expect(yield* exitCodeOf(...common, "--anchor", "noon")).toMatchObject({
        message: "--anchor noon: expected an RFC 3339 time"
      })
    })))

  it.live("takes a catalogue, a sensor registry and faults", () =>
    live(Effect.gen(function*() {
      const { directory, fs, out } = yield* files
      yield* fs.writeFileString(
        `${directory}/iridium.3le`,
        [
          "IRIDIUM 33",
          "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775",
          "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336"
        ].join("\n")
      )
      yield* fs.writeFileString(
        `${directory}/sensors.json`,
        JSON.stringify([{
          sourceId: "polar",
          kind: "radar",
          arrayId: 5,
          site: { latitudeDegrees: 78, longitudeDegrees: 16, heightMetres: 400 },
          mask: { minimumElevationDegrees: 5 },
          sigmas: { rangeMetres: 30, rangeRateMetresPerSecond: 0.1, azimuthDegrees: 0.02, elevationDegrees: 0.02 }
        }])
      )
      const args = ["--start", "2009-02-10T11:00:00Z", "--for", "2h", "--catalogue", `${directory}/iridium.3le`]
      const [text = "{}"] = yield* run(
        ...args,
        "--sensors",
        `${directory}/sensors.json`,
        "--faults",
        "duplicates",
        "--out",
        out,
        "--json"
      )
      const result = JSON.parse(text)
      expect(result.objects).toBe(1)
      expect(result.observations.bySourceKind).toMatchObject({ optical: 0, isl: 0 })
      expect(result.faults.duplicates).toBeGreaterThan(0)
      const [line = "{}"] = (yield* fs.readFileString(out)).split("\n")
      expect(JSON.parse(line)).toMatchObject({ sourceId: "polar", objectHint: "24946" })
    })))

  it.live("bad input is exit code 2, with file, line and reason", () =>
    live(Effect.gen(function*() {
      const { directory, fs, out } = yield* files
      const bad = `${directory}/bad.tle`
      yield* fs.writeFileString(bad, "NAME\n1 24946U nonsense\n")
      const catalogue = yield* exitCodeOf("--out", out, "--catalogue", bad)
      expect(catalogue.code).toBe(2)
      expect(catalogue.message).toMatch(/bad\.tle:\d+: ./)
      const missing = yield* exitCodeOf("--out", out, "--catalogue", `${directory}/none.tle`)
      expect(missing.code).toBe(2)
      expect(missing.message).toContain("none.tle")
      for (
        const [args, reason] of [
          [["--for", "ten"], "--for ten"],
          [["--for", "0s"], "--for 0s"],
          [["--start", "today"], "--start today"],
          [["--faults", "gremlins"], "Unknown fault \"gremlins\""],
          [["--perturbation", "-1"], "--perturbation -1"]
        ] as const
      ) {
        const { code, message } = yield* exitCodeOf("--out", out, ...args)
        expect(code).toBe(2)
        expect(message).toContain(reason)
      }
      expect(yield* fs.exists(out)).toBe(false)
    })))
})
