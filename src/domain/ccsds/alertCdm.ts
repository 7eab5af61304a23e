/**
 * A version of an alert as a conjunction data message (CCSDS 508.0-B): what is in the version and nothing else, so that who reads the message judges
 * the same conjunction.
 *
 * An object without an accepted observation has a covariance that is a model of its element set's error: `COVARIANCE_METHOD = DEFAULT`.
 */
import type { AlertObjectState } from "../alert/AlertStates.ts"
import type { ConjunctionAlert } from "../alert/ConjunctionAlert.ts"
import { components, rtnBasis, subtract } from "../orbit/algebra/vector3.ts"
import type { Cdm, CdmObject } from "./cdm/cdm.ts"
import { covarianceTerms } from "./cdm/cdmKeywords.ts"

/** Names of the methods, as the field cites them. */
const methods = { "2d": "FOSTER-1992", "nc-2d": "HALL-2021", "nc-3d": "HALL-2021" } as const

const objectOf = (objectId: string, state: AlertObjectState): CdmObject => {
  const { covarianceRtn, internationalDesignator, lastObserved, manoeuvreSuspected, name, observations } = state
  const covariance = new Float64Array(36)
  for (const [i, { column, row }] of covarianceTerms.entries()) {
    const value = covarianceRtn[i] ?? 0
    covariance[6 * row + column] = value
    covariance[6 * column + row] = value
  }
  return {
    comments: manoeuvreSuspected ? ["A manoeuvre is suspected, and not borne out yet"] : [],
    designator: objectId,
    catalogName: "SATCAT",
    name: name === "" ? "UNKNOWN" : name,
    internationalDesignator: internationalDesignator === "" ? "UNKNOWN" : internationalDesignator,
    ephemerisName: "NONE",
    covarianceMethod: lastObserved === null ? "DEFAULT" : "CALCULATED",
    maneuverable: "N/A",
    frame: "EME2000",
    lastObservation: lastObserved ?? undefined,
    state: { position: state.position, velocity: state.velocity },
    covariance,
    ...(observations > 0 && { numbers: { OBS_USED: observations } })
  }
}

/** `undefined` for a version that has no states: of an earlier version of the program, or where no closest approach was left. */
export const cdmOfAlert = (alert: ConjunctionAlert): Cdm | undefined => {
  const { states } = alert
  if (states === undefined) return undefined
  const [primary, secondary] = states.objects
  const [first, second] = alert.objects
  const about = `Alert ${alert.alertId} version ${alert.sequence}: ${alert.level} by ${alert.levelBy}, ${
    alert.final ? "final" : "speculative"
  }`
  return {
    comments: [
      about,
      `Hard body radius ${alert.hardBodyRadiusMetres} m, ${alert.hardBodyShape}`,
      `Validity of the probability: ${alert.validity}`,
      ...alert.conditions
    ],
    creationDate: alert.emittedAt,
    originator: "PERIGEE",
    messageId: `${alert.alertId}_${alert.sequence}`,
    tca: alert.tca,
    missDistance: alert.missDistanceMetres,
    relativeSpeed: alert.relativeSpeedMetresPerSecond,
    relativePosition: alert.missRtnMetres,
    relativeVelocity: components(rtnBasis(primary), subtract(secondary.velocity, primary.velocity)),
    collisionProbability: alert.pc ?? undefined,
    collisionProbabilityMethod: alert.pc === null ? undefined : methods[alert.pcMethod ?? "2d"],
    objects: [objectOf(first, primary), objectOf(second, secondary)]
  }
}
