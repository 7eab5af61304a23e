import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { makeConjunction } from "../../../../src/domain/alert/Conjunction.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import { type Dynamics, numericDynamics, sgp4Dynamics } from "../../../../src/domain/orbit/tracking/Dynamics.ts"
import { isNumeric } from "../../../../src/domain/orbit/tracking/Estimate.ts"
import { writeEstimate } from "../../../../src/domain/orbit/tracking/estimateRecord.ts"
import type { Association } from "../../../../src/domain/orbit/tracking/TrackUpdate.ts"
import type { Item } from "../../../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../../../src/domain/stream/Envelope.ts"
import { assess, type AssessedPair } from "../../../../src/operators/fusion/conjunctions/assess.ts"
import { correlate } from "../../../../src/operators/fusion/conjunctions/correlate.ts"
import type { ScreenedUpdate } from "../../../../src/operators/fusion/conjunctions/screenConjunctions.ts"
import type { MatchedObservation } from "../../../../src/operators/fusion/tracking/match.ts"
import { track } from "../../../../src/operators/fusion/tracking/track.ts"
import * as Stage from "../../../../src/operators/stage/Stage.ts"
import { contextOf } from "../../../../src/testing/envelopes.ts"
import { cutInto, runLaw, survivesRestore } from "../../../../src/testing/laws.ts"
import {
  finalAlerts,
  type FusionRun,
  observed,
  recordsOf,
  runFusion,
  shortHorizon
} from "../../../support/fusionRun.ts"
import { observedIntegrated } from "../../../support/integratedRun.ts"
import { registry, synthetic } from "../../../support/scenario.ts"
import { shuffled } from "../../../support/shuffle.ts"

const numeric = () => numericDynamics({ sensorOf: (sourceId) => registry.bySourceId.get(sourceId) })
const settings = { ...shortHorizon, trackDynamics: "numeric" } as const

const Reason = Schema.fromJsonString(Schema.Struct({ reason: Schema.String }))

/** Of an observation that was forced onto no track, why. */
const reasons = ({ written }: FusionRun): ReadonlyArray<string> =>
  written.uncorrelated.map(({ value }) =>
    Schema.decodeSync(Reason)(new TextDecoder().decode(value ?? new Uint8Array())).reason
  )

const share = (run: FusionRun, reason: string, count: number): number =>
  reasons(run).filter((each) => each === reason).length / count

describe("fusion of orbits that do not move by SGP4", () => {
  it.live("integrated tracks take their own observations where tracks by SGP4 refuse them", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observedIntegrated({
        count: 15,
        seconds: 40,
        seed: 7,
        minutes: [0, 100, 200, 300]
      })
      const count = observations.length
      assert.isAbove(count, 1000)
      const records = recordsOf(observations)
      const bySgp4 = yield* runFusion({ records, catalogue, settings: shortHorizon })
      const integrated = yield* runFusion({ records, catalogue, settings })
      for (const run of [bySgp4, integrated]) assert.deepStrictEqual(run.letters, [])
      assert.isAbove(share(bySgp4, "outside-gate", count), 0.25)
      assert.isBelow(share(integrated, "outside-gate", count), 0.01)
      assert.isBelow(share(integrated, "unmatched", count), 0.01)
    }))

  it.live("the final alerts do not depend on the order of arrival", () =>
    Effect.gen(function*() {
      const { catalogue, observations } = observedIntegrated({ count: 15, seconds: 40, seed: 7, minutes: [0] })
      const sent = yield* runFusion({ records: recordsOf(observations), catalogue, settings })
      const expected = finalAlerts(sent)
      assert.isAtLeast(expected.length, 1)
      const histories = new Set<string>()
      for (const [seed, maxRecords] of [256, 17, 33].entries()) {
        const run = yield* runFusion({
          records: recordsOf(shuffled(observations, seed)),
          catalogue,
          settings,
          maxRecords
        })
        assert.deepStrictEqual(run.letters, [])
        assert.deepStrictEqual(finalAlerts(run), expected, `shuffle ${seed}`)
        histories.add(JSON.stringify(run.versions))
      }
      assert.isAbove(histories.size, 1, "what was told on the way does depend on the order")
    }))
})

describe("the state of track and correlate, of either dynamics", () => {
  const { elements, planned } = synthetic(7, undefined, 15)
  const pairElements = elements.filter(({ objectId }) => [planned.primary, planned.secondary].includes(objectId))
  const [first, second] = pairElements
  if (first === undefined || second === undefined) throw new Error("the planned pair is not in the catalogue")
  const conjunction = makeConjunction(first, second, planned.tca, 300)
  const candidates = makeCandidates(new Map(pairElements.map((set) => [set.objectId, set])))

  /** Observations of the pair, some of them late, with the watermark a second behind the newest. */
  const items = (): ReadonlyArray<Item<MatchedObservation>> => {
    const { observations } = observed({ count: 15, seconds: 60, seed: 7 })
    const found: Array<Item<MatchedObservation>> = []
    for (
      const [i, observation] of shuffled(observations, 1, { radar: 3000, optical: 3000, isl: 3000, canary: 0 })
        .entries()
    ) {
      const sensor = registry.bySourceId.get(observation.sourceId)
      const { objectHint: objectId, observationId: id, sensorTimestamp: eventTime, sourceId } = observation
      if (sensor === undefined || objectId === undefined || candidates.estimateOf(objectId) === undefined) continue
      found.push(envelope(
        { _tag: "MatchedObservation", observation, sensor, objectId },
        contextOf(i, { id, sourceId, eventTime })
      ))
      if (found.length % 10 === 0) found.push(watermark(eventTime - 1000))
    }
    return found
  }

  const toPair = Stage.stateless<Association, ScreenedUpdate>({
    name: "pair",
    step: (events, emit) => {
      for (const event of events) {
        const { payload } = event
        if (payload._tag === "TrackUpdate") {
          emit.out(event, { track: payload, conjunctions: [conjunction], again: false })
        } else emit.filtered(event, payload.reason)
      }
    }
  })

  const inRecords = ({ risk, update: { estimates, ...update } }: AssessedPair) => ({
    risk,
    ...update,
    estimates: estimates.map(writeEstimate)
  })

  const chain = (dynamics: Dynamics) =>
    Stage.andThen(
      Stage.andThen(track({ candidates, registry, allowedLatenessMillis: 5000, dynamics }), toPair),
      Stage.andThen(
        correlate({ candidates, windowMillis: 30_000, slideMillis: 5000 }),
        Stage.andThen(assess({ dynamics }), Stage.map("in records", inRecords))
      )
    )

  const sgp4 = () => sgp4Dynamics
  const both = [["sgp4", sgp4], ["numeric", numeric]] as const

  it.effect.each(both)(
    "%s: snapshotted and restored, it goes on to the same bits",
    ([, dynamics]) =>
      Effect.gen(function*() {
        const all = items()
        assert.isAbove(all.length, 60)
        for (const at of [30, Math.floor(all.length / 2)]) yield* survivesRestore(chain(dynamics()), all, at)
      })
  )

  it.effect.each([["sgp4", numeric, sgp4], ["numeric", sgp4, numeric]] as const)(
    "%s: what was kept under the other dynamics is begun again under these",
    ([name, before, after]) =>
      Effect.gen(function*() {
        const all = items()
        const half = Math.floor(all.length / 2)
        const { snapshot } = yield* runLaw(chain(before()), cutInto(all.slice(0, half), [3]), { ends: false })
        const { letters, out } = yield* runLaw(chain(after()), cutInto(all.slice(half), [3]), { restored: snapshot })
        assert.deepStrictEqual(letters, [])
        const inserts = out.flatMap((each) => "operation" in each && each.operation === "insert" ? [each] : [])
        assert.isAbove(inserts.length, 30)
        const last = inserts.findLast(({ kind }) => kind === "final")
        assert.isDefined(last?.risk)
        assert.isTrue(last?.estimates.some(({ numeric }) => (numeric !== undefined) === (name === "numeric")))
      })
  )
})

describe("dynamics", () => {
  const [elements] = synthetic(7, undefined, 5).elements
  if (elements === undefined) throw new Error("no object")
  const catalogue = makeCandidates(new Map([[elements.objectId, elements]])).estimateOf(elements.objectId)
  if (catalogue === undefined) throw new Error("no estimate")

  it("an estimate of the others' gives way to the catalogue's, with none of its observations", () => {
    const observedBefore = { ...catalogue, accepted: 7, offset: [10, 0, 0, 0, 0, 0] }
    const own = numeric().own(observedBefore)
    assert.isTrue(isNumeric(own))
    assert.strictEqual(own.accepted, 0)
    assert.deepStrictEqual(isNumeric(own) && own.catalogue.offset, [0, 0, 0, 0, 0, 0])
    assert.strictEqual(sgp4Dynamics.own(numeric().start(catalogue)), catalogue)
    assert.strictEqual(sgp4Dynamics.own(observedBefore), observedBefore)
  })
})
