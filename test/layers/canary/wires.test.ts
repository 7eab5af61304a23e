/** Canaries through the real sockets: UDP, a poll over HTTP, TCP. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Stream } from "effect"
import { makeCanaryWires } from "../../../src/commands/run/canaryWires.ts"
import { withCanarySensors } from "../../../src/domain/canary/sensors.ts"
import { decodeRawRecord } from "../../../src/domain/observation/formats/decodeRawRecord.ts"
import { CanaryInjector, CanaryTrigger } from "../../../src/layers/canary/CanaryInjector.ts"
import { CanaryJournal, CanaryWatch } from "../../../src/layers/canary/CanaryWatch.ts"
import { CursorStore } from "../../../src/layers/sources/CursorStore.ts"
import { makeIslTcp } from "../../../src/layers/sources/IslTcp.ts"
import { makeRadarUdp } from "../../../src/layers/sources/RadarUdp.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { registry } from "../../support/scenario.ts"

const layer = CanaryInjector.layerTest({ horizonMillis: 86_400_000 }).pipe(
  Layer.provideMerge(Layer.mergeAll(
    CanaryWatch.layerTest,
    SourceStats.layer,
    CursorStore.layerMemory,
    NodeHttpClient.layerUndici
  ))
)

const host = "127.0.0.1"

describe("canaries over the sources' sockets", () => {
  it.live("come out of each source under the id they were announced with, and are no sign of a sensor", () =>
    Effect.gen(function*() {
      const radar = yield* makeRadarUdp({ host, port: 0 })
      const isl = yield* makeIslTcp({ host, port: 0 })
      const { sources, wires } = yield* makeCanaryWires({
        radar: { host, port: radar.port },
        isl: { host, port: isl.port },
        optical: { pollInterval: "50 millis" }
      })
      yield* Effect.forkScoped((yield* CanaryInjector).run(wires))
      yield* Effect.sleep("10 millis")
      yield* (yield* CanaryTrigger).send
      const records = yield* Stream.mergeAll([radar, isl, ...sources].map(({ records }) => records), {
        concurrency: "unbounded"
      }).pipe(Stream.take(3), Stream.runCollect)
      const announced = (yield* CanaryJournal).entries().map(({ observationId }) => observationId)
      assert.sameMembers(records.map(({ observationId }) => observationId), [...announced])
      assert.deepStrictEqual(records.map(({ raw }) => raw.format).toSorted(), ["isl", "optical", "radar"])
      for (const { observationId, raw, receivedAt } of records) {
        const observation = Result.getOrThrow(
          decodeRawRecord(raw, { observationId, receivedAt }, withCanarySensors(registry))
        )
        assert.strictEqual(observation.sourceKind, "canary")
      }
      const stats = (yield* SourceStats).all()
      assert.deepStrictEqual(Array.from(stats.keys()).toSorted(), ["isl", "radar"])
      for (const { gaps, lastSeen, received } of stats.values()) {
        assert.deepStrictEqual([received, lastSeen, gaps], [0, undefined, 0])
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("off: nothing is opened", () =>
    Effect.gen(function*() {
      const { sources, wires } = yield* makeCanaryWires({
        radar: { host, port: 9 },
        isl: { host, port: 9 },
        optical: { pollInterval: "1 second" }
      })
      assert.deepStrictEqual([sources, wires], [[], []])
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici)))
})
