import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { encodeObservationLine } from "../../../src/domain/observation/observationJson.ts"
import { fusion } from "../../../src/operators/fusion/fusion.ts"
import { commit } from "../../../src/operators/log/commit.ts"
import { andThen, describe as lines } from "../../../src/operators/stage/Stage.ts"
import { lineRecord, observed, recordsOf, runFusion, shortHorizon } from "../../support/fusionRun.ts"
import { emptyFusion, fusionNodes } from "../../support/fusionShape.ts"
import { shuffled } from "../../support/shuffle.ts"

describe("the topology", () => {
  const { stages } = andThen(fusion(emptyFusion), commit<unknown>())

  it("is the pipeline of the specification, in order", () => {
    assert.deepStrictEqual(stages.map(({ name }) => name), [...fusionNodes, "commit"])
  })

  it("names each stage once", () => {
    assert.strictEqual(new Set(stages.map(({ name }) => name)).size, stages.length)
  })

  it.each(stages)("$name has a bounded edge with a flow policy and a reason", ({ edge }) => {
    assert.isTrue(Number.isSafeInteger(edge.capacity) && edge.capacity > 0)
    assert.include(["backpressure", "shed-low-first", "timed"], edge.policy)
    assert.isAbove(edge.reason.trim().length, 10)
  })

  it("is told in one line a stage", () => {
    assert.strictEqual(lines(stages).length, stages.length)
    assert.match(lines(stages)[0] ?? "", /^decode \(stateless\) -> capacity 256, backpressure: \S/)
  })
})

describe("the counts of a run", () => {
  it.live("each event ends as exactly one of processed, filtered, late, dead or shed, and none between two stages", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observed({
        seconds: 40,
        count: 40,
        seed: 5,
        faults: "duplicates,wrong-units"
      })
      const [first] = observations
      const last = observations.findLast(({ target }) => target._tag === "RangeRate" && (target.range ?? 0) > 80e3)
      assert.isDefined(first)
      assert.isDefined(last)
      const spoiled = [
        "{ not json",
        "{}",
        encodeObservationLine({ ...first, observationId: last.observationId, sourceId: "nobody" }),
        encodeObservationLine({ ...first, sensorTimestamp: first.ingestTimestamp + 3_600_000 }),
        encodeObservationLine({ ...last, sensorTimestamp: last.sensorTimestamp - 6000 }).replace(
          last.observationId,
          "00000000-0000-5000-8000-000000000001"
        )
      ]
      const records = [...recordsOf(observations), ...spoiled.map((line) => lineRecord(line))]
      const run = yield* runFusion({ records, catalogue })
      assert.strictEqual(run.stages[0]?.[1].in, records.length)
      for (const [index, [name, counts]] of run.stages.entries()) {
        const { dead, filtered, late, processed, shed } = counts
        assert.strictEqual(processed + filtered + late + dead + shed, counts.in, name)
        assert.strictEqual(counts.inFlight, 0, name)
        assert.strictEqual(counts.emitted, run.stages[index + 1]?.[1].in ?? run.versions.length, name)
        const reasons = counts.filteredReasons.values().reduce((total, count) => total + count, 0)
        assert.strictEqual(reasons, filtered, name)
      }
      const stages = new Map(run.stages)
      assert.strictEqual(stages.get("decode")?.dead, 3)
      assert.strictEqual(stages.get("validate")?.dead, run.letters.length - 4)
      assert.isAbove(stages.get("validate")?.dead ?? 0, 1, "ranges in kilometres are dead letters too")
      assert.strictEqual(stages.get("watermark")?.late, 1)
      assert.isAbove(stages.get("dedupe")?.filteredReasons.get("duplicate") ?? 0, 0)
      assert.strictEqual(stages.get("uncorrelated")?.filtered, run.uncorrelated)
      assert.strictEqual(run.delivered, run.versions.length)
      assert.isAbove(run.versions.length, 0)
      assert.strictEqual(run.committed, records.length)
    }))

  it.live("an observation an hour ahead of its receipt does not move the watermark", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observed({ seconds: 20, count: 20, seed: 5 })
      const [first] = observations
      assert.isDefined(first)
      const ahead = encodeObservationLine({ ...first, sensorTimestamp: first.ingestTimestamp + 3_600_000 })
      const run = yield* runFusion({ records: [lineRecord(ahead), ...recordsOf(observations.slice(1))], catalogue })
      assert.deepStrictEqual(run.letters.map(({ errorKind, operator }) => [errorKind, operator]), [
        ["ValidationFailed", "validate"]
      ])
      assert.match(run.letters[0]?.message ?? "", /^sensor time is 3600\.000 s after its receipt$/)
      assert.strictEqual(new Map(run.stages).get("watermark")?.late, 0)
    }))

  it.live("a sensor that falls silent does not hold back what the others make final", () =>
    Effect.gen(function*() {
      const faults = "silent-sensor=isl-98003@1"
      const { catalogue, observations } = observed({ seconds: 60, count: 20, seed: 7, faults })
      const spoken = observations.findLast(({ sourceId }) => sourceId === "isl-98003")
      const end = observations.at(-1)?.sensorTimestamp ?? 0
      assert.isAbove(end - (spoken?.sensorTimestamp ?? 0), 50_000)
      const quick = { latenessMillis: 500, idleMillis: 2000 }
      const run = yield* runFusion({
        records: recordsOf(shuffled(observations, 0, {})),
        catalogue,
        maxRecords: 8,
        settings: { ...shortHorizon, lateness: { ...shortHorizon.lateness, radar: quick, optical: quick, isl: quick } }
      })
      const final = run.versions.findIndex((version) => version.final)
      const later = run.versions.slice(final + 1).some((version) => !version.final)
      assert.isAtLeast(final, 0)
      assert.isTrue(later, "a version was final while observations were still coming")
    }))
})
