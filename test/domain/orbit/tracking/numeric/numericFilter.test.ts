/** The filter on integrated orbits against the tests' own truth. The full acceptance is `bench/tracks.ts`; this is a dozen short tracks of it. */
import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { cholesky } from "../../../../../src/domain/orbit/algebra/matrix.ts"
import { convert } from "../../../../../src/domain/orbit/frames/frames.ts"
import type { NumericEstimate } from "../../../../../src/domain/orbit/tracking/numeric/NumericEstimate.ts"
import {
  estimateOfRecord,
  NumericRecord,
  recordOf
} from "../../../../../src/domain/orbit/tracking/numeric/numericRecord.ts"
import { forget, insert, latest, makeTrackOf, type Track } from "../../../../../src/domain/orbit/tracking/Track.ts"
import { stream } from "../../../../../src/domain/simulation/random.ts"
import { contextOf } from "../../../../../src/testing/envelopes.ts"
import { begun, dynamics, filter, filteredNumeric } from "../../../../support/numericTrack.ts"
import { catalogued, mahalanobisSquared, type SimulatedObservation } from "../../../../support/trackSimulation.ts"
import { hour, observed, start, trackedObject } from "../../../../support/truth/trackedObject.ts"
import type { TrueOrbit } from "../../../../support/truth/trueOrbit.ts"
import { truthField } from "../../../../support/truth/truthField.ts"

const field = truthField()

const miss = (estimate: NumericEstimate, truth: TrueOrbit, time: number) => {
  const orbit = estimate.orbit && dynamics.carried(estimate.orbit, time)?.orbit
  if (orbit === undefined) throw new Error("no orbit")
  const { position } = convert(truth.itrfAt(time), "ITRF", "GCRF", time)
  const error = position.map((value, i) => value - (orbit.state[i] ?? 0))
  const covariance = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => orbit.covariance[7 * i + j] ?? 0))
  return { metres: Math.hypot(...error), nees: mahalanobisSquared(error, covariance) / 3 }
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const one = trackedObject(field, 301, "leo", start + 12 * hour)
const seen = observed(one.truth, 301, start, start + 8 * hour, 20_000)
const short = seen.slice(0, 40)

describe("the numeric filter", () => {
  it("is consistent over a dozen low orbits: error against covariance, refusals, no flag", { timeout: 120_000 }, () => {
    const nees: Array<number> = []
    const metres: Array<number> = []
    let [observations, refused, flags] = [0, 0, 0]
    for (let seed = 310; seed < 322; seed++) {
      const object = trackedObject(field, seed, "leo", start + 7 * hour)
      const all = observed(object.truth, seed, start, start + 6 * hour, 20_000)
      const { estimate, innovations } = filteredNumeric(begun(object), all)
      observations += innovations.length
      refused += innovations.filter(({ accepted }) => !accepted).length
      if (estimate.manoeuvre !== undefined) flags++
      const at = miss(estimate, object.truth, start + 6 * hour)
      nees.push(at.nees)
      metres.push(at.metres)
    }
    expect(observations).toBeGreaterThan(2000)
    // 36 degrees of freedom, 99.9 % and a cautious filter.
    expect(mean(nees)).toBeGreaterThan(0.25)
    expect(mean(nees)).toBeLessThan(1.9)
    expect(metres.toSorted((a, b) => a - b)[6]).toBeLessThan(60)
    expect(refused / observations).toBeLessThan(0.004)
    expect(flags).toBe(0)
  })

  it("keeps the covariance symmetric to the bit and positive definite", () => {
    let estimate = begun(one)
    for (const { observation, sensor, time } of seen) {
      estimate = filter(estimate, observation, sensor, time)?.estimate ?? estimate
      const covariance = estimate.orbit?.covariance ?? []
      expect(cholesky(covariance, 7)).toBeDefined()
      for (let i = 0; i < 7; i++) {
        for (let j = 0; j < i; j++) if (covariance[7 * i + j] !== covariance[7 * j + i]) expect.fail("not symmetric")
      }
    }
    expect(estimate.accepted).toBeGreaterThan(0.99 * seen.length)
  })

  it("knows nothing of an object before its first observation but the catalogue's word", () => {
    const estimate = begun(one)
    expect(estimate).toMatchObject({ accepted: 0, orbit: undefined, manoeuvreSuspected: false })
    const [first] = short
    const after = first && filter(estimate, first.observation, first.sensor, first.time)
    expect(after?.estimate).toMatchObject({ accepted: 1, refusedInRow: 0 })
    expect(after?.estimate.orbit?.time).toBe(first?.time)
  })

  it("an object far from its elements is refused, and found once five refusals have widened the start", () => {
    const far = catalogued({ ...one.elements, meanAnomaly: one.elements.meanAnomaly + 8e-4 })
    const from = { ...begun(one), catalogue: far }
    const { innovations } = filteredNumeric(from, short)
    expect(innovations[0]?.accepted).toBe(false)
    expect(innovations.slice(0, 5).every(({ accepted }) => !accepted)).toBe(true)
    expect(innovations.at(-1)?.accepted).toBe(true)
  })

  it("gives nothing for an observation older than the estimate", () => {
    const { estimate } = filteredNumeric(begun(one), short.slice(0, 5))
    const [first] = short
    expect(first && filter(estimate, first.observation, first.sensor, first.time)).toBeUndefined()
  })
})

describe("a numeric track with late data", () => {
  const put = (track: Track<NumericEstimate>, index: number, of: ReadonlyArray<SimulatedObservation>): void => {
    const late = of[index]
    if (late === undefined) throw new Error("no such observation")
    insert(track, late.observation, late.sensor, contextOf(index, { eventTime: late.time }), false)
  }
  const filled = (order: ReadonlyArray<number>): Track<NumericEstimate> => {
    const track = makeTrackOf(begun(one), filter)
    for (const index of order) put(track, index, short)
    return track
  }
  const everything = (track: Track<NumericEstimate>) =>
    track.entries.map(({ context, estimate, innovation }) => ({
      id: context.id,
      innovation,
      record: recordOf(estimate)
    }))
  const inOrder = short.slice(0, 16).map((_, index) => index)
  const expected = everything(filled(inOrder))

  it.each([1, 2, 3, 4, 5, 6])("ends in the same bits for every order of arrival: %i", (seed) => {
    const random = stream(seed, "order")
    const order = inOrder.map((index) => [random.uniform(), index] as const).sort((a, b) => a[0] - b[0])
    expect(everything(filled(order.map(([, index]) => index)))).toEqual(expected)
  })

  it("forgets into its base, and goes on from there to the same bits", () => {
    const track = makeTrackOf(begun(one), filter)
    for (const index of inOrder) {
      put(track, index, short)
      if (index === 8 || index === 12) forget(track, short[index - 3]?.time ?? 0)
    }
    expect(track.entries.length).toBeLessThan(inOrder.length)
    expect(everything(track)).toEqual(expected.slice(-track.entries.length))
    expect(recordOf(latest(track))).toEqual(expected.at(-1)?.record)
  })

  it("goes through a record of JSON and on to the same bits, in some 3 kB", () => {
    const half = filteredNumeric(begun(one), short.slice(0, 20)).estimate
    const text = JSON.stringify(Schema.encodeSync(NumericRecord)(recordOf(half)))
    const back = estimateOfRecord(Schema.decodeUnknownSync(NumericRecord)(JSON.parse(text)), half.catalogue)
    expect(back).toEqual(half)
    expect(recordOf(filteredNumeric(back, short.slice(20)).estimate))
      .toEqual(recordOf(filteredNumeric(half, short.slice(20)).estimate))
    const kept = JSON.stringify(half.pass?.kept).length
    expect(text.length - kept).toBeLessThan(4500)
  })
})

describe("manoeuvres", () => {
  const settled = filteredNumeric(begun(one), seen).estimate
  const gapEnd = Math.ceil((seen.at(-1)?.time ?? start) / 60_000) * 60_000 + 600_000

  const after = (rtn: readonly [number, number, number]) => {
    const truth = one.burnt([{ time: gapEnd, rtn }], gapEnd + 6 * hour)
    const observations = observed(truth, 301, gapEnd + 60_000, gapEnd + 5.5 * hour, 10_000)
    return { truth, observations, ...filteredNumeric(settled, observations) }
  }

  it("has none to tell of before", () => {
    expect(settled).toMatchObject({ manoeuvreSuspected: false, manoeuvre: undefined })
  })

  it.each(
    [["0.1 m/s along", [0, 0.1, 0]], ["0.02 m/s along", [0, 0.02, 0]], ["0.1 m/s across", [0, 0, 0.1]], [
      "1 m/s along",
      [0, 1, 0]
    ]] as const
  )(
    "%s is flagged, dated after the last pass, and recovered from",
    (_, rtn) => {
      const { estimate, innovations, observations, truth } = after(rtn)
      expect(estimate.manoeuvre).toMatchObject({ recovered: true })
      expect(estimate.manoeuvre?.after).toBeLessThanOrEqual(gapEnd)
      expect(estimate.manoeuvre?.detectedAt).toBeGreaterThan(gapEnd)
      const last = observations.at(-1)?.time ?? 0
      expect(miss(estimate, truth, last).metres).toBeLessThan(100)
      expect(innovations.slice(-20).filter(({ accepted }) => accepted).length).toBeGreaterThanOrEqual(19)
    }
  )

  it("is marked from the flag until an observation of a later pass fits", () => {
    const { observations } = after([0, 0.1, 0])
    let estimate = settled
    const marks: Array<boolean> = []
    for (const { observation, sensor, time } of observations) {
      estimate = filter(estimate, observation, sensor, time)?.estimate ?? estimate
      marks.push(estimate.manoeuvreSuspected)
    }
    expect(marks[0]).toBe(false)
    expect(marks).toContain(true)
    expect(marks.at(-1)).toBe(false)
  })
})
