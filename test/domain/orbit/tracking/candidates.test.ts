import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import type { Observation } from "../../../../src/domain/observation/Observation.ts"
import { dot, norm, subtract } from "../../../../src/domain/orbit/algebra/vector3.ts"
import type { MeanElements } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { perturbed } from "../../../../src/domain/orbit/propagation/equinoctial.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import { catalogueEstimate, updateTrack } from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { makeScenario } from "../../../../src/domain/simulation/scenario.ts"
import { observationOf } from "../../../../src/layers/simulator/writeScenario.ts"
import { registry, scenarioOptions, synthetic } from "../../../support/scenario.ts"

const { elements } = synthetic(7)
const catalogue = new Map(elements.map((set) => [set.objectId, set]))

/** A minute of all sensors; every object by its true one. */
const observations = Array.from(
  makeScenario(scenarioOptions({ seconds: 60 })).emissions,
  (emission) => ({ observation: Result.getOrThrow(observationOf(emission, registry)), truth: emission.truthObject })
)
const some = observations.filter((_, index) =>
  index % 40 === 0 || observations[index]?.observation.sourceKind !== "radar"
)

const sensorOf = ({ sourceId }: Observation) => {
  const sensor = registry.bySourceId.get(sourceId)
  if (sensor === undefined) throw new Error(sourceId)
  return sensor
}
const without = ({ objectHint: _, ...observation }: Observation): Observation => observation

/** Every object of the catalogue by the gate alone. */
const gated = (sets: Iterable<MeanElements>, observation: Observation): ReadonlyArray<string> =>
  Array.from(sets).flatMap((set) => {
    const estimate = catalogueEstimate(set)
    const result = estimate && updateTrack(estimate, observation, sensorOf(observation), observation.sensorTimestamp)
    return result?.innovation.accepted === true ? [[set.objectId, result.innovation.nis] as const] : []
  }).sort((a, b) => a[1] - b[1]).map(([objectId]) => objectId)

describe("candidates", () => {
  const candidates = makeCandidates(catalogue)
  const match = (observation: Observation) =>
    candidates.match(observation, sensorOf(observation), observation.sensorTimestamp)

  it("the propagator of an object is that of its estimate", () => {
    for (const { objectId } of elements.slice(0, 5)) {
      expect(candidates.propagatorOf(objectId)).toBeDefined()
      expect(candidates.estimateOf(objectId)?.linearisation.reference).toBe(candidates.propagatorOf(objectId))
    }
    expect([candidates.propagatorOf("1"), candidates.estimateOf("1")]).toEqual([undefined, undefined])
  })

  it("takes a hint that fits at its word", () => {
    for (const { observation, truth } of some) expect(match({ ...observation, objectHint: truth })).toEqual([truth])
  })

  it("without a hint it finds the object, for every kind of sensor", () => {
    const found = new Map<string, number>()
    let refused = 0
    for (const { observation, truth } of some) {
      const { sourceKind } = observation
      if (match(without(observation)).includes(truth)) found.set(sourceKind, (found.get(sourceKind) ?? 0) + 1)
      else refused++
    }
    for (const kind of ["radar", "optical", "isl"]) expect(found.get(kind)).toBeGreaterThan(20)
    // The gate lets one in a thousand go, and the prior covariance is a model: one of this seed's objects is just beyond it.
    expect(refused).toBeLessThanOrEqual(2)
  })

  it("a wrong hint, or one nobody knows, is as good as none", () => {
    for (const { observation, truth } of some.slice(0, 20)) {
      const other = elements.find(({ objectId }) => objectId !== truth)?.objectId ?? ""
      expect(match({ ...observation, objectHint: other })).toEqual(match(without(observation)))
      expect(match({ ...observation, objectHint: "1" })).toEqual(match(without(observation)))
    }
  })

  it("finds what the gate finds over the whole catalogue, nearest first", () => {
    const few = elements.slice(0, 60)
    const small = makeCandidates(new Map(few.map((set) => [set.objectId, set])))
    let found = 0
    for (const { observation } of some.slice(0, 60)) {
      const bare = without(observation)
      const matches = small.match(bare, sensorOf(bare), bare.sensorTimestamp)
      expect(matches).toEqual(gated(few, bare))
      found += matches.length
    }
    expect(found).toBeGreaterThan(5)
  })

  it("names both of two objects on one orbit, the nearer first", () => {
    const [one] = some
    const original = one && catalogue.get(one.truth)
    if (one === undefined || original === undefined) throw new Error("nothing observed")
    const twin = { ...perturbed(original, [0, 0, 0, 0, 0, 200]), objectId: "12345" }
    const both = makeCandidates(new Map([...catalogue, [twin.objectId, twin]]))
    const bare = without(one.observation)
    const matches = both.match(bare, sensorOf(bare), bare.sensorTimestamp)
    expect([...matches].sort()).toEqual([one.truth, "12345"].sort())
    expect(matches).toEqual(gated([original, twin], bare))
  })

  it("takes a hint for an object a little below the horizon, and not for one well below", () => {
    const radar = some.find(({ observation: { target } }) => target._tag === "RangeRate")?.observation
    const observer = radar && sensorOf(radar).observer
    if (radar === undefined || observer === undefined) throw new Error("no radar")
    const seen = { little: 0, well: 0 }
    for (const { objectId } of elements.slice(0, 100)) {
      for (let minute = 0; minute < 100; minute++) {
        const time = radar.sensorTimestamp + minute * 60_000
        const state = candidates.propagatorOf(objectId)?.stateAt(time)
        if (state === undefined) continue
        const { position, up } = observer.at(time)
        const line = subtract(state.position, position)
        const range = norm(line)
        const sine = dot(line, up) / range
        const side = sine < -0.03 && sine > -0.049 ? "little" : sine < -0.051 && sine > -0.07 ? "well" : undefined
        if (side === undefined) continue
        // A range alone: it says nothing of where on the sphere about the radar the object is.
        const observation: Observation = {
          ...radar,
          objectHint: objectId,
          sensorTimestamp: time,
          target: { _tag: "RangeRate", range }
        }
        const matches = candidates.match(observation, sensorOf(radar), time)
        expect(matches.length === 1 && matches[0] === objectId, `${objectId} at ${sine}`).toBe(side === "little")
        seen[side]++
      }
    }
    expect(seen.little).toBeGreaterThan(10)
    expect(seen.well).toBeGreaterThan(10)
  })

  it("finds nothing where no object of the catalogue is", () => {
    const radar = some.find(({ observation: { target } }) => target._tag === "RangeRate")?.observation
    if (radar?.target._tag !== "RangeRate") throw new Error("no radar")
    const { target } = radar
    expect(match({ ...radar, target: { ...target, range: (target.range ?? 0) + 400_000 } })).toEqual([])
  })
})
