/** Which measurements can be of a satellite at all. SI and rad. */
import type { Target } from "./Observation.ts"

/** Nothing stays in orbit below 80 km, and 500,000 km is past the Moon. */
const [nearest, farthest] = [80e3, 500e6]

/** More than escape velocity at the surface, seen from the turning Earth. */
const fastest = 15e3

const halfTurn = Math.PI / 2 + 1e-9
const turn = 2 * Math.PI + 1e-9

const outside = (
  name: string,
  value: number | undefined,
  low: number,
  high: number,
  unit: string
): string | undefined =>
  value === undefined || (value >= low && value <= high)
    ? undefined
    : `${name} ${value} ${unit} is not in [${low.toPrecision(4)}, ${high.toPrecision(4)}]`

/** Which value no satellite has, and why; `undefined`: all of them can be. */
export const implausibleTarget = (target: Target): string | undefined => {
  switch (target._tag) {
    case "RangeRate":
      return outside("range", target.range, nearest, farthest, "m")
        ?? outside("range rate", target.rangeRate, -fastest, fastest, "m/s")
        ?? outside("azimuth", target.azimuth, -turn, turn, "rad")
        ?? outside("elevation", target.elevation, -halfTurn, halfTurn, "rad")
    case "Angular":
      return outside("right ascension", target.rightAscension, -turn, turn, "rad")
        ?? outside("declination", target.declination, -halfTurn, halfTurn, "rad")
    case "AzimuthElevation":
      return outside("azimuth", target.azimuth, -turn, turn, "rad")
        ?? outside("elevation", target.elevation, -halfTurn, halfTurn, "rad")
    case "StateVector":
      return outside("distance from the Earth's centre", Math.hypot(...target.position), 6.4e6, farthest, "m")
        ?? outside("speed", target.velocity && Math.hypot(...target.velocity), 0, fastest, "m/s")
  }
}
