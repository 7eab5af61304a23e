import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Observation } from "../../../src/domain/observation/Observation.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { observationLine } from "../../../src/layers/simulator/writeScenario.ts"
import {
  finalAlerts,
  type FusionRun,
  lineRecord,
  observed,
  recordsOf,
  runFusion,
  shortHorizon
} from "../../support/fusionRun.ts"
import { synthetic } from "../../support/scenario.ts"
import { shuffled } from "../../support/shuffle.ts"

const cuts = [256, 64, 17, 100, 1000, 33, 256, 5, 128, 200]

const kinds = (observations: ReadonlyArray<Observation>) => new Set(observations.map(({ sourceKind }) => sourceKind))

const planned = (run: FusionRun) => {
  const alert = Array.from(run.alerts.values()).find(({ objects }) => objects.join() === "98001,98002")
  assert.isDefined(alert)
  return alert
}

describe("the final alerts do not depend on the order of arrival", () => {
  it.live("ten shuffles within the lateness of each kind, and other arrays, are byte-identical", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observed({ seconds: 70, count: 40, seed: 7 })
      assert.deepStrictEqual(kinds(observations), new Set(["radar", "optical", "isl"]))
      const sent = yield* runFusion({ records: recordsOf(observations), catalogue })
      const expected = finalAlerts(sent)
      assert.isAtLeast(expected.length, 1)
      assert.strictEqual(planned(sent).level, "action")
      assert.isTrue(planned(sent).final)
      const orders = new Set([observations.map(({ observationId }) => observationId).join()])
      const histories = new Set<string>()
      for (const [seed, maxRecords] of cuts.entries()) {
        const arrived = shuffled(observations, seed)
        orders.add(arrived.map(({ observationId }) => observationId).join())
        const run = yield* runFusion({ records: recordsOf(arrived), catalogue, maxRecords })
        assert.deepStrictEqual(run.letters, [], "within the lateness nothing is late")
        assert.deepStrictEqual(finalAlerts(run), expected, `shuffle ${seed}`)
        histories.add(JSON.stringify(run.versions))
      }
      assert.strictEqual(orders.size, cuts.length + 1)
      assert.isAbove(histories.size, 1, "what was told on the way does depend on the order")
    }))

  it.live.each([3, 5, 7])(
    "nor on which updates are assessed: those that can change nothing need not be (seed %s)",
    (seed) =>
      Effect.gen(function*() {
        const { catalogue, observations } = observed({ seconds: 70, count: 60, seed })
        const settings = { ...shortHorizon, screenThresholdMetres: 300_000 }
        const records = recordsOf(shuffled(observations, seed))
        const [sparing, every] = yield* Effect.all([
          runFusion({ records, catalogue, settings }),
          runFusion({ records, catalogue, settings: { ...settings, assessEvery: true } })
        ])
        assert.isAtLeast(finalAlerts(every).length, 1)
        assert.deepStrictEqual(finalAlerts(sparing), finalAlerts(every))
        const assessed = ({ stages }: FusionRun) => new Map(stages).get("assess")?.in ?? 0
        assert.isBelow(assessed(sparing), assessed(every) / 4)
      })
  )

  it.live.each([{ seed: 3, faults: "" }, { seed: 11, faults: "duplicates,cross-tag,wrong-units" }])(
    "another seed, with feed faults: $seed $faults",
    ({ seed, faults }) =>
      Effect.gen(function*() {
        const { catalogue, observations } = observed({ seconds: 40, count: 40, seed, faults })
        const runs = yield* Effect.forEach([0, 1, 2, 3], (order) =>
          runFusion({
            records: recordsOf(order === 0 ? observations : shuffled(observations, order)),
            catalogue,
            maxRecords: cuts[order] ?? 256
          }))
        const [first, ...others] = runs.map(finalAlerts)
        assert.isAtLeast(first?.length ?? 0, 1)
        for (const other of others) assert.deepStrictEqual(other, first)
      })
  )

  it.live("when the TCA passes while the observations come, the alert expires the same in every order", () =>
    Effect.gen(function*() {
      const { planned: { tca } } = synthetic(7, undefined, 20)
      for (const end of [-4000, 3000, 20_000, 90_000]) {
        const { catalogue, observations } = observed({
          seconds: 40,
          count: 20,
          seed: 7,
          after: Math.floor(tca - seededStart) + end - 40_000
        })
        const runs = yield* Effect.forEach([0, 1, 2, 3], (order) =>
          runFusion({
            records: recordsOf(order === 0 ? observations : shuffled(observations, order)),
            catalogue,
            maxRecords: cuts[order] ?? 256
          }))
        if (end > 60_000) {
          // Nothing was seen of the pair before its TCA.
          for (const run of runs) assert.deepStrictEqual(run.versions, [])
          continue
        }
        const [first, ...others] = runs.map(finalAlerts)
        for (const other of others) assert.deepStrictEqual(other, first, `data end ${end} ms after the TCA`)
        for (const run of runs) assert.strictEqual(planned(run).level, end < 0 ? "action" : "expired")
      }
    }))

  it.live("late but allowed observations correct what was final: in the end it is as if they had come in order", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observed({ seconds: 60, count: 60, seed: 7 })
      const quick = { latenessMillis: 100, idleMillis: 1000 }
      const settings = {
        ...shortHorizon,
        lateness: { ...shortHorizon.lateness, radar: quick, optical: quick, isl: quick }
      }
      const withoutCount = (run: FusionRun) => {
        const { emittedAt: _, observations: __, sequence: ___, ...content } = planned(run)
        return content
      }
      const inOrder = yield* runFusion({
        records: recordsOf(shuffled(observations, 0, {})),
        catalogue,
        settings
      })
      for (const seed of [1, 2]) {
        const delays = { radar: 5000, optical: 5000, isl: 5000 }
        const run = yield* runFusion({
          records: recordsOf(shuffled(observations, seed, delays)),
          catalogue,
          settings,
          maxRecords: 32
        })
        const stages = new Map(run.stages)
        const track = stages.get("track")
        const corrections = (track?.emitted ?? 0) - 2 * (track?.in ?? 0) +
          (stages.get("uncorrelated")?.filtered ?? 0)
        assert.isAbove(corrections, 100)
        assert.strictEqual(stages.get("watermark")?.late, 0)
        assert.deepStrictEqual(withoutCount(run), withoutCount(inOrder))
      }
    }))
})

describe("a record past its lateness", () => {
  it.live("is counted as late, kept as a dead letter, and changes nothing", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observed({ seconds: 20, count: 40, seed: 7 })
      const records = recordsOf(observations)
      const without = yield* runFusion({ records, catalogue })
      const radar = observations.findLast(({ sourceKind }) => sourceKind === "radar")
      assert.isDefined(radar)
      const late = { ...radar, sensorTimestamp: radar.sensorTimestamp - 5101 }
      const lateLine = observationLine(late).replace(radar.observationId, "00000000-0000-5000-8000-000000000001")
      const run = yield* runFusion({ records: [...records, lineRecord(lateLine)], catalogue })
      const watermark = new Map(run.stages).get("watermark")
      assert.deepStrictEqual([watermark?.in, watermark?.late], [records.length + 1, 1])
      assert.deepStrictEqual(
        run.letters.map(({ errorKind, id, operator, payload, position, source }) => ({
          errorKind,
          id,
          operator,
          payload: new TextDecoder().decode(payload),
          offset: position?.offset,
          source
        })),
        [{
          errorKind: "Late",
          id: "00000000-0000-5000-8000-000000000001",
          operator: "watermark",
          payload: lateLine,
          offset: records.length,
          source: "file"
        }]
      )
      assert.match(run.letters[0]?.message ?? "", /^0\.001 s past its lateness$/)
      assert.deepStrictEqual(finalAlerts(run), finalAlerts(without))
      assert.strictEqual(run.committed, records.length + 1, "its position is committed all the same")
    }))
})
