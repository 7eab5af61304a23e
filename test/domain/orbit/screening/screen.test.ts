import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../../../../src/domain/orbit/catalogue/Catalogue.ts"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { parseTle } from "../../../../src/domain/orbit/catalogue/tle.ts"
import { sampleSlice } from "../../../../src/domain/orbit/ephemeris/SliceEphemeris.ts"
import { type Trajectory, trajectoryOf } from "../../../../src/domain/orbit/ephemeris/Trajectory.ts"
import { perturbed } from "../../../../src/domain/orbit/propagation/equinoctial.ts"
import { makePropagator, type Propagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import { mergeScreens } from "../../../../src/domain/orbit/screening/mergeScreens.ts"
import { compareObjectIds, pairOf } from "../../../../src/domain/orbit/screening/objectPair.ts"
import { screenEphemeris, screenSlice, screenSliceInSteps } from "../../../../src/domain/orbit/screening/screen.ts"
import { screenObject } from "../../../../src/domain/orbit/screening/screenObject.ts"
import type { ScreenEvent } from "../../../../src/domain/orbit/screening/ScreenResult.ts"
import { makeSpatialHash } from "../../../../src/domain/orbit/screening/spatialHash.ts"
import * as UtcTime from "../../../../src/domain/time/UtcTime.ts"
import { bruteForceScreen, compareScreens } from "../../../support/bruteForceScreen.ts"
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

/** By brute force, each second: see `bruteForceScreen.ts`. */
const bruteForce = (objects: ReadonlyArray<Flown>, from: number, to: number, threshold: number) =>
  bruteForceScreen(objects, from, to, threshold)

const keys = (events: ReadonlyArray<ScreenEvent>) =>
  events.map(({ a, b, tca }) => `${a} ${b} ${Math.round(tca / 100)}`).toSorted()

describe("screen", () => {
  it("finds what brute force finds", () => {
    const objects = swarm()
    for (const threshold of [15_000, 60_000]) {
      const expected = bruteForce(objects, start, start + 3 * hour, threshold)
      const { events, suppressed } = screenSlice(objects, start, start + 3 * hour, { threshold })
      expect(compareScreens({ events, suppressed, coLocated: [] }, expected)).toMatchObject({ missed: [], extra: [] })
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
    expect(pauses).toBeGreaterThan(120)
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

  describe("pairs that stay together", () => {
    const options = { threshold: 10_000 }
    const beside = (objectId: string, offset: ReadonlyArray<number>) =>
      propagator(perturbed({ ...base, objectId }, [...offset]))

    it("docked: one element set under two names is suppressed, with where it was nearest", () => {
      const { coLocated, events, suppressed } = screenSlice(
        [propagator(base), propagator({ ...base, objectId: "2" })],
        start,
        start + hour,
        options
      )
      expect([events, coLocated]).toEqual([[], []])
      expect(suppressed).toMatchObject([{ a: "1", b: "2", missDistance: 0, relativeSpeed: 0, tca: start }])
      expect(suppressed[0]?.reason).toContain("docked")
    })

    it.each([
      ["docked", [0, 0, 0, 0, 0, 90]],
      ["near", [0, 0, 0, 0, 0, 110]],
      ["docked", [0, 30, 0, 0, 0, 20]],
      ["near", [0, 120, 0, 0, 0, 20]]
    ])("on either side of a hundred metres and a tenth of a metre a second: %s at %j", (kind, offset) => {
      const { coLocated, suppressed } = screenSlice(
        [propagator(base), beside("3", offset)],
        start,
        start + hour,
        options
      )
      expect([suppressed.length, coLocated.length]).toEqual(kind === "docked" ? [1, 0] : [0, 1])
    })

    it("near: closest approaches are events like all others, and the nearest is listed", () => {
      // 3 km behind, on an ellipse: nearer and farther by 10 m twice a revolution.
      const objects = [propagator(base), beside("3", [0, 5, 0, 0, 0, 3000])]
      const { coLocated, events, suppressed } = screenSlice(objects, start, start + 2 * hour, options)
      expect(suppressed).toEqual([])
      expect(compareScreens({ events, suppressed, coLocated }, bruteForce(objects, start, start + 2 * hour, 10_000)))
        .toMatchObject({ missed: [], extra: [] })
      expect(events.length).toBeGreaterThan(0)
      expect(coLocated).toHaveLength(1)
      expect(coLocated[0]?.reason).toContain("co-located")
      expect(coLocated[0]?.missDistance).toBeLessThanOrEqual(
        Math.min(...events.map(({ missDistance }) => missDistance))
      )
    })

    it("who leaves is not together", () => {
      // In-track 3 km and drifting apart by 0.2 km each minute: together at first, not throughout.
      const { coLocated, suppressed } = screenSlice(
        [propagator(base), beside("3", [-2000, 0, 0, 0, 0, 3000])],
        start,
        start + hour,
        options
      )
      expect([coLocated, suppressed]).toEqual([[], []])
    })

    it("merged over slices, each pair is listed once, where it was nearest", () => {
      const objects = [propagator(base), beside("3", [0, 5, 0, 0, 0, 3000])]
      const slices = [0, 1, 2].map((k) => screenSlice(objects, start + k * hour, start + (k + 1) * hour, options))
      const { coLocated, events } = mergeScreens(slices)
      expect(events).toEqual(slices.flatMap((slice) => slice.events))
      expect(coLocated).toHaveLength(1)
      const least = Math.min(...slices.flatMap((slice) => slice.coLocated).map(({ missDistance }) => missDistance))
      expect(coLocated[0]?.missDistance).toBe(least)
    })
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

  const file = sharedData("catalogue/celestrak_active_2025-04-24.3le")
  const active = (): ReadonlyArray<Flown> =>
    [...Result.getOrThrow(decodeCatalogue(readFileSync(file ?? "", "utf8"), "active")).values()]
      .flatMap((elements) =>
        Result.match(makePropagator(elements), { onSuccess: (p) => [flown(p)], onFailure: () => [] })
      )

  it.skipIf(file === undefined)(
    "finds what brute force finds over the whole active catalogue, slow pairs and docked ones among them",
    () => {
      const objects = active()
      const from = Date.UTC(2025, 3, 24, 12)
      const to = from + 60_000
      const found = screenSlice(objects, from, to, { threshold: 25_000 })
      const expected = bruteForceScreen(objects, from, to, 25_000, { sorted: true })
      expect(compareScreens(found, expected)).toMatchObject({ missed: [], extra: [] })
      expect(found.events.length).toBeGreaterThan(200)
      expect(found.suppressed.map(({ a, b }) => `${a} ${b}`)).toContain("25544 49044")
    },
    60_000
  )

  it.skipIf(file === undefined)(
    "tells the satellites that fly in pairs, docked ones whose sets are copies apart",
    () => {
      const named = active().filter(({ elements: { name } }) =>
        /^(ISS|DRAGON CRS|TIANHUI|CSS|TERRASAR|TANDEM)/.test(name)
      )
      const from = Date.UTC(2025, 3, 25)
      const { coLocated, events, suppressed } = screenSlice(named, from, from + 2 * hour, { threshold: 10_000 })
      const pairs = (list: ReadonlyArray<ScreenEvent>) => new Set(list.map(({ a, b }) => `${a} ${b}`))
      // ZARYA and NAUKA, one set; TIANHUI 2-02A and B, 145 m at 0.7 m/s; ZARYA and a Dragon under way with a set of its own.
      expect(pairs(suppressed)).toContain("25544 49044")
      const tianhui = named.filter(({ elements: { name } }) => name.startsWith("TIANHUI 2-02")).map(({ objectId }) =>
        objectId
      )
      expect(pairs(coLocated)).toContain(tianhui.join(" "))
      expect(pairs(events)).toContain(tianhui.join(" "))
      for (const pair of pairs(suppressed)) expect(pairs(events)).not.toContain(pair)
    }
  )
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

  it("wide points look twice as far, and intervals that do not touch keep points apart", () => {
    const random = seeded(4)
    const count = 700
    const positions = Float64Array.from({ length: 3 * count }, () => 1500 * (random() - 0.5))
    const low = Float64Array.from({ length: count }, () => random())
    const high = low.map((from) => from + 0.3)
    const wide = Array.from({ length: count }, (_, p) => p % 9 === 0)
    const found: Array<string> = []
    const key = (p: number, q: number) => `${Math.min(p, q)} ${Math.max(p, q)}`
    makeSpatialHash(wide, 60).neighbours({ positions, low, high }, (p, q) => found.push(key(p, q)))
    const expected: Array<string> = []
    for (let p = 0; p < count; p++) {
      for (let q = p + 1; q < count; q++) {
        const d = Math.hypot(...[0, 1, 2].map((k) => (positions[3 * p + k] ?? 0) - (positions[3 * q + k] ?? 0)))
        const touch = (low[p] ?? 0) <= (high[q] ?? 0) && (low[q] ?? 0) <= (high[p] ?? 0)
        if (touch && d < (wide[p] === true || wide[q] === true ? 120 : 60)) expected.push(key(p, q))
      }
    }
    expect(expected.length).toBeGreaterThan(50)
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
