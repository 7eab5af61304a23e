/**
 * The catalogue's candidates and the canaries', kept apart: a canary's observation is matched with canaries only, every other with the
 * catalogue's objects only, so that neither can be taken for the other.
 */
import { type Candidates, makeCandidates } from "../orbit/tracking/candidates.ts"
import { isCanaryObject } from "./reserved.ts"
import { canaryElements } from "./tracks.ts"

/** Canaries whose propagators are kept: two pairs that approach, those before them, and the pair that stays apart, with some to spare. */
const kept = 16

/** Holds the propagators of the last {@link kept} canaries beside what `catalogue` holds. */
export const withCanaries = (catalogue: Candidates): Candidates => {
  const canaries = new Map<string, Candidates>()

  const canaryOf = (objectId: string): Candidates | undefined => {
    const known = canaries.get(objectId)
    if (known !== undefined) return known
    const elements = canaryElements(objectId)
    if (elements === undefined) return undefined
    const made = makeCandidates(new Map([[objectId, elements]]))
    canaries.set(objectId, made)
    if (canaries.size > kept) {
      for (const oldest of canaries.keys()) {
        canaries.delete(oldest)
        break
      }
    }
    return made
  }

  return {
    propagatorOf: (objectId) =>
      isCanaryObject(objectId) ? canaryOf(objectId)?.propagatorOf(objectId) : catalogue.propagatorOf(objectId),
    estimateOf: (objectId) =>
      isCanaryObject(objectId) ? canaryOf(objectId)?.estimateOf(objectId) : catalogue.estimateOf(objectId),
    match: (observation, sensor, time) => {
      if (observation.sourceKind !== "canary") return catalogue.match(observation, sensor, time)
      const { objectHint } = observation
      if (objectHint === undefined || !isCanaryObject(objectHint)) return []
      return canaryOf(objectHint)?.match(observation, sensor, time) ?? []
    }
  }
}
