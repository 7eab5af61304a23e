import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem, Result } from "effect"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { decodeObservationJson, encodeObservationLine } from "../../../src/domain/observation/observationJson.ts"
import { makeRegistry } from "../../../src/domain/observation/sensors/SensorRegistry.ts"
import { conjunctionPrimary, conjunctionSecondary } from "../../../src/domain/simulation/syntheticCatalogue.ts"
import {
  observationLine,
  observationOf,
  writeObservations,
  writeTruth
} from "../../../src/layers/simulator/writeScenario.ts"
import { registry, scenario } from "../../support/scenario.ts"

describe("writeObservations", () => {
  it.live("writes each frame as the line that its schema would write, in order, with the id of a live run", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const out = yield* fs.makeTempFileScoped()
      const report = yield* writeObservations({ scenario: scenario(), registry, out })
      const lines = (yield* fs.readFileString(out)).trimEnd().split("\n")
      const emissions = [...scenario().emissions]
      expect(lines).toHaveLength(emissions.length)
      expect(report.observations).toBe(emissions.length)
      const kinds = Object.values(report.bySourceKind)
      expect(kinds.reduce((a, b) => a + b)).toBe(emissions.length)
      expect(Math.min(...kinds)).toBeGreaterThan(0)
      for (const [i, emission] of emissions.entries()) {
        const observation = Result.getOrThrow(observationOf(emission, registry))
        expect(lines[i]).toBe(encodeObservationLine(observation))
        expect(lines[i]).toBe(observationLine(observation))
        expect(observation.observationId).toBe(observationIdOf(emission.wire, emission.bytes))
        const read = decodeObservationJson(JSON.parse(lines[i] ?? ""), observation)
        expect(Result.isSuccess(read) && read.success.target).toEqual(observation.target)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("tells its progress and ends with the scenario's end", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const out = yield* fs.makeTempFileScoped()
      const told: Array<readonly [number, number]> = []
      const run = scenario({ seconds: 5 })
      const report = yield* writeObservations({
        scenario: run,
        registry,
        out,
        onProgress: ({ observations, time }) => Effect.sync(() => told.push([time, observations]))
      })
      expect(told.at(-1)).toEqual([run.end, report.observations])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("fails on a sensor that the registry does not know, and names it", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const out = yield* fs.makeTempFileScoped()
      const error = yield* Effect.flip(writeObservations({ scenario: scenario(), registry: makeRegistry([]), out }))
      expect(error._tag).toBe("WriteScenarioError")
      expect(error.message).toMatch(/unregistered/)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
})

describe("writeTruth", () => {
  it.live("writes the scenario's conjunctions, the planned one among them", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* fs.makeTempFileScoped()
      const count = yield* writeTruth(scenario(), 3_600_000, file)
      const lines = (yield* fs.readFileString(file)).trimEnd().split("\n")
      expect(lines).toHaveLength(count)
      const planned = lines.find((line) => line.includes(`["${conjunctionPrimary}","${conjunctionSecondary}"]`))
      const { missDistanceMetres } = JSON.parse(planned ?? "{}")
      expect(missDistanceMetres).toBeCloseTo(25, 2)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
})
