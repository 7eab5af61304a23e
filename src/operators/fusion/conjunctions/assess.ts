/**
 * Pair updates into risks: closest approach of the two estimates, encounter geometry, probability and validity.
 *
 * Stateless; arrays and order kept. When the closest approach of a pair is not found near the nominal one (SGP4 error, tracks that moved it
 * away), a speculative update is counted as filtered with reason `no-encounter`, and any other goes on without a risk, for it takes back
 * what was thought before. Cost: two SGP4 calls and at most one integral,
 * 26 calls more where the closest approach is not among those remembered. Of an integrated orbit: its integration from the estimate to the
 * closest approach, about 11 ms a day, once an estimate.
 *
 * **Bent paths** are dear (0.2 ms in two dimensions, 10 ms and more in three), so they are asked for only where a bound does not show that straight
 * ones serve, both objects are observed, and a probability that matters is in reach; in three dimensions not of a speculative update, which is then
 * flagged by the test of the short encounter (docs/risk.md).
 */
import type { ConjunctionRisk } from "../../../domain/alert/ConjunctionRisk.ts"
import type { PairUpdate } from "../../../domain/alert/PairUpdate.ts"
import { bilinear, norm, scale, subtract } from "../../../domain/orbit/algebra/vector3.ts"
import { type AssessedObject, assessEncounter } from "../../../domain/orbit/encounter/assessConjunction.ts"
import { combinedBody, type HardBodies } from "../../../domain/orbit/encounter/HardBody.ts"
import type { TrackEncounter } from "../../../domain/orbit/encounter/trackEncounter.ts"
import type { State } from "../../../domain/orbit/propagation/State.ts"
import { type Dynamics, sgp4Dynamics } from "../../../domain/orbit/tracking/Dynamics.ts"
import { type Estimate, isNumeric } from "../../../domain/orbit/tracking/Estimate.ts"
import { type Operator, type StageServices, stateless } from "../../stage/Stage.ts"

export interface AssessedPair {
  readonly update: PairUpdate
  /** `undefined`: no closest approach near the nominal one. Never of a speculative update. */
  readonly risk: ConjunctionRisk | undefined
  /** What the risk is of. */
  readonly found: TrackEncounter | undefined
}

export interface AssessOptions {
  readonly dynamics?: Dynamics
  /** Sizes of objects by id; of others it is the default. */
  readonly bodies?: HardBodies
}

export const assess = (
  { bodies = {}, dynamics = sgp4Dynamics }: AssessOptions = {}
): Operator<PairUpdate, AssessedPair, never, StageServices> =>
  stateless({
    name: "assess",
    step: (events, emit) => {
      for (const event of events) {
        const { conjunction, estimates: [a, b], kind } = event.payload
        const found = dynamics.encounterOf(a, b, conjunction.nominalTca, conjunction.reachMillis)
        const risk = found === undefined ? undefined : riskOf(event.payload, found, bodies)
        if (risk === undefined && kind === "speculative") emit.filtered(event, "no-encounter")
        else emit.out(event, { update: event.payload, risk, found: risk === undefined ? undefined : found })
      }
    }
  })

const assessedObject = (estimate: Estimate, state: State, covariance: ArrayLike<number>): AssessedObject => ({
  objectId: estimate.objectId,
  lastObservation: estimate.accepted === 0 ? undefined : estimate.time,
  // SGP4's flag says as much of SGP4 as of the object.
  manoeuvreSuspected: isNumeric(estimate) && estimate.manoeuvreSuspected,
  state,
  covariance
})

/** Nothing that is said of a conjunction rests on a smaller one. */
const leastProbability = 1e-12
/** Squared sigmas in the encounter plane over which no bend brings the objects together. */
const mostMahalanobis = 100

/** The risk of a conjunction given the closest approach of its two estimates, judged at the event time of the newest observation. */
export const riskOf = (
  { estimates: [a, b], kind, observedUntil }: Pick<PairUpdate, "estimates" | "kind" | "observedUntil">,
  { covariance, covariances: [first, second], encounter }: TrackEncounter,
  bodies: HardBodies = {}
): ConjunctionRisk | undefined => {
  const body = combinedBody([a.objectId, b.objectId], bodies, "the file of hard bodies")
  const observed = a.accepted > 0 && b.accepted > 0
  const { curved, method, pc, pcMaximum, plane, validity } = assessEncounter(
    encounter,
    [assessedObject(a, encounter.primary, first), assessedObject(b, encounter.secondary, second)],
    body,
    observedUntil,
    (plane) =>
      observed
        && (plane === undefined || plane.pc >= leastProbability || plane.mahalanobisSquared < mostMahalanobis)
        ? kind === "speculative" ? "two" : "three"
        : "none"
  )
  if (plane === undefined && curved === undefined && validity.validity !== "invalid-covariance") return undefined
  const relativePosition = subtract(encounter.secondary.position, encounter.primary.position)
  const along = scale(relativePosition, 1 / Math.max(norm(relativePosition), 1e-9))
  return {
    tca: encounter.tca,
    missDistanceMetres: encounter.missDistance,
    missDistanceSigmaMetres: Math.sqrt(Math.max(0, bilinear(along, covariance, along))),
    missRtnMetres: encounter.missRtn,
    relativeSpeedMetresPerSecond: encounter.relativeSpeed,
    hardBodyRadiusMetres: body.radius,
    hardBodyShape: body.shape,
    hardBodySource: body.source,
    pc: pc ?? null,
    pcMethod: method ?? null,
    pcStraight: plane?.pc ?? null,
    pcCurved: curved?.pc ?? null,
    pcMaximum: pcMaximum ?? null,
    mahalanobisSquared: plane?.mahalanobisSquared ?? null,
    ...(plane !== undefined && {
      ellipse: {
        sigmaMajorMetres: plane.sigmaMajor,
        sigmaMinorMetres: plane.sigmaMinor,
        minorAxisRadians: plane.minorAxis
      }
    }),
    validity: validity.validity,
    conditions: validity.conditions
  }
}
