import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { EventContext } from "../../../src/domain/Envelope.ts"
import type { Observation } from "../../../src/domain/observation/Observation.ts"
import { makeCandidates } from "../../../src/domain/orbit/candidates.ts"
import { forget, insert, latest, makeTrack, type Track } from "../../../src/domain/orbit/Track.ts"
import type { TrackEstimate } from "../../../src/domain/orbit/TrackEstimate.ts"
import { contextOf } from "../../support/envelopes.ts"
import { observed } from "../../support/fusionRun.ts"
import { registry } from "../../support/scenario.ts"

const { catalogue, observations } = observed({ seconds: 20, count: 10 })
const candidates = makeCandidates(catalogue)
const objectId = "98001"
const own = observations.filter(({ objectHint }) => objectHint === objectId).slice(0, 12)

const fresh = (): Track => {
  const base = candidates.estimateOf(objectId)
  if (base === undefined) throw new Error("the object is not in the catalogue")
  return makeTrack(base)
}

const contextFor = (observation: Observation): EventContext =>
  contextOf(0, { id: observation.observationId, eventTime: observation.sensorTimestamp })

const put = (track: Track, observation: Observation) => {
  const sensor = registry.bySourceId.get(observation.sourceId)
  if (sensor === undefined) throw new Error("the sensor is not registered")
  return insert(track, observation, sensor, contextFor(observation), false)
}

const numbers = ({ accepted, covariance, offset, time }: TrackEstimate) => ({
  accepted,
  covariance: [...covariance],
  offset: [...offset],
  time
})
const content = (track: Track) => ({
  base: numbers(track.base),
  entries: track.entries.map(({ context, estimate, innovation }) => ({
    id: context.id,
    innovation,
    ...numbers(estimate)
  }))
})

const filled = (order: ReadonlyArray<Observation>): Track => {
  const track = fresh()
  for (const observation of order) put(track, observation)
  return track
}

describe("Track", () => {
  const inOrder = filled(own)

  it("holds the observations in order of time, each accepted and with the estimate after it", () => {
    assert.strictEqual(inOrder.entries.length, 12)
    assert.deepStrictEqual(inOrder.entries.map(({ innovation }) => innovation?.accepted), Array(12).fill(true))
    assert.deepStrictEqual(inOrder.entries.map(({ estimate }) => estimate.accepted), own.map((_, i) => i + 1))
    assert.strictEqual(latest(inOrder), inOrder.entries[11]?.estimate)
    const empty = fresh()
    assert.strictEqual(latest(empty), empty.base)
  })

  it.prop(
    "any order of arrival gives the same entries and estimates, to the bit",
    [Schema.Array(Schema.Finite).check(Schema.isMinLength(12), Schema.isMaxLength(12))],
    ([keys]) => {
      const order = own.map((observation, i) => ({ observation, key: keys[i] ?? 0 })).toSorted((a, b) => a.key - b.key)
      assert.deepStrictEqual(content(filled(order.map(({ observation }) => observation))), content(inOrder))
    },
    { arbitrary: { runs: 30 } }
  )

  it("two at one time are in the order of their ids", () => {
    const [first, second] = own
    if (first === undefined || second === undefined) return assert.fail("no observations")
    const twin = { ...second, sensorTimestamp: first.sensorTimestamp }
    const expected = [first.observationId, twin.observationId].toSorted()
    for (const order of [[first, twin], [twin, first]]) {
      assert.deepStrictEqual(filled(order).entries.map(({ context }) => context.id), expected)
    }
  })

  it("an estimate is never changed: what was handed out stays as it was", () => {
    const track = fresh()
    const [first, second] = own
    if (first === undefined || second === undefined) return assert.fail("no observations")
    put(track, second)
    const before = latest(track)
    const copy = numbers(before)
    put(track, first)
    assert.notStrictEqual(latest(track), before)
    assert.deepStrictEqual(numbers(before), copy)
  })

  it("forgets the entries at or before a time, and goes on as if it had them", () => {
    for (const kept of [0, 1, 5, 11, 12]) {
      const track = filled(own.slice(0, 12))
      const time = kept === 12 ? 0 : own[11 - kept]?.sensorTimestamp ?? 0
      forget(track, time)
      assert.strictEqual(track.entries.length, kept)
      assert.deepStrictEqual(numbers(latest(track)), numbers(latest(inOrder)))
    }
    const gradually = fresh()
    for (const observation of own) {
      put(gradually, observation)
      forget(gradually, observation.sensorTimestamp - 2000)
      assert.isAtMost(gradually.entries.length, 4)
    }
    assert.deepStrictEqual(numbers(latest(gradually)), numbers(latest(inOrder)))
  })

  it("a refused observation is held in its place and leaves the estimate's numbers as they were", () => {
    const [victim] = own.slice(5)
    if (victim?.target._tag !== "StateVector") return assert.fail("a link's observation was expected")
    const far = own.with(5, { ...victim, target: { ...victim.target, position: [7e6, 0, 0] } })
    const { entries } = filled(far)
    assert.strictEqual(entries[5]?.innovation?.accepted, false)
    assert.deepStrictEqual([...entries[5]?.estimate.offset ?? []], [...entries[4]?.estimate.offset ?? []])
    assert.deepStrictEqual(entries.map(({ estimate }) => estimate.refusedInRow), [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  })
})
