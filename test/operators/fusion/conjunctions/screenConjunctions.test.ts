import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Conjunction } from "../../../../src/domain/alert/Conjunction.ts"
import { apartObjects } from "../../../../src/domain/canary/reserved.ts"
import { withCanaries } from "../../../../src/domain/canary/withCanaries.ts"
import { trajectoryOf } from "../../../../src/domain/orbit/ephemeris/Trajectory.ts"
import { screenSlice } from "../../../../src/domain/orbit/screening/screen.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import type { TrackUpdate } from "../../../../src/domain/orbit/tracking/TrackUpdate.ts"
import { seededStart } from "../../../../src/domain/simulation/scenario.ts"
import { envelope } from "../../../../src/domain/stream/Envelope.ts"
import { StageRegistry } from "../../../../src/layers/stage/StageRegistry.ts"
import { canaries } from "../../../../src/operators/fusion/canaries.ts"
import { screenConjunctions } from "../../../../src/operators/fusion/conjunctions/screenConjunctions.ts"
import { arrays, collectItems, contextOf, payloadsOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { synthetic } from "../../../support/scenario.ts"

const hour = 3_600_000
const { elements, planned } = synthetic(7, undefined, 60)
const candidates = makeCandidates(new Map(elements.map((set) => [set.objectId, set])))
const objects = elements.map(({ objectId }) => objectId)

const updateOf = (objectId: string, observationTime: number): TrackUpdate => {
  const estimate = candidates.estimateOf(objectId)
  if (estimate === undefined) throw new Error(`${objectId} is not in the catalogue`)
  return { _tag: "TrackUpdate", objectId, estimate, observationTime, kind: "speculative", revises: false }
}

const screened = (
  updates: ReadonlyArray<ReadonlyArray<readonly [objectId: string, time: number]>>,
  horizonMillis: number,
  thresholdMetres = 25_000
) =>
  collectItems(
    arrays(updates.map((part, p) =>
      part.map(([objectId, time], i) => envelope(updateOf(objectId, time), contextOf(10 * p + i)))
    )).pipe(screenConjunctions({ objects, candidates, horizonMillis, thresholdMetres }))
  ).pipe(Effect.map(payloadsOf), Effect.provide(stageLayer))

const [primary, secondary] = [planned.primary, planned.secondary]
const isPlanned = ({ pair }: Conjunction): boolean => pair.join() === `${primary},${secondary}`

/** A machine on which something else is due whenever one looks. */
const everyLookTakesTwentyMillis = Effect.map(Clock.Clock, (clock) => {
  let nanos = 0n
  return { ...clock, monotonicTimeNanosUnsafe: () => nanos += 20_000_000n }
})

describe("screenConjunctions", () => {
  it.effect("foresees the planned conjunction for both of its objects, under one name", () =>
    Effect.gen(function*() {
      const [one, other] = yield* screened([[[primary, seededStart], [secondary, seededStart + 1000]]], hour)
      const [first] = one?.conjunctions.filter(isPlanned) ?? []
      const [second] = other?.conjunctions.filter(isPlanned) ?? []
      assert.isDefined(first)
      assert.deepStrictEqual(second, first)
      assert.isBelow(Math.abs(first.nominalTca - planned.tca), 60_000)
      assert.isBelow(first.nominalMissDistance, 600)
    }))

  it.effect("gives exactly what screening all against all in one piece gives, over the next hours", () =>
    Effect.gen(function*() {
      const from = seededStart + 1_234_567
      const wide = 300_000
      const all = yield* screened([objects.map((id) => [id, from] as const)], 4 * hour, wide)
      const names = (conjunctions: Iterable<Conjunction>) =>
        [
          ...new Set(
            Array.from(conjunctions, ({ nominalTca, pair }) => `${pair.join()} ${Math.round(nominalTca / 10)}`)
          )
        ].toSorted()
      const propagators = objects.flatMap((id) => candidates.estimateOf(id)?.linearisation.reference ?? [])
      const expected = screenSlice(propagators.map(trajectoryOf), from, from + 4 * hour, { threshold: wide }).events
        .map(({ a, b, tca }) => `${a},${b} ${Math.round(tca / 10)}`)
      assert.isAbove(expected.length, 10)
      assert.deepStrictEqual(names(all.flatMap(({ conjunctions }) => conjunctions)), expected.toSorted())
      for (const { conjunctions, track } of all) {
        for (const { pair } of conjunctions) assert.include(pair, track.objectId)
      }
    }))

  it.effect("from after the observation to the horizon; the TCA itself is over", () =>
    Effect.gen(function*() {
      const [found] = yield* screened([[[primary, seededStart]]], hour)
      const tca = found?.conjunctions.find(isPlanned)?.nominalTca ?? 0
      const horizon = 600_000
      const count = (updates: typeof all) => updates.map(({ conjunctions }) => conjunctions.filter(isPlanned).length)
      const all = yield* screened([
        [[primary, tca - horizon - 1], [primary, tca - horizon], [primary, tca - 1]],
        [[primary, tca]]
      ], horizon)
      assert.deepStrictEqual(count(all), [0, 1, 1, 0])
    }))

  it.effect("names do not depend on when and in what order it is asked", () =>
    Effect.gen(function*() {
      const later = yield* screened([[[primary, seededStart + 30 * 60_000]], [[primary, seededStart]]], hour)
      const first = yield* screened([[[primary, seededStart]]], hour)
      assert.deepStrictEqual(later[1]?.conjunctions, first[0]?.conjunctions)
      assert.deepStrictEqual(later[0]?.conjunctions.find(isPlanned), first[0]?.conjunctions.find(isPlanned))
    }))

  it.effect("what was let go of is screened again when an older time is asked for", () =>
    Effect.gen(function*() {
      const [before, , again] = yield* screened([
        [[primary, seededStart]],
        [[primary, seededStart + 10 * hour]],
        [[primary, seededStart]]
      ], hour)
      assert.isAbove(before?.conjunctions.length ?? 0, 0)
      assert.deepStrictEqual(again?.conjunctions, before?.conjunctions)
    }))

  it.effect("canaries do not wait while the catalogue is screened, and both are one stage to those who count", () =>
    Effect.gen(function*() {
      const [canary] = apartObjects
      const withThem = withCanaries(candidates)
      const [estimate, time] = [withThem.estimateOf(canary), seededStart]
      assert.isDefined(estimate)
      const update: TrackUpdate = { ...updateOf(primary, time), objectId: canary, estimate }
      const operator = screenConjunctions({
        objects,
        candidates: withThem,
        horizonMillis: hour,
        thresholdMetres: 25_000,
        synthetics: canaries()
      })
      const updates = [updateOf(primary, time), updateOf(primary, time + 5 * hour), update]
      const out = yield* collectItems(
        arrays([updates.map((each, i) => envelope(each, contextOf(i)))]).pipe(operator)
      ).pipe(Effect.provideServiceEffect(Clock.Clock, everyLookTakesTwentyMillis))
      assert.deepStrictEqual(payloadsOf(out).map(({ track }) => track.objectId), [canary, primary, primary])
      const { stages } = yield* StageRegistry
      assert.deepStrictEqual(stages().map(([stage, counts]) => [stage, counts.in, counts.emitted]), [["screen", 3, 3]])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("an object that cannot be propagated has no conjunctions and disturbs no other", () =>
    Effect.gen(function*() {
      const operator = screenConjunctions({
        objects: [...objects, "nobody"],
        candidates,
        horizonMillis: hour,
        thresholdMetres: 25_000
      })
      const stranger = { ...updateOf(primary, seededStart), objectId: "nobody" }
      const out = yield* collectItems(
        arrays([[envelope(stranger, contextOf(0)), envelope(updateOf(primary, seededStart), contextOf(1))]]).pipe(
          operator
        )
      )
      assert.deepStrictEqual(payloadsOf(out).map(({ conjunctions }) => conjunctions.filter(isPlanned).length), [0, 1])
    }).pipe(Effect.provide(stageLayer)))
})
