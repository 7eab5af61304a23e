import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Observation } from "../../../../src/domain/observation/Observation.ts"
import { forget, insert, latest, makeTrack, type Track } from "../../../../src/domain/orbit/tracking/Track.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { contextOf } from "../../../../src/testing/envelopes.ts"
import { sensors } from "../../../support/scenario.ts"
import {
  catalogued,
  polarElements,
  type SimulatedObservation,
  simulateTrack
} from "../../../support/trackSimulation.ts"

const simulated = simulateTrack({
  seed: 11,
  elements: polarElements,
  sensors: sensors.filter(({ kind }) => kind === "radar"),
  start: polarElements.epoch,
  durationMillis: 2 * 3_600_000,
  spacingMillis: 60_000
}).observations

const farther = (observation: Observation): Observation => {
  const { target } = observation
  if (target._tag !== "RangeRate") return observation
  return { ...observation, target: { ...target, range: (target.range ?? 0) + 20_000 } }
}

/** Some were measured at one instant: their ids decide. One of them is another object's. */
const observations = simulated.slice(0, 24).map(({ observation, sensor, time }, index): SimulatedObservation => ({
  observation: index === 7 ? farther(observation) : observation,
  sensor,
  time: index % 5 === 1 ? simulated[index - 1]?.time ?? time : time
}))

const put = (track: Track, index: number): void => {
  const one = observations[index]
  if (one === undefined) throw new Error("no such observation")
  insert(track, one.observation, one.sensor, contextOf(index, { eventTime: one.time }), false)
}

const filled = (order: ReadonlyArray<number>): Track => {
  const track = makeTrack(catalogued(polarElements))
  for (const index of order) put(track, index)
  return track
}

const everything = (track: Track) =>
  track.entries.map(({ context, estimate, innovation }) => ({
    id: context.id,
    innovation,
    offset: Array.from(estimate.offset),
    covariance: Array.from(estimate.covariance),
    accepted: estimate.accepted,
    refusedInRow: estimate.refusedInRow,
    heard: estimate.heard
  }))

const inOrder = observations.map((_, index) => index)
const expected = everything(filled(inOrder))

describe("Track", () => {
  it("has what the tests below need: refusals, sensors and instants shared", () => {
    expect(observations.length).toBe(24)
    expect(expected.filter(({ innovation }) => innovation?.accepted === false).length).toBeGreaterThanOrEqual(1)
    expect(expected.at(-1)?.accepted).toBeGreaterThan(15)
    expect(expected.at(-1)?.heard.length).toBeGreaterThan(1)
  })

  it.prop("every order of arrival ends in the same bits", [Schema.Int], ([seed]) => {
    const random = stream(seed, "order")
    const order = inOrder.map((index) => [random.uniform(), index] as const).sort((a, b) => a[0] - b[0])
    expect(everything(filled(order.map(([, index]) => index)))).toEqual(expected)
  })

  it("forgets into its base, and goes on from there to the same bits", () => {
    const track = makeTrack(catalogued(polarElements))
    for (const index of inOrder) {
      put(track, index)
      if (index === 11 || index === 17) forget(track, observations[index - 3]?.time ?? 0)
    }
    expect(track.entries.length).toBeLessThan(inOrder.length)
    expect(everything(track)).toEqual(expected.slice(-track.entries.length))
    forget(track, Infinity)
    expect(track.entries).toEqual([])
    expect(Array.from(latest(track).offset)).toEqual(expected.at(-1)?.offset)
  })

  it("puts a late observation in its place: what follows is another estimate than without it", () => {
    const without = filled(inOrder.filter((index) => index !== 4))
    const before = everything(without).at(-1)
    put(without, 4)
    expect(everything(without)).toEqual(expected)
    expect(before?.offset).not.toEqual(expected.at(-1)?.offset)
  })

  it("what it has handed out is never changed", () => {
    const track = filled([5])
    const before = latest(track)
    const copy = { offset: Array.from(before.offset), covariance: Array.from(before.covariance) }
    put(track, 0)
    expect(latest(track)).not.toBe(before)
    expect({ offset: Array.from(before.offset), covariance: Array.from(before.covariance) }).toEqual(copy)
  })
})
