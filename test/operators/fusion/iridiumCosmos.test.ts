/**
 * The collision of 2009: six hours of the default radars' observations, simulated from the unperturbed elements, through the whole
 * pipeline. SGP4 on the elements gives 698.0 m at 16:55:59.796 UTC. See docs/iridium-cosmos.md.
 */
import { describe, expect, it } from "@effect/vitest"
import { Array as Arr, Effect, Layer, pipe, Result, Stream } from "effect"
import { readFileSync } from "node:fs"
import type { ConjunctionAlert } from "../../../src/domain/alert/ConjunctionAlert.ts"
import { encodeRawRecordHeaders, observationsTopic } from "../../../src/domain/observation/formats/rawRecordHeaders.ts"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { decodeCatalogue } from "../../../src/domain/orbit/catalogue/Catalogue.ts"
import type { Emission } from "../../../src/domain/simulation/Emission.ts"
import { makeScenario } from "../../../src/domain/simulation/scenario.ts"
import { type Element, itemsOf } from "../../../src/domain/stream/Batch.ts"
import { AlertStore } from "../../../src/layers/alerts/AlertStore.ts"
import { type LogRecord, MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { fusion } from "../../../src/operators/fusion/fusion.ts"
import { fusionSource } from "../../../src/operators/fusion/fusionSource.ts"
import { uncorrelatedTopic } from "../../../src/operators/fusion/tracking/publishUncorrelated.ts"
import { payloadsOf } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { registry, sensors } from "../../support/scenario.ts"
import { testData } from "../../support/sharedData.ts"

const file = testData("catalogue/iridium33_cosmos2251_2009-02-10.3le")
const hour = 3_600_000
const start = Date.UTC(2009, 1, 10, 10, 56)
const closest = Date.UTC(2009, 1, 10, 16, 55, 59, 796)
const nominalMiss = 698.0

const log = Layer.provideMerge(AlertStore.layer, MessageLog.layerMemory)
const services = Layer.mergeAll(stageLayer, log)

const recordOf = ({ bytes, sendAt, sourceId, wire }: Emission, offset: number): LogRecord => ({
  topic: observationsTopic,
  partition: 0,
  offset,
  key: sourceId,
  value: bytes,
  timestamp: sendAt,
  headers: encodeRawRecordHeaders({
    raw: { format: wire, source: wire, bytes, locator: sourceId },
    observationId: observationIdOf(wire, bytes),
    receivedAt: sendAt,
    trace: undefined,
    key: sourceId,
    cursor: undefined
  })
})

/** Every version of every alert, in the order of delivery. */
const versionsOf = (seed: number) =>
  Effect.gen(function*() {
    const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(file, "utf8"), file))
    const scenario = makeScenario({
      seed,
      start,
      durationMillis: 6 * hour,
      catalogue: catalogue.values(),
      sensors,
      perturbation: 0
    })
    const records = Array.from(scenario.emissions, recordOf)
    const messages = yield* MessageLog
    yield* messages.ensureTopic({ name: uncorrelatedTopic, partitions: 1 })
    const pipeline = fusion({ registry, catalogue, now: () => closest, alertSequences: new Map() })
    const versions: Array<ConjunctionAlert> = []
    yield* pipe(
      Stream.fromIterable(Arr.chunksOf(records, 256)),
      Stream.flatMap((array) => Stream.fromArray(array)),
      fusionSource,
      pipeline,
      Stream.runForEachArray((elements: ReadonlyArray<Element<ConjunctionAlert>>) =>
        Effect.sync(() => versions.push(...payloadsOf(itemsOf(elements))))
      )
    )
    return versions
  }).pipe(Effect.provide(services))

describe("Iridium 33 and Cosmos 2251", () => {
  const seeds = [1, 2, 3, 4, 5]
  const misses: Array<number> = []

  it.live.each(seeds)(
    "an action alert by the miss distance, with the right figures and an honest sigma (seed %s)",
    (seed) =>
      Effect.gen(function*() {
        const versions = yield* versionsOf(seed)
        expect(new Set(versions.map(({ alertId }) => alertId)).size).toBe(1)
        // Versions after the closest approach only say that the alert has expired.
        const last = versions.findLast(({ level }) => level !== "expired")
        expect(last).toMatchObject({
          objects: ["22675", "24946"],
          level: "action",
          levelBy: "miss-distance",
          validity: "valid",
          final: true
        })
        if (last === undefined) return
        expect(Math.abs(last.tca - closest)).toBeLessThan(1000)
        expect(last.missDistanceSigmaMetres).toBeLessThan(200)
        const error = (last.missDistanceMetres - nominalMiss) / last.missDistanceSigmaMetres
        expect(Math.abs(error)).toBeLessThan(3)
        misses.push(error)
        expect(last.relativeSpeedMetresPerSecond).toBeCloseTo(11_647, -1)
        expect(last.pc).toBeLessThan(1e-7)
        expect(last.pcMaximum).toBeGreaterThan(1e-6)
        // From the first observation on it is urgent: a sum of both catalogues' errors says so before any track does.
        expect(versions[0]).toMatchObject({ level: "action", validity: "tle-only" })
        expect(versions.every(({ level }) => level === "action" || level === "expired")).toBe(true)
        for (const { missDistanceMetres, missDistanceSigmaMetres } of versions) {
          expect(Math.abs(missDistanceMetres - nominalMiss)).toBeLessThan(4 * missDistanceSigmaMetres)
        }
      }),
    { timeout: 120_000 }
  )

  it("the errors over the seeds are no larger than the sigmas say (chi-square, 0.999)", () => {
    expect(misses.length).toBe(seeds.length)
    // 20.5 for five degrees of freedom. The truth keeps to SGP4, the process noise allows that it would not: the sum is well below five.
    expect(misses.reduce((sum, error) => sum + error * error, 0)).toBeLessThan(20.5)
  })
})
