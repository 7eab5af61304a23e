/**
 * The scenario's own catalogue: synthetic objects, with two among them on a conjunction course.
 *
 * Everything is a function of the seed and the start. Numbers are 98001 upwards: the five-digit numbers above 69999 are not given to
 * catalogued objects, and those above 90000 not to analyst objects either. The elements are those of their own TLE text (all
 * rounding included), so a catalogue written to a file and read back is the same.
 */
import { Result, Schema } from "effect"
import type { Vector3 } from "../observation/Observation.ts"
import type { Sensor } from "../observation/sensors/Sensor.ts"
import { cross, scale, subtract } from "../orbit/algebra/vector3.ts"
import {
  earthRadius,
  gravitationalParameter,
  type MeanElements,
  radiansPerDegree,
  revPerDay
} from "../orbit/catalogue/MeanElements.ts"
import { formatTle, parseTle } from "../orbit/catalogue/tle.ts"
import { closestApproach } from "../orbit/encounter/encounter.ts"
import { itrfToTeme } from "../orbit/frames/frames.ts"
import { makePropagator } from "../orbit/propagation/Propagator.ts"
import type { State } from "../orbit/propagation/State.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { fitElements, twoBodyElements } from "./fitElements.ts"
import { population } from "./population.ts"
import { type Random, stream } from "./random.ts"
import type { PlannedConjunction } from "./truth/truth.ts"
import { add, turned, unit } from "./vector.ts"

export const firstSyntheticNumber = 98_001
export const mostSyntheticObjects = 999

/** The object that tells its own position by inter-satellite link, and the one that the first radar sees from the start. */
export const conjunctionPrimary = String(firstSyntheticNumber)
export const conjunctionSecondary = String(firstSyntheticNumber + 1)

export class ScenarioError extends Schema.TaggedError<ScenarioError>()("ScenarioError", {
  message: Schema.String
}) {}

export interface SyntheticOptions {
  readonly seed: number
  /** Start of the scenario: element epochs are up to 12 h before. */
  readonly start: UtcTime
  /** Objects, the pair included: 2 to 999 (default 300). */
  readonly count?: number
  /** The secondary of the pair rises over the first radar among these at the start. */
  readonly sensors: Iterable<Sensor>
}

export interface SyntheticCatalogue {
  readonly elements: ReadonlyArray<MeanElements>
  readonly planned: PlannedConjunction
}

const hour = 3_600_000
const minute = 60_000
/** Metres. The nominal miss makes it an action-level conjunction by distance, the true one by probability. */
const nominalMissDistance = 300
const trueMissDistance = 25

const blank = (number: number, name: string, epoch: UtcTime): MeanElements => ({
  objectId: String(number),
  name,
  internationalDesignator: "",
  classification: "U",
  epoch,
  meanMotion: 0,
  eccentricity: 0,
  inclination: 0,
  rightAscension: 0,
  argumentOfPerigee: 0,
  meanAnomaly: 0,
  bstar: 5e-5,
  meanMotionDot: 0,
  meanMotionDdot: 0,
  elementSetNumber: 1,
  revolutionAtEpoch: 1
})

/** The elements as their own TLE text gives them. */
const asTle = (elements: MeanElements): MeanElements | undefined => {
  const lines = formatTle(elements)
  if (lines === undefined) return undefined
  const read = parseTle(lines[0], lines[1], elements.name)
  return Result.isSuccess(read) ? read.success : undefined
}

/** Elements at `elements.epoch` of an orbit with a TEME state at `time`. */
const placed = (elements: MeanElements, time: UtcTime, state: State): MeanElements | undefined => {
  // The two-body guess is good at its own time only, so the orbit is fitted there first, then carried to the epoch.
  const there = fitElements({ ...elements, epoch: time, ...twoBodyElements(state) }, time, state)
  const propagator = there === undefined ? undefined : makePropagator(there)
  if (propagator === undefined || Result.isFailure(propagator)) return undefined
  const atEpoch = propagator.success.stateAt(elements.epoch)
  return atEpoch && fitElements({ ...elements, ...twoBodyElements(atEpoch) }, time, state)
}

/** A state on a nearly circular orbit that rises over the radar: 8 degrees of arc before its zenith, at 750 to 900 km. */
const overRadar = (radar: Vector3, start: UtcTime, random: Random): State => {
  const zenith = unit(itrfToTeme({ position: radar, velocity: [0, 0, 0] }, start).position)
  const east = unit(cross([0, 0, 1], zenith))
  const north = cross(zenith, east)
  const azimuth = random.between(-40, 40) * radiansPerDegree
  const heading = add(scale(north, Math.cos(azimuth)), scale(east, Math.sin(azimuth)))
  const axis = cross(zenith, heading)
  const radius = earthRadius + random.between(750_000, 900_000)
  const direction = turned(zenith, axis, -8 * radiansPerDegree)
  return {
    position: scale(direction, radius),
    velocity: scale(cross(axis, direction), Math.sqrt(gravitationalParameter / radius))
  }
}

/** A state that meets `other` now at the nominal miss distance, from another plane and on a slightly larger orbit. */
const crossing = (other: State, random: Random): State => {
  const up = unit(other.position)
  const angle = random.between(50, 130) * radiansPerDegree * (random.uniform() < 0.5 ? -1 : 1)
  const velocity = scale(turned(other.velocity, up, angle), 1.004)
  const relative = unit(subtract(velocity, other.velocity))
  const across = unit(cross(relative, up))
  const tilt = random.between(0, 2 * Math.PI)
  const vertical = cross(across, relative)
  const miss = add(scale(across, Math.cos(tilt)), scale(vertical, Math.sin(tilt)))
  return { position: add(other.position, scale(miss, nominalMissDistance)), velocity }
}

const conjunctionPair = (
  start: UtcTime,
  radar: Vector3,
  random: Random
): { readonly pair: readonly [MeanElements, MeanElements]; readonly tca: UtcTime } | undefined => {
  const epoch = () => start - random.between(2, 6) * hour
  const secondary = placed(
    blank(Number(conjunctionSecondary), "SYN DEBRIS", epoch()),
    start,
    overRadar(radar, start, random)
  )
  const second = secondary && asTle(secondary)
  const flown = second && makePropagator(second)
  if (second === undefined || flown === undefined || Result.isFailure(flown)) return undefined
  const tca = start + random.between(36, 44) * minute
  const meeting = flown.success.stateAt(tca)
  const primary = meeting
    && placed(blank(Number(conjunctionPrimary), "SYN RELAY", epoch()), tca, crossing(meeting, random))
  const first = primary && asTle(primary)
  const flying = first && makePropagator(first)
  if (first === undefined || flying === undefined || Result.isFailure(flying)) return undefined
  const encounter = closestApproach(flying.success.stateAt, flown.success.stateAt, tca)
  return encounter && encounter.missDistance < 2 * nominalMissDistance
    ? { pair: [first, second], tca: encounter.tca }
    : undefined
}

/** Makes the catalogue. Fails only for a count out of range or sensors without a radar. */
export const syntheticCatalogue = (options: SyntheticOptions): Result.Result<SyntheticCatalogue, ScenarioError> => {
  const { seed, start, count = 300 } = options
  if (!(Number.isInteger(count) && count >= 2 && count <= mostSyntheticObjects)) {
    return Result.fail(new ScenarioError({ message: `A synthetic catalogue has 2 to 999 objects, not ${count}` }))
  }
  const radar = Array.from(options.sensors).find(({ kind, observer }) => kind === "radar" && observer !== undefined)
  if (radar?.observer === undefined) {
    return Result.fail(
      new ScenarioError({ message: "A synthetic catalogue needs a radar with a site among the sensors" })
    )
  }
  const random = stream(seed, "pair")
  let designed = conjunctionPair(start, radar.observer.position, random)
  for (let attempt = 0; designed === undefined && attempt < 20; attempt++) {
    designed = conjunctionPair(start, radar.observer.position, random)
  }
  if (designed === undefined) {
    return Result.fail(new ScenarioError({ message: "No conjunction could be laid over the first radar's site" }))
  }
  const draw = stream(seed, "population")
  const others = population(count - 2, draw).map((member, index) =>
    asTle({
      ...blank(firstSyntheticNumber + 2 + index, member.name, start - draw.between(0.5, 12) * hour),
      meanMotion: member.meanMotion * revPerDay,
      eccentricity: member.eccentricity,
      inclination: member.inclination * radiansPerDegree,
      rightAscension: member.rightAscension * radiansPerDegree,
      argumentOfPerigee: member.argumentOfPerigee * radiansPerDegree,
      meanAnomaly: member.meanAnomaly * radiansPerDegree,
      bstar: member.bstar
    })
  ).filter((elements) => elements !== undefined)
  return Result.succeed({
    elements: [...designed.pair, ...others],
    planned: {
      primary: conjunctionPrimary,
      secondary: conjunctionSecondary,
      tca: designed.tca,
      trueMissDistance
    }
  })
}
