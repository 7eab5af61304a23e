/**
 * Pair updates into risks: closest approach of the two estimates, encounter geometry, probability and validity.
 *
 * Stateless; arrays and order kept. When the closest approach of a pair is not found near the nominal one (SGP4 error, tracks that moved it
 * away), a speculative update is counted as filtered with reason `no-encounter`, and any other goes on without a risk, for it takes back
 * what was thought before. Cost: two SGP4 calls and at most one integral,
 * 26 calls more where the closest approach is not among those remembered. Of an integrated orbit: its integration from the estimate to the
 * closest approach, about 11 ms a day, once an estimate.
 */
import type { Conjunction } from "../../../domain/alert/Conjunction.ts"
import type { ConjunctionRisk } from "../../../domain/alert/ConjunctionRisk.ts"
import type { PairUpdate } from "../../../domain/alert/PairUpdate.ts"
import { bilinear, norm, scale, subtract } from "../../../domain/orbit/algebra/vector3.ts"
import { collisionProbability, defaultHardBodyRadius } from "../../../domain/orbit/encounter/collisionProbability.ts"
import { assessValidity, type TrackSupport } from "../../../domain/orbit/encounter/validity.ts"
import { type Dynamics, sgp4Dynamics } from "../../../domain/orbit/tracking/Dynamics.ts"
import { type Estimate, isNumeric } from "../../../domain/orbit/tracking/Estimate.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { type Operator, type StageServices, stateless } from "../../stage/Stage.ts"

export interface AssessedPair {
  readonly update: PairUpdate
  /** `undefined`: no closest approach near the nominal one. Never of a speculative update. */
  readonly risk: ConjunctionRisk | undefined
}

export const assess = (
  dynamics: Dynamics = sgp4Dynamics
): Operator<PairUpdate, AssessedPair, never, StageServices> =>
  stateless({
    name: "assess",
    step: (events, emit) => {
      for (const event of events) {
        const { conjunction, estimates, kind, observedUntil } = event.payload
        const risk = riskOf(conjunction, estimates, observedUntil, dynamics)
        if (risk === undefined && kind === "speculative") emit.filtered(event, "no-encounter")
        else emit.out(event, { update: event.payload, risk })
      }
    }
  })

const supportOf = (estimate: Estimate): TrackSupport => ({
  objectId: estimate.objectId,
  lastObservation: estimate.accepted === 0 ? undefined : estimate.time,
  // SGP4's flag says as much of SGP4 as of the object.
  manoeuvreSuspected: isNumeric(estimate) && estimate.manoeuvreSuspected
})

/** The risk of a conjunction given two estimates. `now`: the event time it is judged at. `undefined`: no closest approach near. */
export const riskOf = (
  conjunction: Conjunction,
  [a, b]: readonly [Estimate, Estimate],
  now: UtcTime,
  dynamics: Dynamics = sgp4Dynamics
): ConjunctionRisk | undefined => {
  const found = dynamics.encounterOf(a, b, conjunction.nominalTca, conjunction.reachMillis)
  if (found === undefined) return undefined
  const { covariance, encounter } = found
  const relativePosition = subtract(encounter.secondary.position, encounter.primary.position)
  const relativeVelocity = subtract(encounter.secondary.velocity, encounter.primary.velocity)
  const hardBodyRadius = 2 * defaultHardBodyRadius
  const hardBodyShape = "circle"
  const probability = collisionProbability({
    relativePosition,
    relativeVelocity,
    covariance,
    hardBodyRadius,
    hardBodyShape
  })
  if (probability === undefined) return undefined
  const along = scale(relativePosition, 1 / Math.max(norm(relativePosition), 1e-9))
  const { conditions, validity } = assessValidity({
    encounter,
    covariance,
    hardBodyRadius,
    probability,
    tracks: [supportOf(a), supportOf(b)],
    at: now
  })
  return {
    tca: encounter.tca,
    missDistanceMetres: encounter.missDistance,
    missDistanceSigmaMetres: Math.sqrt(bilinear(along, covariance, along)),
    missRtnMetres: encounter.missRtn,
    relativeSpeedMetresPerSecond: encounter.relativeSpeed,
    hardBodyRadiusMetres: hardBodyRadius,
    hardBodyShape,
    pc: probability.pc,
    pcMaximum: probability.pcMaximum,
    mahalanobisSquared: probability.mahalanobisSquared,
    validity,
    conditions
  }
}
