/** Where some objects of a slice are, at one time after another: the pieces of their polynomials in use, moved on as time goes. */
import type { UtcTime } from "../../time/UtcTime.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import { coefficients, positionOf, quinticInto, slopeOf } from "./quintic.ts"
import type { SliceEphemeris } from "./SliceEphemeris.ts"

export interface Motion {
  /** At the time of the last `moveTo`, three numbers an object in the order asked for, m. NaN where there is no state. */
  readonly positions: Float64Array
  /** Bounds of the radius that each has within `seconds` of that time, m. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** Moves all to a time, in either direction. */
  readonly moveTo: (time: UtcTime) => void
  /** State of the p-th at a time near that of the last `moveTo`: x y z, vx vy vz into `out`. */
  readonly stateNear: (p: number, time: UtcTime, out: Float64Array) => void
}

/** For the objects of the slice with these indices. The bounds are widened by `pad`, m. Memory: 220 bytes an object. */
export const makeMotion = (slice: SliceEphemeris, which: Int32Array, seconds: number, pad: number): Motion => {
  const { first, from, intervals, nodes, to } = slice
  const count = which.length
  const pieces = new Float64Array(coefficients * count)
  /** Which interval each is in, -1 before the first look. */
  const piece = new Int32Array(count).fill(-1)
  const perMilli = Float64Array.from(which, (i) => (intervals[i] ?? 0) / (to - from))
  const reach = new Float64Array(count)
  const positions = new Float64Array(3 * count)
  const low = new Float64Array(count)
  const high = new Float64Array(count)

  /** By how much a radius changes at most in `seconds`, from the rates at an interval's ends and what bends them between and a little beyond. */
  const radialReach = (left: number, interval: number): number => {
    let [fastest, bend] = [0, 0]
    for (let at = left; at <= left + 6; at += 6) {
      const [x, y, z] = [nodes[at] ?? 0, nodes[at + 1] ?? 0, nodes[at + 2] ?? 0]
      const [vx, vy, vz] = [nodes[at + 3] ?? 0, nodes[at + 4] ?? 0, nodes[at + 5] ?? 0]
      const radius = Math.sqrt(x * x + y * y + z * z)
      const rate = (x * vx + y * vy + z * vz) / radius
      const across2 = vx * vx + vy * vy + vz * vz - rate * rate
      fastest = Math.max(fastest, Math.abs(rate))
      bend = Math.max(bend, Math.abs(across2 / radius - gravitationalParameter / (radius * radius)))
    }
    // J2 bends by some hundredths of a m/s² besides; the bend itself changes by less than a quarter in 0.2 rad.
    return (fastest + (1.25 * bend + 0.03) * (interval / 2 + seconds)) * seconds
  }

  const enter = (p: number, k: number): void => {
    const left = 6 * ((first[which[p] ?? 0] ?? 0) + k)
    const interval = 0.001 / (perMilli[p] ?? 1)
    quinticInto(nodes, left, left + 6, interval, pieces, coefficients * p)
    piece[p] = k
    reach[p] = radialReach(left, interval) + pad
  }

  const moveTo: Motion["moveTo"] = (time) => {
    const since = time - from
    for (let p = 0; p < count; p++) {
      const at = since * (perMilli[p] ?? 0)
      const last = (intervals[which[p] ?? 0] ?? 0) - 1
      const k = at <= 0 ? 0 : at >= last ? last : Math.floor(at)
      if (k !== piece[p]) enter(p, k)
      const u = at - k
      const c = coefficients * p
      const x = positionOf(pieces, c, 0, u)
      const y = positionOf(pieces, c, 1, u)
      const z = positionOf(pieces, c, 2, u)
      positions[3 * p] = x
      positions[3 * p + 1] = y
      positions[3 * p + 2] = z
      const radius = Math.sqrt(x * x + y * y + z * z)
      low[p] = radius - (reach[p] ?? 0)
      high[p] = radius + (reach[p] ?? 0)
    }
  }

  const stateNear: Motion["stateNear"] = (p, time, out) => {
    const rate = perMilli[p] ?? 0
    const u = (time - from) * rate - (piece[p] ?? 0)
    for (let axis = 0; axis < 3; axis++) {
      out[axis] = positionOf(pieces, coefficients * p, axis, u)
      out[axis + 3] = 1000 * rate * slopeOf(pieces, coefficients * p, axis, u)
    }
  }

  return { positions, low, high, moveTo, stateNear }
}
