import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { Observation } from "../../../../src/domain/observation/Observation.ts"
import type { MeanElements } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import { isNumeric } from "../../../../src/domain/orbit/tracking/Estimate.ts"
import type { Association, TrackUpdate } from "../../../../src/domain/orbit/tracking/TrackUpdate.ts"
import type { Item } from "../../../../src/domain/stream/Batch.ts"
import { type Envelope, envelope, watermark } from "../../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../../src/layers/deadletters/DeadLetters.ts"
import { associate } from "../../../../src/operators/fusion/tracking/associate.ts"
import { arrays, collectArrays, contextOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { observed } from "../../../support/fusionRun.ts"
import { registry } from "../../../support/scenario.ts"

const { catalogue, observations } = observed({ seconds: 20, count: 20 })
const links = observations.filter(({ sourceId }) => sourceId === "isl-98001")
const radar = observations.find(({ sourceKind }) => sourceKind === "radar")
if (radar === undefined) throw new Error("no radar observation")

const event = (observation: Observation): Envelope<Observation> =>
  envelope(
    observation,
    contextOf(0, {
      id: observation.observationId,
      sourceId: observation.sourceId,
      eventTime: observation.sensorTimestamp
    })
  )

const run = (
  parts: ReadonlyArray<ReadonlyArray<Item<Observation>>>,
  objects: ReadonlyMap<string, MeanElements> = catalogue
) =>
  Effect.gen(function*() {
    const operator = associate({ candidates: makeCandidates(objects), registry, allowedLatenessMillis: 5000 })
    return yield* collectArrays(arrays(parts).pipe(operator))
  }).pipe(Effect.provide(stageLayer))

const updatesOf = (parts: ReadonlyArray<ReadonlyArray<Item<Association>>>): ReadonlyArray<TrackUpdate> =>
  parts.flat().flatMap((element) =>
    element._tag === "Event" && element.payload._tag === "TrackUpdate" ? [element.payload] : []
  )

const uncorrelatedOf = (parts: ReadonlyArray<ReadonlyArray<Item<Association>>>) =>
  parts.flat().flatMap((element) =>
    element._tag === "Event" && element.payload._tag === "UncorrelatedObservation"
      ? [[element.payload.reason, element.payload.candidates] as const]
      : []
  )

const numbers = ({ kind, objectId, observationTime, estimate, revises }: TrackUpdate) => ({
  kind,
  objectId,
  observationTime,
  revises,
  offset: isNumeric(estimate) ? estimate.orbit : [...estimate.offset],
  covariance: isNumeric(estimate) ? undefined : [...estimate.covariance],
  accepted: estimate.accepted
})
const finals = (parts: ReadonlyArray<ReadonlyArray<Item<Association>>>) =>
  updatesOf(parts).filter(({ kind }) => kind === "final").map(numbers)

const withHint = (observation: Observation, objectHint: string | undefined): Observation => {
  const { objectHint: _, ...rest } = observation
  return objectHint === undefined ? rest : { ...rest, objectHint }
}

describe("associate: which track", () => {
  it.effect.each([
    ["right", radar.objectHint],
    ["of an object that is elsewhere", radar.objectHint === "98004" ? "98005" : "98004"],
    ["of no object", "no-such-object"],
    ["absent", undefined]
  ])("the hint is %s: the observation finds its object", ([, hint]) =>
    Effect.gen(function*() {
      const updates = updatesOf(yield* run([[event(withHint(radar, hint))]]))
      assert.deepStrictEqual(updates.map(({ kind, objectId }) => [kind, objectId]), [
        ["speculative", radar.objectHint],
        ["final", radar.objectHint]
      ])
    }))

  it.effect("two objects in one place are ambiguous without a hint, and one with it", () =>
    Effect.gen(function*() {
      const id = radar.objectHint ?? ""
      const own = catalogue.get(id)
      if (own === undefined) return assert.fail("not in the catalogue")
      const twins = new Map([...catalogue, ["1", { ...own, objectId: "1" }]])
      const ambiguous = yield* run([[event(withHint(radar, undefined))]], twins)
      assert.deepStrictEqual(updatesOf(ambiguous), [])
      assert.deepStrictEqual(uncorrelatedOf(ambiguous), [["ambiguous", [id, "1"]]])
      const hinted = yield* run([[event(withHint(radar, "1"))]], twins)
      assert.deepStrictEqual(updatesOf(hinted).map(({ objectId }) => objectId), ["1", "1"])
    }))

  it.effect("what is near no object is unmatched, and forced onto none", () =>
    Effect.gen(function*() {
      const lost: Observation = { ...radar, target: { _tag: "RangeRate", range: 20e6, azimuth: 0, elevation: 1.5 } }
      const out = yield* run([[event(lost)]])
      assert.deepStrictEqual(uncorrelatedOf(out), [["unmatched", []]])
      assert.deepStrictEqual(updatesOf(out), [])
    }))

  it.effect("what is near its object but past the gate is outside it", () =>
    Effect.gen(function*() {
      const { target } = radar
      if (target._tag !== "RangeRate") return assert.fail("a radar's observation was expected")
      const off: Observation = { ...radar, target: { ...target, range: (target.range ?? 0) + 30_000 } }
      const out = yield* run([[event(off)]])
      assert.deepStrictEqual(uncorrelatedOf(out), [["outside-gate", [radar.objectHint ?? ""]]])
      assert.deepStrictEqual(updatesOf(out), [])
    }))

  it.effect("a source that the registry does not know is a dead letter, not a crash", () =>
    Effect.gen(function*() {
      const operator = associate({ candidates: makeCandidates(catalogue), registry, allowedLatenessMillis: 5000 })
      yield* Stream.runDrain(arrays([[event({ ...radar, sourceId: "nobody" })]]).pipe(operator))
      const { letters } = yield* DeadLettersMemory
      assert.deepStrictEqual(letters().map(({ errorKind, message }) => [errorKind, message]), [
        ["ValidationFailed", "source nobody is not registered"]
      ])
    }).pipe(Effect.provide(stageLayer)))
})

const time = (index: number): number => links[index]?.sensorTimestamp ?? Number.NaN
const link = (...indices: ReadonlyArray<number>) =>
  indices.flatMap((index) => links.slice(index, index + 1)).map((observation) => event(observation))

describe("associate: order", () => {
  it.effect("speculative at once in the order of arrival; final when the watermark has passed, in event-time order over all", () =>
    Effect.gen(function*() {
      const some = observations.slice(0, 60)
      const scrambled = some.map((_, i) => some[(i * 37) % some.length]).filter((each) => each !== undefined)
      const end = Math.max(...some.map(({ sensorTimestamp }) => sensorTimestamp))
      const out = yield* run([scrambled.map((observation) => event(observation)), [watermark(end - 2000)], [
        watermark(end)
      ]])
      const updates = updatesOf(out)
      const accepted = updates.filter(({ kind }) => kind === "speculative")
      assert.isAbove(new Set(accepted.map(({ objectId }) => objectId)).size, 3)
      assert.deepStrictEqual(
        accepted.map(({ observationTime }) => observationTime),
        scrambled.map(({ sensorTimestamp }) => sensorTimestamp)
      )
      const last = updates.filter(({ kind }) => kind === "final").map(({ observationTime }) => observationTime)
      assert.deepStrictEqual(last, some.map(({ sensorTimestamp }) => sensorTimestamp).toSorted((a, b) => a - b))
      // Each final one stands before the watermark that made it so.
      for (const part of out) {
        let mark = -Infinity
        for (const element of part) {
          if (element._tag === "Watermark") mark = element.time
          else if (
            element._tag === "Event" && element.payload._tag === "TrackUpdate" && element.payload.kind === "final"
          ) {
            assert.isAbove(element.payload.observationTime, mark)
          }
        }
      }
    }))

  it.effect("out of order gives the same finals as in order, to the bit", () =>
    Effect.gen(function*() {
      const marks = [watermark(time(5)), watermark(time(11))] as const
      const inOrder = yield* run([link(0, 1, 2, 3, 4, 5), [marks[0]], link(6, 7, 8, 9, 10, 11), [marks[1]]])
      const outOfOrder = yield* run([link(5, 0), link(4, 1, 3, 8, 2), [marks[0]], link(11, 7, 6), link(10, 9), [
        marks[1]
      ]])
      assert.strictEqual(finals(inOrder).length, 12)
      assert.deepStrictEqual(finals(outOfOrder), finals(inOrder))
    }))

  it.effect("the speculative estimate is that after all observations so far", () =>
    Effect.gen(function*() {
      const updates = updatesOf(yield* run([link(2), link(0), link(1)])).map(numbers)
      assert.deepStrictEqual(updates.map(({ accepted, kind }) => [kind, accepted]), [
        ["speculative", 1],
        ["speculative", 2],
        ["speculative", 3],
        ["final", 1],
        ["final", 2],
        ["final", 3]
      ])
      assert.deepStrictEqual(updates[2]?.offset, updates[5]?.offset)
    }))
})

describe("associate: corrections", () => {
  const corrections = (parts: ReadonlyArray<ReadonlyArray<Item<Association>>>) =>
    updatesOf(parts).filter(({ kind }) => kind === "correction").map(numbers)

  it.effect("a late one corrects itself and every later final estimate of its object, and none before", () =>
    Effect.gen(function*() {
      const inOrder = yield* run([link(0, 1, 2, 3, 4), [watermark(time(3))]])
      const late = yield* run([link(0, 1, 3, 4), [watermark(time(3))], link(2)])
      const made = corrections(late)
      assert.deepStrictEqual(made.map(({ observationTime, revises }) => [observationTime, revises]), [
        [time(2), false],
        [time(3), true]
      ])
      const expected = finals(inOrder).slice(2, 4)
      assert.deepStrictEqual(made.map(({ offset }) => offset), expected.map(({ offset }) => offset))
      // What is not final yet becomes so with the corrected estimate.
      assert.deepStrictEqual(finals(late).at(-1), finals(inOrder).at(-1))
    }))

  it.effect("a late one that is the newest of its object corrects with itself alone", () =>
    Effect.gen(function*() {
      const out = yield* run([link(0), [watermark(time(1))], link(1)])
      assert.deepStrictEqual(corrections(out).map(({ accepted, revises }) => [accepted, revises]), [[2, false]])
      const first = updatesOf(yield* run([[watermark(time(1))], link(0)])).find(({ kind }) => kind === "correction")
      assert.strictEqual(first?.estimate.accepted, 1, "also when it is the first at all")
    }))

  it.effect("one that comes at the watermark is late, one after it is not", () =>
    Effect.gen(function*() {
      assert.strictEqual(corrections(yield* run([[watermark(time(1))], link(1)])).length, 1)
      assert.strictEqual(corrections(yield* run([[watermark(time(1) - 0.001)], link(1)])).length, 0)
    }))

  it.effect("what is older than the allowed lateness is let go: a later correction does not tell of it", () =>
    Effect.gen(function*() {
      const out = yield* run([link(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), [watermark(time(9))], link(5)])
      // Observations are a second apart; the duplicate here stands for any late one.
      const told = corrections(out).map(({ observationTime }) => observationTime)
      assert.deepStrictEqual(told, [time(5), time(5), time(6), time(7), time(8), time(9)])
      const before = yield* run([link(0, 1, 2), [watermark(time(9))], link(9)])
      assert.deepStrictEqual(
        corrections(before).map(({ accepted }) => accepted),
        [4],
        "the base holds what was forgotten"
      )
    }))
})
