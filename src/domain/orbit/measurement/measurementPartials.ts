/**
 * What a sensor would measure of a state, with its derivative with respect to the state: {@link predict} and its partials at once.
 *
 * The derivatives are those of the geometry of the line of sight. Light time and aberration bend a direction by the ratio of a speed to that
 * of light, 1e-4: the prediction has them, the derivatives leave them out.
 */
import type { Frame, Target, Vector3 } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { EarthOrientation } from "../frames/EarthOrientation.ts"
import { earthRate, temeToEme2000Matrix, temeToGcrfMatrix, temeToItrfMatrix } from "../frames/frames.ts"
import { identity, type Rotation } from "../frames/rotation.ts"
import type { State } from "../propagation/State.ts"
import { predict } from "./measurement.ts"

/**
 * The prediction, components as in `measurement.ts`; `partials` (at least components x 6, row by row: d component / d TEME position in m,
 * velocity in m/s) is filled. `undefined` where {@link predict} is; the partials are then undefined too.
 */
export const predictWithPartials = (
  sensor: Sensor,
  target: Target,
  state: State,
  time: UtcTime,
  partials: Float64Array
): ReadonlyArray<number> | undefined => {
  const predicted = predict(sensor, target, state, time)
  if (predicted === undefined) return undefined
  partials.fill(0, 0, predicted.length * 6)
  if (target._tag === "StateVector") {
    stateRows(partials, target.frame, time, sensor.earthOrientation(time), predicted.length)
    return predicted
  }
  if (sensor.observer === undefined) return undefined
  const at = sensor.observer.at(time)
  const [x, y, z] = state.position
  const [sx, sy, sz] = at.position
  const line: Vector3 = [x - sx, y - sy, z - sz]
  switch (target._tag) {
    case "RangeRate": {
      const range = Math.hypot(line[0], line[1], line[2])
      let row = 0
      if (target.range !== undefined) setRow(partials, 6 * row++, line, 1 / range)
      if (target.rangeRate !== undefined) {
        const [vx, vy, vz] = state.velocity
        const relative: Vector3 = [vx - at.velocity[0], vy - at.velocity[1], vz - at.velocity[2]]
        const turn = (line[0] * relative[0] + line[1] * relative[1] + line[2] * relative[2]) / (range * range)
        setRow(partials, 6 * row, relative, 1 / range, line, -turn / range)
        setRow(partials, 6 * row + 3, line, 1 / range)
        row++
      }
      if (target.azimuth !== undefined) longitudeRow(partials, 6 * row++, line, at.east, at.north)
      if (target.elevation !== undefined) latitudeRow(partials, 6 * row++, line, at.east, at.north, at.up)
      return predicted
    }
    case "AzimuthElevation":
      longitudeRow(partials, 0, line, at.east, at.north)
      latitudeRow(partials, 6, line, at.east, at.north, at.up)
      return predicted
    case "Angular": {
      if (target.frame === "ITRF") return undefined
      const { xx, xy, xz, yx, yy, yz, zx, zy, zz } = sensor.observer.fromTeme(target.frame, time)
      longitudeRow(partials, 0, line, [yx, yy, yz], [xx, xy, xz])
      latitudeRow(partials, 6, line, [yx, yy, yz], [xx, xy, xz], [zx, zy, zz])
      return predicted
    }
  }
}

const zero: Vector3 = [0, 0, 0]

/** Three numbers of a row: a u + b v. */
const setRow = (out: Float64Array, at: number, u: Vector3, a: number, v: Vector3 = zero, b = 0): void => {
  out[at] = a * u[0] + b * v[0]
  out[at + 1] = a * u[1] + b * v[1]
  out[at + 2] = a * u[2] + b * v[2]
}

const along = (line: Vector3, axis: Vector3): number => line[0] * axis[0] + line[1] * axis[1] + line[2] * axis[2]

/** d atan2(line . s, line . c) / d line. */
const longitudeRow = (out: Float64Array, at: number, line: Vector3, s: Vector3, c: Vector3): void => {
  const [a, b] = [along(line, s), along(line, c)]
  const h2 = a * a + b * b
  setRow(out, at, s, b / h2, c, -a / h2)
}

/** d atan2(line . pole, |line - (line . pole) pole|) / d line, with s, c and the pole orthonormal. */
const latitudeRow = (
  out: Float64Array,
  at: number,
  line: Vector3,
  s: Vector3,
  c: Vector3,
  pole: Vector3
): void => {
  const [a, b, up] = [along(line, s), along(line, c), along(line, pole)]
  const h = Math.sqrt(a * a + b * b)
  const range2 = h * h + up * up
  setRow(out, at, pole, h / range2)
  const slope = -up / (h * range2)
  for (let i = 0; i < 3; i++) {
    out[at + i] = (out[at + i] ?? 0) + slope * (a * (s[i] ?? 0) + b * (c[i] ?? 0))
  }
}

const rotationOf = (frame: Frame, time: UtcTime, eop: EarthOrientation): Rotation => {
  switch (frame) {
    case "TEME":
      return identity
    case "ITRF":
      return temeToItrfMatrix(time, eop)
    case "EME2000":
      return temeToEme2000Matrix(time)
    case "GCRF":
      return temeToGcrfMatrix(time, eop)
  }
}

/** A state in another frame: the rotation, and for the velocity in a turning frame omega x r (the pole's own motion left out, 1e-6). */
const stateRows = (out: Float64Array, frame: Frame, time: UtcTime, eop: EarthOrientation, components: number): void => {
  const { xx, xy, xz, yx, yy, yz, zx, zy, zz } = rotationOf(frame, time, eop)
  const rows: ReadonlyArray<Vector3> = [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]]
  for (const [i, row] of rows.entries()) {
    setRow(out, 6 * i, row, 1)
    if (components === 6) setRow(out, 6 * i + 21, row, 1)
  }
  if (components < 6 || frame !== "ITRF") return
  const omega = earthRate(eop)
  setRow(out, 18, [yx, yy, yz], omega)
  setRow(out, 24, [xx, xy, xz], -omega)
}
