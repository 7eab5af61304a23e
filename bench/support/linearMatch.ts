/** Matching as it was before the sky was filed by place: every object is looked at. The baseline of bench/matching.ts. */
import { measuredPlace } from "../../src/domain/orbit/measurement/measuredPlace.ts"
import type { Candidates } from "../../src/domain/orbit/tracking/candidates.ts"
import { coarseMetres, miss } from "../../src/domain/orbit/tracking/coarseGate.ts"
import { updateTrack } from "../../src/domain/orbit/tracking/TrackEstimate.ts"

const skyMillis = 10_000
const wideMetres = 2 * coarseMetres
const keptSkies = 4

interface Sky {
  readonly time: number
  readonly states: Float64Array
}

/** The match of an observation without a hint. */
export const linearMatch = (candidates: Candidates, objectIds: ReadonlyArray<string>): Candidates["match"] => {
  let skies: ReadonlyArray<Sky> = []
  const skyAt = (time: number): Sky => {
    const node = Math.round(time / skyMillis) * skyMillis
    const known = skies.find((sky) => sky.time === node)
    if (known !== undefined) return known
    const states = new Float64Array(6 * objectIds.length)
    for (const [index, objectId] of objectIds.entries()) {
      if (candidates.propagatorOf(objectId)?.stateInto(node, states, 6 * index) !== true) {
        states.fill(Number.NaN, 6 * index, 6 * index + 6)
      }
    }
    const sky = { time: node, states }
    skies = [sky, ...skies.slice(0, keptSkies - 1)]
    return sky
  }
  return (observation, sensor, time) => {
    const { states, time: node } = skyAt(time)
    const seconds = (time - node) / 1000
    const place = measuredPlace(observation, sensor, time, wideMetres)
    if (place === undefined) return []
    const isNear = typeof place === "function" ? place : place.isNear
    const scored: Array<readonly [objectId: string, nis: number]> = []
    for (const [index, objectId] of objectIds.entries()) {
      const at = (i: number): number => states[6 * index + i] ?? Number.NaN
      const [x, y, z] = [at(0) + at(3) * seconds, at(1) + at(4) * seconds, at(2) + at(5) * seconds]
      if (!isNear(x, y, z, wideMetres)) continue
      const state = candidates.estimateOf(objectId)?.linearisation.reference.stateAt(time)
      const metres = state && miss(observation, sensor, time, state)
      if (metres === undefined || metres > coarseMetres) continue
      const prior = candidates.estimateOf(objectId)
      const result = prior === undefined ? undefined : updateTrack(prior, observation, sensor, time)
      if (result?.innovation.accepted === true) scored.push([objectId, result.innovation.nis])
    }
    return scored.sort((a, b) => a[1] - b[1]).map(([objectId]) => objectId)
  }
}
