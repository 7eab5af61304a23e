/**
 * Where the canaries fly: circles of 100,000 km radius, where no real object is.
 *
 * **Apart.** Two objects on one orbit, half a milliradian behind each other: 50 km, to within 5 m for ten years either way of their epoch,
 * as Sun and Moon pull both alike. At twice the screening threshold they are looked at and rejected.
 *
 * **Approaching.** Two orbits inclined by 10 mrad meet where they cross, 9 h after their epoch, at 20 m/s. Half a period is 44 h, longer than one looks
 * ahead, and Sun and Moon draw such a pair apart by kilometres a week. So each slot of six hours has a pair of its own, fresh at the slot's
 * start: whenever it is asked for, its approach is between 3 h and 9 h ahead. The miss is under 4 km, always within the limit
 * of attention, and only with each other.
 */
import { gravitationalParameter, type MeanElements } from "../orbit/catalogue/MeanElements.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { apartObjects, firstApproachingNumber } from "./reserved.ts"

const radius = 100_000e3
/** rad/s */
const meanMotion = Math.sqrt(gravitationalParameter / radius ** 3)
const turn = 2 * Math.PI

const slotMillis = 21_600_000
/** From a slot's start to its pair's closest approach, s. */
const untilApproach = 32_400

/** rad: 50 km. */
const apartBy = 5e-4
/** rad: 20 m/s where the planes cross. */
const planesApart = 0.01
/** rad: 800 m along the track. */
const phaseApart = 8e-6

const elements = (objectId: string, epoch: UtcTime, meanAnomaly: number, inclination = 0.17): MeanElements => ({
  objectId,
  name: `CANARY ${objectId}`,
  internationalDesignator: "",
  classification: "U",
  epoch,
  meanMotion,
  eccentricity: 1e-4,
  inclination,
  rightAscension: 0,
  argumentOfPerigee: 0,
  meanAnomaly: ((meanAnomaly % turn) + turn) % turn,
  bstar: 0,
  meanMotionDot: 0,
  meanMotionDdot: 0,
  elementSetNumber: 1,
  revolutionAtEpoch: 1
})

/** 2026-01-01T00:00:00Z */
const apartEpoch: UtcTime = 1_767_225_600_000

const slotOf = (time: UtcTime): number => Math.floor(time / slotMillis)

/** The pair that will approach each other, for observations at a time. */
export const approachingObjects = (time: UtcTime): readonly [string, string] => {
  const first = firstApproachingNumber + 2 * slotOf(time)
  return [String(first), String(first + 1)]
}

/** How long after a time its pair's approach is, ms, to within five minutes. */
export const untilApproachMillis = (time: UtcTime): number => slotOf(time) * slotMillis + untilApproach * 1000 - time

/** The element set of a canary: a function of its id alone. `undefined` for an id that is none of theirs. */
export const canaryElements = (objectId: string): MeanElements | undefined => {
  const apart = objectId === apartObjects[0] ? 0 : objectId === apartObjects[1] ? 1 : undefined
  if (apart !== undefined) return elements(objectId, apartEpoch, apart * apartBy)
  const number = Number(objectId) - firstApproachingNumber
  if (!Number.isInteger(number) || number < 0) return undefined
  const second = number % 2
  const phase = -meanMotion * untilApproach + second * phaseApart
  return elements(objectId, Math.floor(number / 2) * slotMillis, phase, 0.17 + second * planesApart)
}

/** Every canary whose closest approaches may lie in the hour from a time on, the pair that stays apart among them. */
export const canariesAround = (time: UtcTime): ReadonlyArray<string> => [
  ...apartObjects,
  ...approachingObjects(time - slotMillis),
  ...approachingObjects(time)
]
