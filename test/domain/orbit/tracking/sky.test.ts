import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import type { Target } from "../../../../src/domain/observation/Observation.ts"
import { type Catalogue, decodeCatalogue } from "../../../../src/domain/orbit/catalogue/Catalogue.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import { coarseMetres, miss } from "../../../../src/domain/orbit/tracking/coarseGate.ts"
import { updateTrack } from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { type CatalogueObservation, catalogueObservations } from "../../../support/catalogueObservations.ts"
import { sharedData } from "../../../support/sharedData.ts"

const start = Date.UTC(2025, 3, 25, 6)

/** Every object is asked: what `match` has to answer. */
const exhaustive = (
  candidates: ReturnType<typeof makeCandidates>,
  ids: ReadonlyArray<string>,
  seen: CatalogueObservation
) => {
  const { observation, sensor, time } = seen
  return ids.flatMap((objectId) => {
    const state = candidates.propagatorOf(objectId)?.stateAt(time)
    const metres = state && miss(observation, sensor, time, state)
    if (metres === undefined || metres > coarseMetres) return []
    const prior = candidates.estimateOf(objectId)
    const result = prior && updateTrack(prior, observation, sensor, time)
    return result?.innovation.accepted === true ? [[objectId, result.innovation.nis] as const] : []
  }).sort((a, b) => a[1] - b[1]).map(([objectId]) => objectId)
}

/** The same measurement with less in it. */
const lesser = (target: Target): ReadonlyArray<Target> => {
  if (target._tag !== "RangeRate") return [target]
  const { azimuth, elevation, range, rangeRate } = target
  return [
    target,
    ...(azimuth === undefined || elevation === undefined
      ? []
      : [{ _tag: "AzimuthElevation", azimuth, elevation } as const]),
    ...(range === undefined || rangeRate === undefined ? [] : [{ _tag: "RangeRate", range, rangeRate } as const])
  ]
}

describe("matching without a hint", () => {
  const file = sharedData("catalogue/celestrak_active_2025-04-24.3le")
  it.skipIf(file === undefined)(
    "answers as if every object of the active catalogue were asked, whatever was measured",
    () => {
      const catalogue: Catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(file ?? "", "utf8"), "active"))
      const propagators = [...catalogue.values()].flatMap((elements) =>
        Result.match(makePropagator(elements), { onSuccess: (made) => [made], onFailure: () => [] })
      )
      const candidates = makeCandidates(catalogue)
      const ids = [...catalogue.keys()]
      // Over three stretches of ten minutes, in no order: what is kept must not show.
      const seen = catalogueObservations(propagators, { count: 60, from: start, seconds: 1500 })
      const kinds = new Map<string, number>()
      let found = 0
      for (const [n, one] of [...seen.slice(30), ...seen.slice(0, 30)].entries()) {
        for (const target of n % 3 === 0 ? lesser(one.observation.target) : [one.observation.target]) {
          const observation = { ...one.observation, target }
          const matches = candidates.match(observation, one.sensor, one.time)
          expect(matches).toEqual(exhaustive(candidates, ids, { ...one, observation }))
          kinds.set(target._tag, (kinds.get(target._tag) ?? 0) + matches.length)
          if (matches.includes(one.truth)) found++
        }
      }
      expect(found).toBeGreaterThan(50)
      for (const tag of ["RangeRate", "Angular", "StateVector"]) expect(kinds.get(tag)).toBeGreaterThan(10)
    },
    60_000
  )
})
