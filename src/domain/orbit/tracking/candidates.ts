/**
 * Which objects of the catalogue an observation may be of: the coarse gate.
 *
 * Judged by the catalogue's own elements, never by the tracks, so that the answer does not depend on what was observed before. The
 * observation's hint is tried first; only where it is absent or wrong the sky is asked which objects may be near, and those are propagated. The
 * answer is that of trying every object.
 */
import { Result } from "effect"
import type { Observation } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { makePropagator, type Propagator } from "../propagation/Propagator.ts"
import { coarseMetres, miss } from "./coarseGate.ts"
import { makeSkies } from "./sky.ts"
import { estimateAbout, type TrackEstimate, updateTrack } from "./TrackEstimate.ts"

/**
 * The objects that can be observed, each with its catalogue estimate. Holds a propagator an object (400 bytes), and of those
 * that are matched or in a pair twelve more (5 kB), made on first use, what its linearisation remembers (400 bytes an answer, at most 17 kB), and where all are at some instants (see `sky.ts`).
 */
export interface Candidates {
  /** An object's propagator: {@link estimateOf} has the same and twelve more. */
  readonly propagatorOf: (objectId: string) => Propagator | undefined
  /** The catalogue's own estimate of an object. */
  readonly estimateOf: (objectId: string) => TrackEstimate | undefined
  /** The objects that an observation may be of, nearest first: none, one, or an ambiguous several. */
  readonly match: (observation: Observation, sensor: Sensor, time: UtcTime) => ReadonlyArray<string>
}

export const makeCandidates = (catalogue: ReadonlyMap<string, MeanElements>): Candidates => {
  const estimates = new Map<string, TrackEstimate | undefined>()
  const propagators = new Map<string, Propagator | undefined>()
  const propagatorOf = (objectId: string): Propagator | undefined => {
    const known = propagators.get(objectId)
    if (known !== undefined || propagators.has(objectId)) return known
    const elements = catalogue.get(objectId)
    if (elements === undefined) return undefined
    const propagator = Result.getOrUndefined(makePropagator(elements))
    propagators.set(objectId, propagator)
    return propagator
  }
  const estimateOf = (objectId: string): TrackEstimate | undefined => {
    if (estimates.has(objectId)) return estimates.get(objectId)
    const reference = propagatorOf(objectId)
    const estimate = reference === undefined ? undefined : estimateAbout(reference)
    estimates.set(objectId, estimate)
    return estimate
  }
  const near = (objectId: string, observation: Observation, sensor: Sensor, time: UtcTime): boolean => {
    const state = propagatorOf(objectId)?.stateAt(time)
    if (state === undefined) return false
    const metres = miss(observation, sensor, time, state)
    return metres !== undefined && metres <= coarseMetres
  }

  const objectIds = [...catalogue.keys()]
  const skyAt = makeSkies(() => objectIds.map((objectId) => propagatorOf(objectId)?.stateInto ?? (() => false)))

  return {
    propagatorOf,
    estimateOf,
    match: (observation, sensor, time) => {
      const { objectHint } = observation
      if (
        objectHint !== undefined && catalogue.has(objectHint) && near(objectHint, observation, sensor, time)
        && estimateOf(objectHint) !== undefined
      ) return [objectHint]
      const scored: Array<readonly [objectId: string, nis: number]> = []
      for (const index of skyAt(time).around(observation, sensor, time)) {
        const objectId = objectIds[index] ?? ""
        if (!near(objectId, observation, sensor, time)) continue
        const prior = estimateOf(objectId)
        const result = prior === undefined ? undefined : updateTrack(prior, observation, sensor, time)
        if (result?.innovation.accepted === true) scored.push([objectId, result.innovation.nis])
      }
      return scored.sort((a, b) => a[1] - b[1]).map(([objectId]) => objectId)
    }
  }
}
