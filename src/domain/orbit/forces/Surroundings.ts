/**
 * What surrounds a satellite at an instant, in GCRF: how the Earth is turned, and where Sun and Moon are.
 *
 * Nutation and precession (6 µs), Sun and Moon are computed at whole multiples of ten minutes and taken in a straight line between them: 0.1 mm
 * at a low orbit, 1e-6 of the Moon's distance. The turn of the Earth itself is exact at every instant. Nodes are fixed, so an answer does not
 * depend on what was asked before. State held: the last 1024 nodes asked for, a week of them, 160 kB.
 *
 * Time is counted without leap seconds (see `UtcTime.ts`): an orbit that is integrated across one is a second, 7 km, behind.
 */
import { terrestrialCenturies } from "../../time/leapSeconds.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { type EarthOrientationAt, noEarthOrientation } from "../frames/EarthOrientation.ts"
import { earthRate, greenwichMeanSiderealTime, temeToGcrfMatrix } from "../frames/frames.ts"
import { precessionRotation } from "../frames/nutation.ts"
import { rotate } from "../frames/rotation.ts"
import { sunPosition } from "../propagation/Sun.ts"
import { moonPosition } from "./moon.ts"

export interface Surroundings {
  /** Fills `out` ({@link surroundingsSize}, parts from the offsets of {@link place}). About 0.15 µs between known nodes. */
  readonly at: (time: UtcTime, out: Float64Array) => void
}

/** Where a part of the answer begins: rotations row by row, positions in m, the Earth's turn as a vector in rad/s. All in GCRF. */
export const place = { gcrfToItrf: 0, sun: 9, moon: 12, turn: 15, gcrfToTeme: 18 } as const
export const surroundingsSize = 27

const nodeMillis = 600_000
const capacity = 1024
/** Of a node: GCRF to TEME, Sun, Moon, xp, yp, UT1 - UTC, rotation rate. */
const nodeSize = 19

export const makeSurroundings = (earthOrientation: EarthOrientationAt = () => noEarthOrientation): Surroundings => {
  const keys = new Float64Array(capacity).fill(Number.NaN)
  const nodes = new Float64Array(capacity * nodeSize)

  /** Where a node begins in `nodes`. */
  const nodeAt = (index: number): number => {
    const slot = ((index % capacity) + capacity) % capacity
    const begin = slot * nodeSize
    if (keys[slot] === index) return begin
    const time = index * nodeMillis
    const eop = earthOrientation(time)
    const { xx, xy, xz, yx, yy, yz, zx, zy, zz } = temeToGcrfMatrix(time, eop)
    const sun = rotate(precessionRotation(terrestrialCenturies(time)), sunPosition(time))
    nodes.set([xx, yx, zx, xy, yy, zy, xz, yz, zz, ...sun, ...moonPosition(time)], begin)
    nodes.set([eop.xp, eop.yp, eop.dut1, earthRate(eop)], begin + 15)
    keys[slot] = index
    return begin
  }

  return {
    at: (time, out) => {
      const position = time / nodeMillis
      const index = Math.floor(position)
      const s = position - index
      const a = nodeAt(index)
      const b = nodeAt(index + 1)
      const between = (i: number): number => {
        const value = nodes[a + i] ?? 0
        return value + s * ((nodes[b + i] ?? 0) - value)
      }
      for (let i = 0; i < 9; i++) out[place.gcrfToTeme + i] = between(i)
      for (let i = 0; i < 6; i++) out[place.sun + i] = between(9 + i)
      const xp = between(15)
      const yp = between(16)
      const rate = between(18)
      const theta = greenwichMeanSiderealTime(time, between(17))
      const cosine = Math.cos(theta)
      const sine = Math.sin(theta)
      for (let j = 0; j < 3; j++) {
        const mx = out[place.gcrfToTeme + j] ?? 0
        const my = out[place.gcrfToTeme + 3 + j] ?? 0
        const mz = out[place.gcrfToTeme + 6 + j] ?? 0
        const x = cosine * mx + sine * my
        const y = cosine * my - sine * mx
        // Polar motion is under 1e-5 rad: its square is nothing.
        out[j] = x + xp * mz
        out[3 + j] = y - yp * mz
        out[6 + j] = mz - xp * x + yp * y
        out[place.turn + j] = rate * mz
      }
    }
  }
}
