/**
 * Where the objects of a scenario truly are: a perturbed copy of the catalogue, so that residuals are real, moved by integration or by SGP4.
 *
 * The offset of an object depends on the seed and its catalogue number alone. One sigma at `perturbation` 1, in metres: semi-major
 * axis 2 (30 m of drift a revolution), the other five elements by regime, so that a low orbit is some hundred metres off along its
 * track and 100 m across it, as public element sets are within a day of their epoch. An integrated orbit goes through the perturbed set's state at
 * the anchor and leaves the set from there as real orbits do, some hundred metres within a revolution and kilometres a day.
 */
import { Result } from "effect"
import type { Vector3 } from "../../observation/Observation.ts"
import { cross, dot, norm, scale, subtract } from "../../orbit/algebra/vector3.ts"
import { gravitationalParameter, type MeanElements, semiMajorAxis } from "../../orbit/catalogue/MeanElements.ts"
import { closestApproach } from "../../orbit/encounter/encounter.ts"
import type { EarthOrientationAt } from "../../orbit/frames/EarthOrientation.ts"
import { perturbed } from "../../orbit/propagation/equinoctial.ts"
import { makePropagator, type Propagator } from "../../orbit/propagation/Propagator.ts"
import type { State } from "../../orbit/propagation/State.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { fitElements } from "../fitElements.ts"
import { stream } from "../random.ts"
import { add, turned, unit } from "../vector.ts"
import { integratedTruth } from "./integratedTruth.ts"
import { simulatedForces } from "./simulatedForces.ts"

/** Sigmas in metres: semi-major axis, eccentricity vector (each), orbit plane (each), along track. */
interface Spread {
  readonly size: number
  readonly shape: number
  readonly plane: number
  readonly along: number
}

const lowOrbit: Spread = { size: 2, shape: 60, plane: 60, along: 300 }
const highOrbit: Spread = { size: 10, shape: 200, plane: 200, along: 800 }
/** Semi-major axis, m, between the two. */
const highFrom = 10_000_000

/** The true elements of one object: `perturbation` scales the spread, 0 gives the elements themselves. */
const truthElements = (elements: MeanElements, seed: number, perturbation: number): MeanElements => {
  if (perturbation === 0) return elements
  const { size, shape, plane, along } = semiMajorAxis(elements) < highFrom ? lowOrbit : highOrbit
  const random = stream(seed, "truth", elements.objectId)
  const offset = [size, shape, shape, plane, plane, along].map((sigma) => perturbation * sigma * random.normal())
  return perturbed(elements, offset)
}

/** Two objects whose true closest approach the scenario fixes. */
export interface PlannedConjunction {
  readonly primary: string
  readonly secondary: string
  /** Of the nominal elements. */
  readonly tca: UtcTime
  /** Metres, between the true orbits. */
  readonly trueMissDistance: number
}

/** The state turned and raised to a near position at the same energy, so that the move does not grow with the time from it. */
const carried = (state: State, position: Vector3): State => {
  const from = unit(state.position)
  const to = unit(position)
  const axis = cross(from, to)
  const size = norm(axis)
  const velocity = size > 0 ? turned(state.velocity, scale(axis, 1 / size), Math.asin(size)) : state.velocity
  // dv = -g dr / v: a higher place is a slower one.
  const speed2 = dot(velocity, velocity)
  const rise = norm(position) - norm(state.position)
  const slowing = gravitationalParameter * rise / (dot(position, position) * speed2)
  return { position, velocity: scale(velocity, 1 - slowing) }
}

/** The secondary's true elements, moved so that the true miss distance is the planned one. */
const aligned = (
  primary: MeanElements,
  secondary: MeanElements,
  planned: PlannedConjunction
): MeanElements | undefined => {
  const [a, b] = [makePropagator(primary), makePropagator(secondary)]
  if (Result.isFailure(a) || Result.isFailure(b)) return undefined
  const encounter = closestApproach(a.success.stateAt, b.success.stateAt, planned.tca)
  if (encounter === undefined) return undefined
  const miss = subtract(encounter.secondary.position, encounter.primary.position)
  const position = add(encounter.primary.position, scale(miss, planned.trueMissDistance / norm(miss)))
  return fitElements(secondary, encounter.tca, carried(encounter.secondary, position))
}

/** When the objects of a planned conjunction truly meet by their elements. */
const meetingOf = (propagators: ReadonlyArray<Propagator>, planned: PlannedConjunction): UtcTime | undefined => {
  const of = (id: string) => propagators.find(({ elements }) => elements.objectId === id)
  const [a, b] = [of(planned.primary), of(planned.secondary)]
  return a && b && closestApproach(a.stateAt, b.stateAt, planned.tca)?.tca
}

/** By what the true orbits move: integrated in a field that no filter has, or SGP4 itself. */
export const truthModels = ["numeric", "sgp4"] as const
export type TruthModel = typeof truthModels[number]

export interface TruthOptions {
  readonly seed: number
  readonly perturbation: number
  readonly planned?: PlannedConjunction
  readonly model: TruthModel
  /** When an integrated orbit has the state of its element set; the objects of a planned conjunction have it at their closest approach. */
  readonly anchor: UtcTime
  readonly earthOrientation?: EarthOrientationAt
}

/**
 * Propagators of the true orbits, in the catalogue's order. Objects that SGP4 cannot start from, or has no state of at the anchor, are left out:
 * they cannot be seen. A planned conjunction takes effect only where the orbits are perturbed: without, the truth is the catalogue itself.
 */
export const truthOf = (catalogue: Iterable<MeanElements>, options: TruthOptions): ReadonlyArray<Propagator> => {
  const { anchor, model, perturbation, planned, seed } = options
  const elements = new Map<string, MeanElements>()
  for (const nominal of catalogue) elements.set(nominal.objectId, truthElements(nominal, seed, perturbation))
  if (planned !== undefined && perturbation !== 0) {
    const primary = elements.get(planned.primary)
    const secondary = elements.get(planned.secondary)
    const moved = primary && secondary && aligned(primary, secondary, planned)
    if (moved !== undefined) elements.set(moved.objectId, moved)
  }
  const propagators = Array.from(elements.values(), makePropagator).filter(Result.isSuccess).map(({ success }) =>
    success
  )
  if (model === "sgp4") return propagators
  const integrated = integratedTruth(simulatedForces(options.earthOrientation))
  const meeting = planned && meetingOf(propagators, planned)
  return propagators.map((propagator) => {
    const { objectId } = propagator.elements
    const pair = objectId === planned?.primary || objectId === planned?.secondary
    return integrated(propagator, pair ? meeting ?? planned.tca : anchor, seed)
  }).filter((propagator) => propagator !== undefined)
}
