/**
 * Where the Earth's axes point at an instant: what astronomers measure and no formula gives.
 *
 * Without a file all of it is zero, so UT1 = UTC. That costs 465 m/s times |UT1 - UTC| (under 0.9 s by definition, mostly under
 * 0.4 s) on the equator's surface between TEME and ITRF, 10 m for polar motion, and 2 m at LEO between EME2000 and GCRF.
 */
import type { UtcTime } from "../../time/UtcTime.ts"

export interface EarthOrientation {
  /** Polar motion, rad. */
  readonly xp: number
  readonly yp: number
  /** UT1 - UTC, s. */
  readonly dut1: number
  /** Excess length of day, s. */
  readonly lod: number
  /** Observed corrections to the IAU 1980 nutation in longitude and in obliquity, rad. */
  readonly ddpsi: number
  readonly ddeps: number
}

/** Earth orientation as a function of time. */
export type EarthOrientationAt = (time: UtcTime) => EarthOrientation

/** All zero: UT1 = UTC, no polar motion. */
export const noEarthOrientation: EarthOrientation = { xp: 0, yp: 0, dut1: 0, lod: 0, ddpsi: 0, ddeps: 0 }
