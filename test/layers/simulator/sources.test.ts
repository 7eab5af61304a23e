import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result, Schedule, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import * as ScenarioClock from "../../../src/layers/simulator/ScenarioClock.ts"
import { Simulator } from "../../../src/layers/simulator/Simulator.ts"
import { observationOf } from "../../../src/layers/simulator/writeScenario.ts"
import { CursorStore } from "../../../src/layers/sources/CursorStore.ts"
import { makeIslTcp } from "../../../src/layers/sources/IslTcp.ts"
import { makeOpticalHttp } from "../../../src/layers/sources/OpticalHttp.ts"
import { makeRadarUdp } from "../../../src/layers/sources/RadarUdp.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { registry, scenario, scenarioOptions } from "../../support/scenario.ts"

const seed = 11
const faults = "duplicates,reordering"
const speed = 20

const world = Layer.mergeAll(
  Simulator.layer(scenarioOptions({ seed, faults })),
  SourceStats.layer,
  CursorStore.layerMemory,
  FetchHttpClient.layer
).pipe(Layer.provideMerge(ScenarioClock.layer({ start: seededStart, speed })))

describe("the simulator and the real sources", () => {
  it.live("every record of the scenario arrives once, under the id that `simulate` writes", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator
      const radar = yield* makeRadarUdp({ port: 0 })
      const isl = yield* makeIslTcp({ port: 0 })
      // The request timeout is scenario time: at this speed the default would leave 250 ms.
      const optical = yield* makeOpticalHttp({ url: simulator.archiveUrl, requestTimeout: "100 seconds" })
      const sources = [radar, isl, optical]
      const collecting = yield* Effect.forkChild(
        Effect.forEach(sources, ({ records }) => Stream.runCollect(records), { concurrency: 3 })
      )
      const report = yield* simulator.drive({
        radar: { host: "127.0.0.1", port: radar.port },
        isl: { host: "127.0.0.1", port: isl.port }
      })
      yield* simulator.archiveDrained
      const stats = yield* SourceStats
      const counted = () => sources.map(({ kind, name }) => ({ kind, received: stats.counters(name).received }))
      const wanted = [
        { kind: "radar", received: report.sent.radar },
        { kind: "isl", received: report.sent.isl },
        // The optical source drops by itself what it has had before.
        { kind: "optical", received: report.distinct.optical }
      ]
      yield* Effect.repeat(Effect.sync(counted), {
        schedule: Schedule.spaced("200 millis"),
        until: (now) => JSON.stringify(now) === JSON.stringify(wanted)
      })
      yield* Effect.forEach(sources, ({ stop }) => stop)
      const records = (yield* Fiber.join(collecting)).flat()

      const ids = (wire: string) => {
        const emissions = [...scenario({ seed, faults }).emissions].filter((emission) =>
          emission.wire === wire && (wire !== "optical" || !emission.again)
        )
        return emissions.map((emission) => Result.getOrThrow(observationOf(emission, registry)).observationId)
      }
      const received = (format: string) =>
        records.filter(({ raw }) => raw.format === format).map(({ observationId }) => observationId)
      // Datagrams also arrive in the order sent; connections and polls have an order of their own.
      expect(received("radar")).toEqual(ids("radar"))
      expect(received("isl").sort()).toEqual(ids("isl").sort())
      expect(received("optical").sort()).toEqual(ids("optical").sort())
      expect(stats.counters("radar").kernelDrops ?? 0).toBe(0)
    }).pipe(Effect.scoped, Effect.provide(world)))
})
