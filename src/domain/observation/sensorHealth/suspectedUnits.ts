/** In which other unit a measurement that no satellite can have would be one: a hint to its sender, never a correction. */
import type { Target, Vector3 } from "../Observation.ts"
import { implausibleTarget } from "../plausible.ts"

export type SuspectedUnit = "kilometres" | "degrees"

const degree = Math.PI / 180

const scaledVector = ([x, y, z]: Vector3, factor: number): Vector3 => [x * factor, y * factor, z * factor]

const scaled = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor

/** Lengths, speeds and angles, each by its factor. */
const rescaled = (target: Target, length: number, speed: number, angle: number): Target => {
  switch (target._tag) {
    case "RangeRate": {
      const range = scaled(target.range, length)
      const rangeRate = scaled(target.rangeRate, speed)
      const azimuth = scaled(target.azimuth, angle)
      const elevation = scaled(target.elevation, angle)
      return {
        _tag: "RangeRate",
        ...(range !== undefined && { range }),
        ...(rangeRate !== undefined && { rangeRate }),
        ...(azimuth !== undefined && { azimuth }),
        ...(elevation !== undefined && { elevation })
      }
    }
    case "Angular":
      return {
        ...target,
        rightAscension: target.rightAscension * angle,
        declination: target.declination * angle
      }
    case "AzimuthElevation":
      return { ...target, azimuth: target.azimuth * angle, elevation: target.elevation * angle }
    case "StateVector":
      return {
        ...target,
        position: scaledVector(target.position, length),
        ...(target.velocity !== undefined && { velocity: scaledVector(target.velocity, speed) })
      }
  }
}

/** `undefined` where the target is plausible as it is, or in none of these units. */
export const suspectedUnit = (target: Target): SuspectedUnit | undefined => {
  if (implausibleTarget(target) === undefined) return undefined
  const fits = (length: number, speed: number, angle: number): boolean =>
    implausibleTarget(rescaled(target, length, speed, angle)) === undefined
  if (fits(1000, 1000, 1) || fits(1000, 1, 1)) return "kilometres"
  return fits(1, 1, degree) ? "degrees" : undefined
}
