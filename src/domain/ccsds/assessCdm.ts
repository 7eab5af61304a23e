/**
 * A conjunction data message as a conjunction to judge: states in one inertial frame, covariances out of RTN, the hard body that it tells.
 *
 * A state in ITRF turns with the Earth: its velocity gets omega x r before the RTN axes are built, else they are wrong by some degrees and Pc by
 * a sixth. Both objects are turned by the same angle, so what is not known of the Earth's rotation does not matter.
 */
import { covarianceFault, fromRtnCovariance, positionBlock } from "../orbit/algebra/covariance.ts"
import { assessConjunction, type AssessedObject, type Assessment } from "../orbit/encounter/assessConjunction.ts"
import type { HardBodyShape } from "../orbit/encounter/collisionProbability.ts"
import { type CombinedBody, combinedBody, type HardBodies } from "../orbit/encounter/HardBody.ts"
import { convert } from "../orbit/frames/frames.ts"
import type { Cdm, CdmObject } from "./cdm/cdm.ts"

/** What a caller knows of the bodies, the first that is there: a combined radius, sizes by object, else what the message says. */
export interface BodyKnowledge {
  /** m. */
  readonly combinedRadius?: number | undefined
  readonly bodies?: HardBodies | undefined
}

const inertial = (object: CdmObject, tca: number): AssessedObject => {
  const state = convert(object.state, object.frame, "EME2000", tca)
  return {
    objectId: object.designator,
    state,
    covariance: fromRtnCovariance(state, object.covariance),
    // Looked for where it was written: turned, a variance of zero is none any more.
    fault: covarianceFault(positionBlock(object.covariance)),
    lastObservation: object.covarianceMethod === "DEFAULT" ? undefined : object.lastObservation ?? "untold"
  }
}

const combinedHere = /^(?:HBR\s*=\s*|hard.?body radius\s*[:=]?\s*)([0-9.eE+-]+)\s*(?:\[m\]|m\b)(.*)$/i

/** A comment such as `HBR = 2 [m]` (NASA CARA) or `Hard body radius 10 m, circle` (this program): the combined radius. */
const bodyOfComments = (comments: ReadonlyArray<string>): CombinedBody | undefined => {
  for (const comment of comments) {
    const [, number, rest = ""] = combinedHere.exec(comment.trim()) ?? []
    const radius = Number(number ?? Number.NaN)
    if (radius > 0) {
      return { radius, shape: /square/i.test(rest) ? "square" : "circle", source: "a comment of the message" }
    }
  }
  return undefined
}

/** Some say how they integrated: over a square round the body. */
const statedShape = (method: string | undefined): HardBodyShape =>
  method !== undefined && /square/i.test(method) ? "square" : "circle"

export const bodyOfCdm = (cdm: Cdm, { bodies, combinedRadius }: BodyKnowledge): CombinedBody => {
  const [one, two] = cdm.objects
  if (combinedRadius !== undefined) {
    return { radius: combinedRadius, shape: statedShape(cdm.collisionProbabilityMethod), source: "as given" }
  }
  const pair = [one.designator, two.designator] as const
  if (bodies !== undefined && pair.some((objectId) => bodies[objectId] !== undefined)) {
    return combinedBody(pair, bodies, "the file of hard bodies")
  }
  const areas = Object.fromEntries(
    cdm.objects.flatMap(({ designator, numbers }) =>
      numbers?.AREA_PC !== undefined && numbers.AREA_PC > 0
        ? [[designator, { radiusMetres: Math.sqrt(numbers.AREA_PC / Math.PI) }]]
        : []
    )
  )
  return bodyOfComments([...cdm.comments, ...one.comments, ...two.comments]) ??
    combinedBody(pair, areas, "AREA_PC of the message")
}

/** Judged as of its creation. */
export const assessCdm = (cdm: Cdm, body: CombinedBody): Assessment =>
  assessConjunction(
    [inertial(cdm.objects[0], cdm.tca), inertial(cdm.objects[1], cdm.tca)],
    cdm.tca,
    body,
    cdm.creationDate
  )
