import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { createHash } from "node:crypto"
import { decodeRadarFrame } from "../../../src/domain/observation/formats/radarFrame.ts"
import type { Observation } from "../../../src/domain/observation/Observation.ts"
import { topocentric } from "../../../src/domain/orbit/frames/topocentric.ts"
import { covarianceOf, predict, residual } from "../../../src/domain/orbit/measurement/measurement.ts"
import { makePropagator, type Propagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import { isDark, isSunlit } from "../../../src/domain/orbit/propagation/Sun.ts"
import type { Emission } from "../../../src/domain/simulation/Emission.ts"
import { makeScenario, type Scenario, seededStart } from "../../../src/domain/simulation/scenario.ts"
import { conjunctionPrimary, conjunctionSecondary } from "../../../src/domain/simulation/syntheticCatalogue.ts"
import { observationOf } from "../../../src/layers/simulator/writeScenario.ts"
import { registry, scenario, sensors, synthetic } from "../../support/scenario.ts"

const digest = (of: Scenario): string => {
  const hash = createHash("sha256")
  for (const { bytes, sendAt, wire } of of.emissions) hash.update(wire).update(String(sendAt)).update(bytes)
  return hash.digest("hex")
}

const decoded = (emission: Emission): Observation => Result.getOrThrow(observationOf(emission, registry))

const byId = (objects: Iterable<Propagator>): ReadonlyMap<string, Propagator> =>
  new Map(Array.from(objects, (object) => [object.elements.objectId, object]))

/** Squared residual over variance, per component, of an observation against an orbit. */
const normalised = (observation: Observation, orbit: Propagator | undefined): ReadonlyArray<number> => {
  const sensor = registry.bySourceId.get(observation.sourceId)
  const state = orbit?.stateAt(observation.sensorTimestamp)
  if (sensor === undefined || state === undefined) throw new Error("no orbit")
  const predicted = predict(sensor, observation.target, state, observation.sensorTimestamp)
  const covariance = covarianceOf(observation, sensor)
  if (predicted === undefined || covariance === undefined) throw new Error("no prediction")
  const difference = residual(observation.target, predicted)
  return Array.from(difference, (value, i) => value * value / (covariance[i * (difference.length + 1)] ?? 0))
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const hex = ({ bytes }: Emission) => Buffer.from(bytes).toString("hex")

const struck = (faults: string) => {
  const run = scenario({ faults })
  return { emissions: [...run.emissions], counts: run.faultCounts }
}

const notSilenced = ({ sourceId }: Emission) => sourceId !== "radar-poker-flat"

describe("scenario", () => {
  it("a seed fixes every byte; another seed gives others", () => {
    expect(digest(scenario({ seed: 7 }))).toBe(digest(scenario({ seed: 7 })))
    expect(new Set([7, 8, 9].map((seed) => digest(scenario({ seed })))).size).toBe(3)
  })

  it("the frames of a longer scenario begin with those of a shorter one", () => {
    const short = Array.from(scenario({ seconds: 12 }).emissions, ({ bytes }) => Buffer.from(bytes).toString("hex"))
    const long = Array.from(scenario({ seconds: 20 }).emissions, ({ bytes }) => Buffer.from(bytes).toString("hex"))
    expect(long.slice(0, short.length)).toEqual(short)
    expect(long.length).toBeGreaterThan(short.length)
  })

  it("every record goes through its source's own decoder and comes out as what was measured", () => {
    const emissions = [...scenario().emissions]
    for (const emission of emissions) {
      const observation = decoded(emission)
      expect(observation.sourceId).toBe(emission.sourceId)
      expect(observation.sourceKind).toBe(emission.wire)
      expect(Math.abs(observation.sensorTimestamp - emission.sensorTimestamp)).toBeLessThan(0.001)
      expect(observation.objectHint).toBe(emission.truthObject)
    }
    expect(emissions.length).toBeGreaterThan(500)
    expect(emissions.length / 20).toBeLessThan(500)
  })

  it("without faults records are sent in order, within the lateness of their kind, from the start to before the end", () => {
    const lateness = { radar: 100, optical: 20_000, isl: 10_000 }
    const { emissions, end, start } = scenario({ seconds: 60 })
    const newest = new Map<string, number>()
    const sequences = new Map<string, number>()
    let last = start
    for (const emission of emissions) {
      const { bytes, sendAt, sensorTimestamp, sourceId, wire } = emission
      expect(sendAt).toBeGreaterThanOrEqual(last)
      expect(sendAt).toBeLessThan(end)
      expect(sendAt - sensorTimestamp).toBeGreaterThan(0)
      expect(sendAt - sensorTimestamp).toBeLessThan(lateness[wire])
      expect(sensorTimestamp).toBeGreaterThanOrEqual(newest.get(sourceId) ?? start)
      newest.set(sourceId, sensorTimestamp)
      if (wire === "radar") {
        const sequence = decodeRadarFrame(bytes)?.sequence ?? -1
        expect(sequence).toBe((sequences.get(sourceId) ?? -1) + 1)
        sequences.set(sourceId, sequence)
      }
      last = sendAt
    }
  })

  it("its noise is what the registry says, about the true orbits", () => {
    const run = scenario({ seconds: 120 })
    const truth = byId(run.truth)
    const squares = Array.from(
      run.emissions,
      (emission) => normalised(decoded(emission), truth.get(emission.truthObject))
    )
    for (const components of [4, 2, 6]) {
      const values = squares.filter((value) => value.length === components).flat()
      // White noise gives 1, five standard errors about it; the slow bias of at most 0.2 sigma adds at most 0.04.
      const error = 5 * Math.sqrt(2 / values.length)
      expect(mean(values)).toBeGreaterThan(1 - error)
      expect(mean(values)).toBeLessThan(1.04 + error)
    }
  })

  it("a slow bias is there: residuals of one sensor and component do not average out", () => {
    const run = scenario({ seconds: 300 })
    const truth = byId(run.truth)
    const sums = new Map<string, Array<number>>()
    for (const emission of run.emissions) {
      if (emission.wire !== "radar") continue
      const observation = decoded(emission)
      const state = truth.get(emission.truthObject)?.stateAt(observation.sensorTimestamp)
      const sensor = registry.bySourceId.get(observation.sourceId)
      const predicted = state && sensor && predict(sensor, observation.target, state, observation.sensorTimestamp)
      const range = predicted && residual(observation.target, predicted)[0]
      if (range === undefined) continue
      const list = sums.get(observation.sourceId) ?? []
      sums.set(observation.sourceId, list)
      list.push(range / 25)
    }
    const significance = Array.from(sums.values(), (list) => Math.abs(mean(list)) * Math.sqrt(list.length))
    expect(Math.max(...significance)).toBeGreaterThan(5)
  })

  it("residuals against the catalogue are real: many sigmas, some hundred metres", () => {
    const { elements } = synthetic(7)
    const nominal = byId(elements.map(makePropagator).filter(Result.isSuccess).map(({ success }) => success))
    const run = scenario()
    const truth = byId(run.truth)
    const radar = Array.from(run.emissions).filter(({ wire }) => wire === "radar")
    const squares = radar.map((emission) => mean(normalised(decoded(emission), nominal.get(emission.truthObject))))
    expect(mean(squares)).toBeGreaterThan(20)
    const distances = Array.from(truth.keys(), (id) => {
      const [a, b] = [truth.get(id)?.stateAt(seededStart)?.position, nominal.get(id)?.stateAt(seededStart)?.position]
      return a === undefined || b === undefined ? Number.NaN : Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
    }).sort((a, b) => a - b)
    expect(distances[distances.length >> 1]).toBeGreaterThan(100)
    expect(distances[distances.length >> 1]).toBeLessThan(1500)
  })

  it("telescopes see sunlit objects from dark sites, over 20 degrees", () => {
    const run = scenario({ seconds: 300 })
    const truth = byId(run.truth)
    let count = 0
    for (const { sensorTimestamp: time, sourceId, truthObject, wire } of run.emissions) {
      const sensor = registry.bySourceId.get(sourceId)
      const state = truth.get(truthObject)?.stateAt(time)
      if (wire !== "optical" || sensor?.site === undefined || sensor.observer === undefined || state === undefined) {
        continue
      }
      expect(isDark(sensor.site, time)).toBe(true)
      expect(isSunlit(state.position, time)).toBe(true)
      // Planned at the middle of a slot of 10 s, in which a low object moves by a few degrees.
      expect(topocentric(sensor.observer, state, time).elevation * 180 / Math.PI).toBeGreaterThan(14)
      count += 1
    }
    expect(count).toBeGreaterThan(100)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "all three kinds report within 20 s, and both of the pair are seen: seed %i",
    (seed) => {
      const start = seededStart + seed * 47 * 3_600_000
      const emissions = [...scenario({ seed, start }).emissions]
      expect(new Set(emissions.map(({ wire }) => wire)).size).toBe(3)
      const first = (id: string) => emissions.find(({ truthObject }) => truthObject === id)
      expect((first(conjunctionPrimary)?.sendAt ?? Number.NaN) - start).toBeLessThan(2500)
      expect((first(conjunctionSecondary)?.sendAt ?? Number.NaN) - start).toBeLessThan(20_000)
    }
  )

  it("some telescope has something to see at any hour of any season", () => {
    const telescopes = sensors.filter(({ kind }) => kind === "optical")
    const { elements } = synthetic(1)
    for (let month = 0; month < 12; month++) {
      for (let hour = 0; hour < 24; hour++) {
        const start = Date.UTC(2026, month, 21, hour, 30)
        const run = makeScenario({ seed: 1, start, durationMillis: 20_000, catalogue: elements, sensors: telescopes })
        expect(run.emissions[Symbol.iterator]().next().done, new Date(start).toISOString()).toBe(false)
      }
    }
  })
})

describe("scenario with faults", () => {
  const clean = [...scenario().emissions]

  it("duplicates: the same bytes again, soon after", () => {
    const { counts, emissions } = struck("duplicates")
    const seen = new Map<string, number>()
    let again = 0
    for (const emission of emissions) {
      const before = seen.get(hex(emission))
      expect(emission.again).toBe(before !== undefined)
      if (before !== undefined) {
        expect(emission.sendAt - before).toBeLessThanOrEqual(30)
        again += 1
      }
      seen.set(hex(emission), emission.sendAt)
    }
    // The last ones may fall due after the end.
    expect(again).toBeGreaterThan(50)
    expect(again).toBeLessThanOrEqual(counts.duplicates)
    expect(seen.size).toBe(clean.length)
  })

  it("reordering: out of order within each kind's lateness", () => {
    const { counts, emissions } = struck("reordering")
    const newest = new Map<string, number>()
    const inversions = new Map<string, number>()
    for (const { sendAt, sensorTimestamp, sourceId, wire } of emissions) {
      expect(sendAt - sensorTimestamp).toBeLessThan({ radar: 100, optical: 20_000, isl: 10_000 }[wire])
      if (sensorTimestamp < (newest.get(sourceId) ?? 0)) inversions.set(wire, (inversions.get(wire) ?? 0) + 1)
      newest.set(sourceId, Math.max(sensorTimestamp, newest.get(sourceId) ?? 0))
    }
    expect(counts.reordering).toBeGreaterThanOrEqual(emissions.length)
    expect(inversions.get("radar") ?? 0).toBeGreaterThan(50)
    expect(inversions.get("isl") ?? 0).toBeGreaterThan(5)
  })

  it("clock-bias: one radar's stamps are 250 ms ahead of what the others' would be", () => {
    const { counts, emissions } = struck("clock-bias")
    const name = sensors.find(({ kind }) => kind === "radar")?.sourceId
    const [biased, others] = [
      emissions.filter((e) => e.sourceId === name),
      emissions.filter((e) => e.sourceId !== name)
    ]
    expect(others.map(hex)).toEqual(clean.filter((e) => e.sourceId !== name).map(hex))
    const before = clean.filter((e) => e.sourceId === name)
    expect(biased.map((e, i) => e.sensorTimestamp - (before[i]?.sensorTimestamp ?? 0))).toEqual(biased.map(() => 250))
    expect(counts["clock-bias"]).toBeGreaterThanOrEqual(biased.length)
    expect(biased.length).toBeGreaterThan(0)
  })

  it("cross-tag: the hints of two tracks are exchanged, the measurements are not", () => {
    const { counts, emissions } = struck("cross-tag")
    const wrong = emissions.filter((e) => decoded(e).objectHint !== e.truthObject)
    expect(wrong.length).toBeGreaterThan(50)
    expect(counts["cross-tag"]).toBeGreaterThanOrEqual(wrong.length)
    expect(wrong.every(({ wire }) => wire === "radar")).toBe(true)
    const pairs = new Set(wrong.map((e) => `${decoded(e).objectHint} as ${e.truthObject}`))
    for (const pair of pairs) expect(pairs.has(pair.split(" as ").toReversed().join(" as "))).toBe(true)
  })

  it("wrong-units: one radar's ranges are in kilometres", () => {
    const { counts, emissions } = struck("wrong-units")
    const ranges = emissions.filter(({ wire }) => wire === "radar").map((e) => decodeRadarFrame(e.bytes)?.range ?? 0)
    const small = ranges.filter((range) => range < 10_000)
    expect(small.length).toBeGreaterThan(0)
    expect(counts["wrong-units"]).toBeGreaterThanOrEqual(small.length)
    expect(small.length).toBeLessThan(ranges.length)
    expect(Math.min(...ranges.filter((range) => range >= 10_000))).toBeGreaterThan(100_000)
  })

  it("silent-sensor: the named sensor stops at its time, the others go on as they were", () => {
    const { counts, emissions } = struck("silent-sensor=radar-poker-flat@5")
    const silent = emissions.filter(({ sourceId }) => sourceId === "radar-poker-flat")
    expect(Math.max(...silent.map(({ sensorTimestamp }) => sensorTimestamp))).toBeLessThan(seededStart + 5000)
    expect(emissions.filter(notSilenced).map(hex)).toEqual(clean.filter(notSilenced).map(hex))
    expect(counts["silent-sensor"]).toBeGreaterThanOrEqual(clean.length - emissions.length)
    expect(clean.length - emissions.length).toBeGreaterThan(0)
  })

  it("several at once", () => {
    const { counts } = struck("duplicates,reordering,clock-bias,cross-tag,wrong-units,silent-sensor")
    expect(Object.values(counts).every((count) => count > 0)).toBe(true)
  })
})
