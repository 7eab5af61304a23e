/**
 * Why the probability of an alert changed: what each version moved against the one before, object by object.
 *
 * Each version's states are of its own closest approach, so the earlier one is carried over the difference by its velocity and the Earth's pull (a
 * millimetre over ten seconds) before the two are compared. Distances in m, along the RTN axes of the object's earlier state.
 */
import type { Vector3 } from "../observation/Observation.ts"
import { components, dot, norm, rtnBasis, subtract } from "../orbit/algebra/vector3.ts"
import { gravitationalParameter } from "../orbit/catalogue/MeanElements.ts"
import type { AlertObjectState } from "./AlertStates.ts"
import type { ConjunctionAlert } from "./ConjunctionAlert.ts"

export interface ObjectChange {
  readonly objectId: string
  /** Accepted observations, and how many of them the version before did not have. */
  readonly observations: number
  readonly newObservations: number
  /** What the state rests on now: observations, or the element set alone. */
  readonly basis: "observations" | "element-set"
  /** How the state at the closest approach moved; `undefined` in the first version. */
  readonly movedRtn: Vector3 | undefined
  /** 1-sigma along the axes, before and now. */
  readonly sigmaRtnBefore: Vector3 | undefined
  readonly sigmaRtn: Vector3
}

export interface VersionChange {
  readonly version: ConjunctionAlert
  readonly tcaShiftMillis: number | undefined
  readonly missShiftMetres: number | undefined
  /** How many times Pc grew; `undefined` where there is none to compare. */
  readonly pcFactor: number | undefined
  /** Empty for versions that hold no states. */
  readonly objects: ReadonlyArray<ObjectChange>
  /** What moved Pc, in words. */
  readonly why: string
}

/** Of the lower triangle: the variances of R, T and N. */
const sigmas = ({ covarianceRtn }: AlertObjectState): Vector3 => {
  const sigma = (place: number): number => Math.sqrt(Math.max(0, covarianceRtn[place] ?? 0))
  return [sigma(0), sigma(2), sigma(5)]
}

const positionAfter = ({ position, velocity }: AlertObjectState, seconds: number): Vector3 => {
  const pull = -gravitationalParameter / (dot(position, position) * norm(position)) * seconds * seconds / 2
  return [
    position[0] * (1 + pull) + velocity[0] * seconds,
    position[1] * (1 + pull) + velocity[1] * seconds,
    position[2] * (1 + pull) + velocity[2] * seconds
  ]
}

const changeOf = (
  objectId: string,
  now: AlertObjectState,
  before: AlertObjectState | undefined,
  seconds: number
): ObjectChange => ({
  objectId,
  observations: now.observations,
  newObservations: now.observations - (before?.observations ?? 0),
  basis: now.lastObserved === null ? "element-set" : "observations",
  movedRtn: before === undefined
    ? undefined
    : components(rtnBasis(before), subtract(now.position, positionAfter(before, seconds))),
  sigmaRtnBefore: before === undefined ? undefined : sigmas(before),
  sigmaRtn: sigmas(now)
})

/** Under this share of a sigma a move tells nothing. */
const tellingShare = 0.1

const size = (of: Vector3): number => norm(of)

const whyOf = (
  version: ConjunctionAlert,
  before: ConjunctionAlert | undefined,
  objects: ReadonlyArray<ObjectChange>
): string => {
  if (before === undefined) return "first version"
  const reasons = objects.flatMap(({ movedRtn, newObservations, objectId, sigmaRtn, sigmaRtnBefore }) => {
    if (movedRtn === undefined || sigmaRtnBefore === undefined) return []
    const moved = size(movedRtn)
    const [was, is] = [size(sigmaRtnBefore), size(sigmaRtn)]
    const parts = [
      ...(moved > tellingShare * was ? [`moved by ${moved.toFixed(1)} m`] : []),
      ...(Math.abs(is - was) > tellingShare * was ? [`sigma from ${was.toFixed(1)} to ${is.toFixed(1)} m`] : [])
    ]
    if (parts.length === 0) return []
    const by = newObservations > 0
      ? `${newObservations} new observation${newObservations === 1 ? "" : "s"}`
      : "no new observation"
    return [`${objectId} by ${by}: ${parts.join(", ")}`]
  })
  const told = [
    ...reasons,
    ...(version.validity === before.validity ? [] : [`validity from ${before.validity} to ${version.validity}`]),
    ...(version.pcMethod === before.pcMethod
      ? []
      : [`method from ${before.pcMethod ?? "none"} to ${version.pcMethod ?? "none"}`]),
    ...(version.hardBodyRadiusMetres === before.hardBodyRadiusMetres
      ? []
      : [`hard body from ${before.hardBodyRadiusMetres} to ${version.hardBodyRadiusMetres} m`]),
    ...(version.level === before.level ? [] : [`level from ${before.level} to ${version.level}`])
  ]
  if (told.length > 0) return told.join("; ")
  return version.final && !before.final ? "the same, made final" : "nothing of weight"
}

/** Of the versions of one alert, in order. */
export const alertHistory = (versions: ReadonlyArray<ConjunctionAlert>): ReadonlyArray<VersionChange> =>
  versions.map((version, i) => {
    const before = versions[i - 1]
    const seconds = before === undefined ? 0 : (version.tca - before.tca) / 1000
    const states = version.states?.objects
    const earlier = before?.states?.objects
    const objects = states === undefined ? [] : [
      changeOf(version.objects[0], states[0], earlier?.[0], seconds),
      changeOf(version.objects[1], states[1], earlier?.[1], seconds)
    ]
    const comparable = before !== undefined && version.pc !== null && before.pc !== null && before.pc > 0 &&
      version.pc > 0
    return {
      version,
      tcaShiftMillis: before === undefined ? undefined : version.tca - before.tca,
      missShiftMetres: before === undefined ? undefined : version.missDistanceMetres - before.missDistanceMetres,
      pcFactor: comparable ? (version.pc ?? 0) / (before.pc ?? 1) : undefined,
      objects,
      why: whyOf(version, before, objects)
    }
  })
