/** What is known of a sensor beforehand: where it stands, how well it measures, in which frame, with what already corrected. */
import type { EarthOrientationAt } from "../../orbit/frames/EarthOrientation.ts"
import type { Site } from "../../orbit/frames/Site.ts"
import type { InertialFrame, Observer } from "../../orbit/measurement/Observer.ts"
import type { SensorKind } from "../sourceKinds.ts"

/** A number per measured component, SI and rad; `position` and `velocity` hold for each axis. */
export interface PerComponent {
  readonly range?: number
  readonly rangeRate?: number
  readonly azimuth?: number
  readonly elevation?: number
  readonly rightAscension?: number
  readonly declination?: number
  readonly position?: number
  readonly velocity?: number
}

/** What a sensor has already taken out of its directions; what it has not, a prediction puts in. */
export interface Corrections {
  /** False: the direction is to where the target was when the light left it. */
  readonly lightTime: boolean
  /**
   * False: reduced against catalogue star places that were not moved by annual aberration. The stars on the plate are, and the satellite,
   * which shares the Earth's motion, is not: its direction comes out against the Earth's velocity, by up to 20.5 arcsecond.
   */
  readonly aberration: boolean
}

/** What a sensor can see. */
export interface Mask {
  /** rad */
  readonly minimumElevation: number
  /** m; absent: no limit */
  readonly maximumRange?: number
}

export interface Sensor {
  readonly sourceId: string
  readonly kind: SensorKind
  /** The array id in the radar's datagrams. */
  readonly arrayId?: number
  /** The satellite id in an inter-satellite link's beacons. */
  readonly satelliteId?: number
  readonly site?: Site
  /** Present when there is a site. */
  readonly observer?: Observer
  readonly mask: Mask
  /** Known biases: measured minus true. */
  readonly biases: PerComponent
  /** 1-sigma noise; azimuth and right ascension in the coordinate itself, without a cosine. */
  readonly sigmas: PerComponent
  readonly angleFrame: InertialFrame
  readonly corrections: Corrections
  /** Known error of the sensor's clock, s: its time stamps minus UTC. */
  readonly clockOffset: number
  readonly earthOrientation: EarthOrientationAt
}
