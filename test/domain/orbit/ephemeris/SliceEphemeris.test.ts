import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../../../../src/domain/orbit/catalogue/Catalogue.ts"
import { makeMotion } from "../../../../src/domain/orbit/ephemeris/motion.ts"
import { makePolynomials } from "../../../../src/domain/orbit/ephemeris/polynomials.ts"
import { sampledTrajectory } from "../../../../src/domain/orbit/ephemeris/sampledTrajectory.ts"
import { sampleSlice } from "../../../../src/domain/orbit/ephemeris/SliceEphemeris.ts"
import { trajectoryOf } from "../../../../src/domain/orbit/ephemeris/Trajectory.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import { sharedData } from "../../../support/sharedData.ts"

const hour = 3_600_000
const from = Date.UTC(2025, 3, 25)
const file = sharedData("catalogue/celestrak_active_2025-04-24.3le")

/** Every ninth object, and all that are eccentric or far out. */
const trajectories = () =>
  [...Result.getOrThrow(decodeCatalogue(readFileSync(file ?? "", "utf8"), "active")).values()]
    .filter(({ eccentricity, meanMotion }, i) => i % 9 === 0 || eccentricity > 0.1 || meanMotion < 5e-5)
    .flatMap((elements) =>
      Result.match(makePropagator(elements), { onSuccess: (made) => [trajectoryOf(made)], onFailure: () => [] })
    )

describe.skipIf(file === undefined)("a slice's ephemeris", () => {
  it("is SGP4 to some metres and hundredths of a metre a second; bounds hold", () => {
    const objects = trajectories()
    expect(objects.length).toBeGreaterThan(1000)
    const slice = sampleSlice(objects, from, from + hour)
    const motion = makeMotion(slice, Int32Array.from(objects, (_, i) => i), 15, 0)
    const { positionInto } = makePolynomials(slice)
    const [state, true_, place] = [new Float64Array(6), new Float64Array(6), new Float64Array(3)]
    const [metres, speeds]: [Array<number>, Array<number>] = [[], []]
    const broken: Array<string> = []
    const holds = (what: boolean, i: number, name: string) => {
      if (!what) broken.push(`${objects[i]?.objectId}: ${name}`)
    }
    for (let time = from; time <= from + hour; time += 97_000) {
      motion.moveTo(time)
      for (const [i, object] of objects.entries()) {
        holds(object.stateInto(time, true_), i, "state")
        motion.stateNear(i, time, state)
        positionInto(i, time, place, 0)
        for (let k = 0; k < 3; k++) {
          // One polynomial, whoever asks.
          holds(Math.abs((place[k] ?? 0) - (state[k] ?? 0)) < 1e-6, i, "polynomial")
          holds(Math.abs((motion.positions[3 * i + k] ?? 0) - (place[k] ?? 0)) < 1e-6, i, "position")
        }
        const off = (at: number) => Math.hypot(...[0, 1, 2].map((k) => (state[at + k] ?? 0) - (true_[at + k] ?? 0)))
        metres.push(off(0))
        speeds.push(off(3))
        const radius = Math.hypot(true_[0] ?? 0, true_[1] ?? 0, true_[2] ?? 0)
        holds(radius > (slice.lowest[i] ?? 0) - 5000, i, "lowest")
        holds(radius < (slice.highest[i] ?? 0) + 5000, i, "highest")
        // What a radius may be within 15 s.
        for (const later of [-15_000, 15_000]) {
          if (!object.stateInto(time + later, true_)) continue
          const then = Math.hypot(true_[0] ?? 0, true_[1] ?? 0, true_[2] ?? 0)
          holds(then > (motion.low[i] ?? 0) - 100, i, "low")
          holds(then < (motion.high[i] ?? 0) + 100, i, "high")
        }
      }
    }
    const at = (values: Array<number>, share: number) =>
      values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]
    expect(broken).toEqual([])
    expect(at(metres, 0.9)).toBeLessThan(5)
    expect(at(metres, 0.99)).toBeLessThan(60)
    expect(Math.max(...metres)).toBeLessThan(250)
    // Of those whose velocity is the derivative of their position: SGP4's deep-space terms move only the latter.
    expect(at(speeds, 0.9)).toBeLessThan(0.05)
  }, 60_000)

  it("takes few nodes for high orbits and each minute for what cannot be followed", () => {
    const objects = trajectories()
    const { intervals } = sampleSlice(objects, from, from + hour)
    expect(Math.min(...intervals)).toBe(1)
    expect([...intervals].filter((count) => count === 8).length).toBeGreaterThan(objects.length / 4)
    const [object] = objects
    if (object === undefined) throw new Error("no object")
    // Gone after half an hour.
    const gone = {
      ...object,
      stateInto: (time: number, out: Float64Array, at?: number) =>
        time < from + hour / 2 && object.stateInto(time, out, at)
    }
    const slice = sampleSlice([gone], from, from + hour)
    expect(slice.intervals[0]).toBe(60)
    const { positionInto } = makePolynomials(slice)
    const place = new Float64Array(3)
    positionInto(0, from + 28 * 60_000, place, 0)
    expect(place[0]).not.toBeNaN()
    positionInto(0, from + 40 * 60_000, place, 0)
    expect(place[0]).toBeNaN()
  })

  it("is memory that threads can share", () => {
    const slice = sampleSlice(trajectories().slice(0, 10), from, from + hour)
    for (const values of [slice.nodes, slice.intervals, slice.first, slice.lowest, slice.highest, slice.fastest]) {
      expect(values.buffer).toBeInstanceOf(SharedArrayBuffer)
    }
  })

  it("a trajectory of states at times is that of their orbit, and none outside", () => {
    const [object] = trajectories()
    if (object === undefined) throw new Error("no object")
    const times = Array.from({ length: 20 }, (_, k) => from + k * 240_000)
    const states = new Float64Array(120)
    for (const [k, time] of times.entries()) object.stateInto(time, states, 6 * k)
    const table = sampledTrajectory("table", times, states)
    const [state, true_] = [new Float64Array(6), new Float64Array(6)]
    for (let time = from; time <= from + 19 * 240_000; time += 61_000) {
      expect(table.stateInto(time, state)).toBe(true)
      object.stateInto(time, true_)
      for (let k = 0; k < 6; k++) expect(Math.abs((state[k] ?? 0) - (true_[k] ?? 0))).toBeLessThan(k < 3 ? 2 : 0.1)
    }
    expect(table.stateInto(from - 1, state)).toBe(false)
    expect(table.stateInto(from + 19 * 240_000 + 1, state)).toBe(false)
  })
})
