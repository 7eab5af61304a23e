/** A site seen from TEME: what every prediction of one instant shares. */
import type { Vector3 } from "../../observation/Observation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { type EarthOrientationAt, noEarthOrientation } from "../frames/EarthOrientation.ts"
import { earthRate, temeToEme2000Matrix, temeToGcrfMatrix, temeToItrfMatrix } from "../frames/frames.ts"
import { identity, rotateBack, type Rotation } from "../frames/rotation.ts"
import { type LocalAxes, localAxes, type Site, sitePosition } from "../frames/Site.ts"

/** A site's position m, velocity m/s and local axes in TEME, at an instant. */
export interface ObserverAt extends LocalAxes {
  readonly time: UtcTime
  readonly position: Vector3
  readonly velocity: Vector3
}

/** A frame that optical directions may be given in. */
export type InertialFrame = "TEME" | "EME2000" | "GCRF"

export interface Observer {
  readonly site: Site
  /** ITRF, m. */
  readonly position: Vector3
  /** The observer at an instant. State held: the last instant, so that repeated calls for one time cost a comparison. */
  readonly at: (time: UtcTime) => ObserverAt
  /** From TEME to an inertial frame at an instant. State held: the last frame and instant. */
  readonly fromTeme: (frame: InertialFrame, time: UtcTime) => Rotation
}

/** An observer at a site. `position` (ITRF, m) is by default the site's on WGS-84. */
export const makeObserver = (
  site: Site,
  earthOrientation: EarthOrientationAt = () => noEarthOrientation,
  position: Vector3 = sitePosition(site)
): Observer => {
  const axes = localAxes(site)
  const compute = (time: UtcTime): ObserverAt => {
    const eop = earthOrientation(time)
    const matrix = temeToItrfMatrix(time, eop)
    const teme = rotateBack(matrix, position)
    const omega = earthRate(eop)
    return {
      time,
      position: teme,
      velocity: [-omega * teme[1], omega * teme[0], 0],
      east: rotateBack(matrix, axes.east),
      north: rotateBack(matrix, axes.north),
      up: rotateBack(matrix, axes.up)
    }
  }
  let last: ObserverAt | undefined
  let lastRotation: { frame: InertialFrame; time: UtcTime; rotation: Rotation } | undefined
  return {
    site,
    position,
    at: (time) => {
      if (last === undefined || last.time !== time) last = compute(time)
      return last
    },
    fromTeme: (frame, time) => {
      if (frame === "TEME") return identity
      if (lastRotation === undefined || lastRotation.time !== time || lastRotation.frame !== frame) {
        const rotation = frame === "EME2000"
          ? temeToEme2000Matrix(time)
          : temeToGcrfMatrix(time, earthOrientation(time))
        lastRotation = { frame, time, rotation }
      }
      return lastRotation.rotation
    }
  }
}
