/**
 * What a sensor can see: the coarse tests by which tracks are planned, on TEME positions in metres.
 *
 * - Radar: over the mask, and a signal that falls with the fourth power of the range. A cross-section of 1 m^2 is at the threshold at
 *   3,500 km; a whole tracklet has one exponential fluctuation (Swerling's first case), as a tumbling body has.
 * - Optical: the site dark (sun 12 degrees under the horizon), the target sunlit, over 20 degrees and over the mask, and brighter than
 *   magnitude 16.5: 6 magnitudes at 1,000 km in full phase for 1 m^2, falling with the square of the range, and the phase law of a
 *   diffuse sphere.
 */
import type { Vector3 } from "../observation/Observation.ts"
import { dot, norm, subtract } from "../orbit/algebra/vector3.ts"
import type { ObserverAt } from "../orbit/measurement/Observer.ts"
import { stream } from "./random.ts"

const radarRange = 3_500_000
const faintest = 16.5
const referenceMagnitude = 6
export const opticalElevation = 20 * Math.PI / 180
/** Sun elevation under which a site is dark enough. */
export const darkness = -12 * Math.PI / 180

/** Radar cross-section in m^2 of an object: log-normal about 1 m^2, at least 0.2 m^2. A function of seed and number. */
export const crossSection = (seed: number, objectId: string): number =>
  Math.max(0.2, Math.exp(stream(seed, "cross-section", objectId).normal()))

/** Sine of the elevation of a TEME position over a site. */
export const sineOfElevation = (observer: ObserverAt, position: Vector3): number => {
  const line = subtract(position, observer.position)
  return dot(line, observer.up) / norm(line)
}

/** Whether a radar detects a body at a range (m); `fluctuation` is a draw from the exponential distribution of mean 1. */
export const detected = (range: number, section: number, fluctuation: number): boolean =>
  section * fluctuation * (radarRange / range) ** 4 >= 1

/** Apparent magnitude of a diffuse sphere of a cross-section (m^2) at a TEME position, seen from a site under the sun at `sun`. */
export const magnitude = (observer: ObserverAt, position: Vector3, sun: Vector3, section: number): number => {
  const toSite = subtract(observer.position, position)
  const toSun = subtract(sun, position)
  const range = norm(toSite)
  const cosine = dot(toSite, toSun) / (range * norm(toSun))
  const phase = Math.acos(Math.max(-1, Math.min(1, cosine)))
  const light = (Math.sin(phase) + (Math.PI - phase) * Math.cos(phase)) / Math.PI
  return referenceMagnitude + 5 * Math.log10(range / 1_000_000) - 2.5 * Math.log10(Math.max(light * section, 1e-12))
}

export const brightEnough = (apparent: number): boolean => apparent <= faintest
