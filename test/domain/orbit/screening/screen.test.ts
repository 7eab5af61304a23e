import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../../../../src/domain/orbit/catalogue/Catalogue.ts"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { parseTle } from "../../../../src/domain/orbit/catalogue/tle.ts"
import { closestApproach } from "../../../../src/domain/orbit/encounter/encounter.ts"
import { perturbed } from "../../../../src/domain/orbit/propagation/equinoctial.ts"
import { makePropagator, type Propagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import { compareObjectIds, pairOf } from "../../../../src/domain/orbit/screening/objectPair.ts"
import { screenEphemeris, screenSlice, screenSliceInSteps } from "../../../../src/domain/orbit/screening/screen.ts"
import { screenObject } from "../../../../src/domain/orbit/screening/screenObject.ts"
import type { ScreenEvent } from "../../../../src/domain/orbit/screening/ScreenResult.ts"
import { sampleSlice } from "../../../../src/domain/orbit/screening/SliceEphemeris.ts"
import { makeSpatialHash } from "../../../../src/domain/orbit/screening/spatialHash.ts"
import { type Trajectory, trajectoryOf } from "../../../../src/domain/orbit/screening/Trajectory.ts"
import * as UtcTime from "../../../../src/domain/time/UtcTime.ts"
import { sharedData } from "../../../support/sharedData.ts"

const start = Date.UTC(2026, 0, 2)
const hour = 3_600_000

/** Numbers in [0, 1) from a fixed seed (a linear congruential generator). */
const seeded = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const base: MeanElements = {
  objectId: "1",
  name: "A",
  internationalDesignator: "",
  classification: "U",
  epoch: start,
  meanMotion: 15 * revPerDay,
  eccentricity: 0.001,
  inclination: 1,
  rightAscension: 1,
  argumentOfPerigee: 2,
  meanAnomaly: 3,
  bstar: 1e-5,
  meanMotionDot: 0,
  meanMotionDdot: 0,
  elementSetNumber: 1,
  revolutionAtEpoch: 1
}

type Flown = Propagator & Trajectory

const flown = (made: Propagator): Flown => ({ ...made, ...trajectoryOf(made) })

const propagator = (elements: MeanElements): Flown => flown(Result.getOrThrow(makePropagator(elements)))

const read = (line1: string, line2: string) => propagator(Result.getOrThrow(parseTle(line1, line2)))

/** A shell of crossing orbits, an eccentric one through it, and one far above. */
const swarm = (): ReadonlyArray<Flown> => {
  const random = seeded(7)
  const objects = Array.from({ length: 40 }, (_, i) =>
    propagator({
      ...base,
      objectId: String(100 + i),
      meanMotion: (15 + 0.02 * random()) * revPerDay,
      eccentricity: 0.002 * random(),
      inclination: (40 + 60 * random()) * radiansPerDegree,
      rightAscension: 6.28 * random(),
      argumentOfPerigee: 6.28 * random(),
      meanAnomaly: 6.28 * random()
    }))
  const eccentric = propagator({
    ...base,
    objectId: "90",
    meanMotion: 3 * revPerDay,
    eccentricity: 0.66,
    meanAnomaly: 6.2
  })
  const far = propagator({ ...base, objectId: "91", meanMotion: revPerDay })
  return [...objects, eccentric, far]
}

/** Every pair at every 10 s, and Newton from each local minimum of the distance. */
const bruteForce = (objects: ReadonlyArray<Propagator>, from: number, to: number, threshold: number) => {
  const events: Array<ScreenEvent> = []
  const times = Array.from({ length: Math.round((to - from) / 10_000) + 3 }, (_, k) => from + (k - 1) * 10_000)
  const tracks = objects.map((object) => times.map((time) => object.stateAt(time)?.position ?? [0, 0, 0]))
  for (let i = 0; i < objects.length; i++) {
    for (let j = i + 1; j < objects.length; j++) {
      const distance = times.map((_, k) => {
        const [p, q] = [tracks[i]?.[k] ?? [], tracks[j]?.[k] ?? []]
        return Math.hypot((p[0] ?? 0) - (q[0] ?? 0), (p[1] ?? 0) - (q[1] ?? 0), (p[2] ?? 0) - (q[2] ?? 0))
      })
      for (let k = 1; k < times.length - 1; k++) {
        const here = distance[k] ?? 0
        if (here > (distance[k - 1] ?? 0) || here >= (distance[k + 1] ?? 0) || here > threshold + 120_000) continue
        const [x, y] = [objects[i], objects[j]]
        if (x === undefined || y === undefined) continue
        const [a, b] = pairOf(x.elements.objectId, y.elements.objectId)
        const [primary, secondary] = x.elements.objectId === a ? [x, y] : [y, x]
        const found = closestApproach(primary.stateAt, secondary.stateAt, times[k] ?? 0)
        if (found !== undefined && found.missDistance <= threshold && found.tca >= from && found.tca < to) {
          events.push({ a, b, tca: found.tca, missDistance: found.missDistance, relativeSpeed: found.relativeSpeed })
        }
      }
    }
  }
  return events
}

const keys = (events: ReadonlyArray<ScreenEvent>) =>
  events.map(({ a, b, tca }) => `${a} ${b} ${Math.round(tca / 100)}`).toSorted()

describe("screen", () => {
  it("finds what brute force finds", () => {
    const objects = swarm()
    for (const threshold of [15_000, 60_000]) {
      const expected = bruteForce(objects, start, start + 3 * hour, threshold)
      const { events, suppressed } = screenSlice(objects, start, start + 3 * hour, { threshold })
      expect(keys(events)).toEqual(keys(expected))
      expect(suppressed).toEqual([])
      expect(events.length).toBeGreaterThan(threshold / 12_000)
      expect(events.map(({ tca }) => tca)).toEqual(events.map(({ tca }) => tca).toSorted((x, y) => x - y))
    }
  })

  it("neither misses nor repeats an event between slices", () => {
    const objects = swarm()
    const whole = screenSlice(objects, start, start + 2 * hour, { threshold: 60_000 }).events
    const parts = [0, 1, 2, 3, 4, 5].flatMap((k) =>
      screenSlice(objects, start + k / 3 * hour, start + (k + 1) / 3 * hour, { threshold: 60_000 }).events
    )
    expect(keys(parts)).toEqual(keys(whole))
  })

  it("pauses some hundred times an hour, and finds the same whatever is done meanwhile", () => {
    const objects = swarm()
    const options = { threshold: 60_000 }
    const steps = screenSliceInSteps(objects, start, start + hour, options)
    let pauses = 0
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) {
      // SGP4 keeps its last state in the propagators, which others use.
      if (pauses++ % 50 === 0) objects.map(({ stateAt }) => stateAt(start + pauses * 60_000))
    }
    expect(pauses).toBeGreaterThan(180)
    expect(step.value).toEqual(screenSlice(objects, start, start + hour, options))
  })

  it("screens one object with new elements against a kept slice", () => {
    const objects = swarm()
    const slice = sampleSlice(objects, start, start + 2 * hour)
    const options = { threshold: 60_000 }
    for (const object of objects.slice(0, 10).concat(objects.slice(-2))) {
      const { objectId } = object.elements
      const all = screenEphemeris(slice, objects, options).events.filter(({ a, b }) => a === objectId || b === objectId)
      expect(keys(screenObject(slice, objects, object, options).events)).toEqual(keys(all))
    }
    // New elements: the slice's own entry of that id plays no part.
    const [first] = objects
    const moved = first === undefined ? undefined : propagator(perturbed(first.elements, [0, 0, 0, 0, 0, 20_000]))
    if (moved === undefined) throw new Error("no object")
    const replaced = screenSlice([moved, ...objects.slice(1)], start, start + 2 * hour, options).events
      .filter(({ a, b }) => a === "100" || b === "100")
    expect(keys(screenObject(slice, objects, moved, options).events)).toEqual(keys(replaced))
  })

  it("finds Iridium 33 and Cosmos 2251", () => {
    const pair = [
      read(
        "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775",
        "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336"
      ),
      read(
        "1 22675U 93036A   09040.49834364 -.00000001  00000-0  95251-5 0  7411",
        "2 22675  74.0355  19.4646 0016027  98.7014 261.5952 14.31135643817415"
      )
    ]
    const from = Date.UTC(2009, 1, 10, 16)
    const { events: [event] } = screenSlice(pair, from, from + hour, { threshold: 5000 })
    expect(event).toMatchObject({ a: "22675", b: "24946" })
    expect(Math.abs((event?.tca ?? 0) - (UtcTime.parse("2009-02-10T16:55:59.796Z") ?? 0))).toBeLessThan(1)
    expect(event?.missDistance).toBeCloseTo(698.0, 0)
    expect((event?.relativeSpeed ?? 0) / 1000).toBeCloseTo(11.647, 3)
  })

  it("suppresses docked and co-located pairs with a reason, and only while they stay together", () => {
    const docked = [
      propagator(base),
      propagator({ ...base, objectId: "2" }),
      propagator(perturbed({ ...base, objectId: "3" }, [0, 5, 0, 0, 0, 3000]))
    ]
    const { events, suppressed } = screenSlice(docked, start, start + hour, { threshold: 10_000 })
    expect(events).toEqual([])
    expect(suppressed.map(({ a, b }) => `${a} ${b}`)).toEqual(["1 2", "1 3", "2 3"])
    expect(suppressed[0]?.reason).toContain("co-located or docked")
    // In-track 3 km and drifting apart by 0.2 km each minute: together at first, not throughout.
    const leaving = propagator(perturbed({ ...base, objectId: "3" }, [-2000, 0, 0, 0, 0, 3000]))
    expect(screenSlice([propagator(base), leaving], start, start + hour, { threshold: 10_000 }).suppressed).toEqual([])
  })

  it("leaves out an object without a state and screens the rest", () => {
    const decayed = propagator({ ...base, objectId: "7", meanMotion: 16.4 * revPerDay, bstar: 0.05 })
    expect(decayed.stateAt(start + 30 * 24 * hour)).toBeUndefined()
    const objects = swarm()
    const from = start + 30 * 24 * hour
    expect(keys(screenSlice([...objects, decayed], from, from + hour, { threshold: 60_000 }).events))
      .toEqual(keys(screenSlice(objects, from, from + hour, { threshold: 60_000 }).events))
    expect(screenSlice([], from, from + hour, { threshold: 1000 })).toEqual({
      events: [],
      suppressed: [],
      coLocated: []
    })
  })

  const active = sharedData("catalogue/celestrak_active_2025-04-24.3le")
  it.skipIf(active === undefined)("agrees with brute force on every twentieth object of the active catalogue", () => {
    const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(active ?? "", "utf8"), "active"))
    const objects = [...catalogue.values()].filter((_, i) => i % 20 === 0)
      .flatMap((elements) =>
        Result.match(makePropagator(elements), { onSuccess: (p) => [flown(p)], onFailure: () => [] })
      )
    const from = Date.UTC(2025, 3, 24)
    const { events } = screenSlice(objects, from, from + hour / 2, { threshold: 20_000 })
    expect(keys(events)).toEqual(keys(bruteForce(objects, from, from + hour / 2, 20_000)))
    expect(events.length).toBeGreaterThan(3)
  })
})

describe("spatialHash", () => {
  it("finds each pair under the radius once", () => {
    const random = seeded(3)
    const count = 300
    const positions = Float64Array.from({ length: 3 * count }, () => 1000 * (random() - 0.5))
    positions[9] = Number.NaN
    const found: Array<string> = []
    const low = new Float64Array(count)
    makeSpatialHash(Array.from(low, () => false), 100).neighbours(
      { positions, low, high: low },
      (p, q) => found.push(`${Math.min(p, q)} ${Math.max(p, q)}`)
    )
    const expected: Array<string> = []
    for (let p = 0; p < count; p++) {
      for (let q = p + 1; q < count; q++) {
        const d = Math.hypot(...[0, 1, 2].map((k) => (positions[3 * p + k] ?? 0) - (positions[3 * q + k] ?? 0)))
        if (d < 100) expected.push(`${p} ${q}`)
      }
    }
    expect(found.toSorted()).toEqual(expected.toSorted())
  })
})

describe("pairOf", () => {
  it("sorts by number, numbers before text", () => {
    expect(pairOf("24946", "9999")).toEqual(["9999", "24946"])
    expect(pairOf("100001", "22675")).toEqual(["22675", "100001"])
    expect(pairOf("X", "5")).toEqual(["5", "X"])
    expect(compareObjectIds("5", "5")).toBe(0)
    expect(["b", "10", "a", "9"].toSorted(compareObjectIds)).toEqual(["9", "10", "a", "b"])
  })
})
