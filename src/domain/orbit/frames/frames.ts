/**
 * The frames of Earth satellites and the way between them (FK5: IAU 1976 precession, IAU 1980 nutation, GMST 1982).
 *
 * - `TEME`: true equator, mean equinox of date: what SGP4 gives. It is joined to PEF by GMST alone (Vallado et al., AIAA 2006-6753).
 * - `ITRF`: Earth-fixed; PEF turned by polar motion.
 * - `EME2000`: mean equator and equinox of J2000.0, by the theory alone.
 * - `GCRF`: the same with the observed corrections to the nutation, so without an Earth-orientation file it equals EME2000.
 *
 * States are SI. Velocities are relative to the frame they are in: the Earth-fixed ones have omega x r taken off.
 */
import type { Frame, Vector3 } from "../../observation/Observation.ts"
import { terrestrialCenturies } from "../../time/leapSeconds.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { State } from "../propagation/State.ts"
import { type EarthOrientation, noEarthOrientation } from "./EarthOrientation.ts"
import { equationOfEquinoxes, type Nutation, nutation1980, nutationRotation, precessionRotation } from "./nutation.ts"
import { aboutZ, multiply, rotate, rotateBack, type Rotation } from "./rotation.ts"

const j2000 = Date.UTC(2000, 0, 1, 12)
const millisPerDay = 86_400_000
const nominalEarthRate = 7.29211514670698e-5

/** The Earth's rotation rate, rad/s, with the excess length of day. */
export const earthRate = (eop: EarthOrientation = noEarthOrientation): number =>
  nominalEarthRate * (1 - eop.lod / 86_400)

/** Greenwich mean sidereal time (IAU 1982), rad in [0, 2 pi). */
export const greenwichMeanSiderealTime = (time: UtcTime, dut1 = 0): number => {
  const millis = time - j2000 + dut1 * 1000
  const t = millis / (36_525 * millisPerDay)
  const seconds = 67_310.54841 + (millis % millisPerDay) / 1000
    + t * (8_640_184.812866 + t * (0.093104 - t * 6.2e-6))
  const turns = seconds / 86_400
  return (turns - Math.floor(turns)) * 2 * Math.PI
}

/** From TEME to the axes of the pseudo Earth-fixed frame (PEF). */
export const temeToPefMatrix = (time: UtcTime, eop: EarthOrientation = noEarthOrientation): Rotation =>
  aboutZ(greenwichMeanSiderealTime(time, eop.dut1))

/** From PEF to ITRF axes: polar motion. */
export const pefToItrfMatrix = (eop: EarthOrientation): Rotation => {
  const cx = Math.cos(eop.xp)
  const sx = Math.sin(eop.xp)
  const cy = Math.cos(eop.yp)
  const sy = Math.sin(eop.yp)
  return { xx: cx, xy: sx * sy, xz: sx * cy, yx: 0, yy: cy, yz: -sy, zx: -sx, zy: cx * sy, zz: cx * cy }
}

/** From TEME to ITRF axes. A velocity needs omega x r as well: see {@link temeToItrf}. */
export const temeToItrfMatrix = (time: UtcTime, eop: EarthOrientation = noEarthOrientation): Rotation =>
  multiply(pefToItrfMatrix(eop), temeToPefMatrix(time, eop))

const nutationAt = (t: number, eop: EarthOrientation): Nutation => {
  const theory = nutation1980(t)
  return { longitude: theory.longitude + eop.ddpsi, obliquity: theory.obliquity + eop.ddeps }
}

/** From TEME to true of date (TOD): the equation of the equinoxes. */
export const temeToTodMatrix = (time: UtcTime, eop: EarthOrientation = noEarthOrientation): Rotation => {
  const t = terrestrialCenturies(time)
  return aboutZ(-equationOfEquinoxes(t, nutationAt(t, eop)))
}

/** From TEME to mean of date (MOD). */
export const temeToModMatrix = (time: UtcTime, eop: EarthOrientation = noEarthOrientation): Rotation => {
  const t = terrestrialCenturies(time)
  const nutation = nutationAt(t, eop)
  return multiply(nutationRotation(t, nutation), aboutZ(-equationOfEquinoxes(t, nutation)))
}

/** From TEME to GCRF. About 6 microseconds: keep it for all that is of one instant. */
export const temeToGcrfMatrix = (time: UtcTime, eop: EarthOrientation = noEarthOrientation): Rotation =>
  multiply(precessionRotation(terrestrialCenturies(time)), temeToModMatrix(time, eop))

/** From TEME to EME2000, which takes no observed corrections. About 6 microseconds. */
export const temeToEme2000Matrix = (time: UtcTime): Rotation => temeToGcrfMatrix(time)

/** Position and velocity turned by a rotation that does not itself turn. */
export const rotateState = (rotation: Rotation, state: State): State => ({
  position: rotate(rotation, state.position),
  velocity: rotate(rotation, state.velocity)
})

/** {@link rotateState} by the inverse. */
export const rotateStateBack = (rotation: Rotation, state: State): State => ({
  position: rotateBack(rotation, state.position),
  velocity: rotateBack(rotation, state.velocity)
})

/** From TEME to PEF: velocity relative to the turning Earth. */
export const temeToPef = (state: State, time: UtcTime, eop: EarthOrientation = noEarthOrientation): State => {
  const { position: [x, y, z], velocity: [vx, vy, vz] } = rotateState(temeToPefMatrix(time, eop), state)
  const omega = earthRate(eop)
  return { position: [x, y, z], velocity: [vx + omega * y, vy - omega * x, vz] }
}

const pefToTeme = (state: State, time: UtcTime, eop: EarthOrientation): State => {
  const { position, velocity: [vx, vy, vz] } = state
  const omega = earthRate(eop)
  const inertial: Vector3 = [vx - omega * position[1], vy + omega * position[0], vz]
  return rotateStateBack(temeToPefMatrix(time, eop), { position, velocity: inertial })
}

export const temeToItrf = (state: State, time: UtcTime, eop: EarthOrientation = noEarthOrientation): State =>
  rotateState(pefToItrfMatrix(eop), temeToPef(state, time, eop))

export const itrfToTeme = (state: State, time: UtcTime, eop: EarthOrientation = noEarthOrientation): State =>
  pefToTeme(rotateStateBack(pefToItrfMatrix(eop), state), time, eop)

export const temeToEme2000 = (state: State, time: UtcTime): State => rotateState(temeToEme2000Matrix(time), state)

export const eme2000ToTeme = (state: State, time: UtcTime): State => rotateStateBack(temeToEme2000Matrix(time), state)

const toTeme = (state: State, from: Frame, time: UtcTime, eop: EarthOrientation): State => {
  switch (from) {
    case "TEME":
      return state
    case "ITRF":
      return itrfToTeme(state, time, eop)
    case "EME2000":
      return eme2000ToTeme(state, time)
    case "GCRF":
      return rotateStateBack(temeToGcrfMatrix(time, eop), state)
  }
}

/** A state (m, m/s) of one frame in another, at an instant. TEME is the hub. */
export const convert = (
  state: State,
  from: Frame,
  to: Frame,
  time: UtcTime,
  eop: EarthOrientation = noEarthOrientation
): State => {
  if (from === to) return state
  const teme = toTeme(state, from, time, eop)
  switch (to) {
    case "TEME":
      return teme
    case "ITRF":
      return temeToItrf(teme, time, eop)
    case "EME2000":
      return temeToEme2000(teme, time)
    case "GCRF":
      return rotateState(temeToGcrfMatrix(time, eop), teme)
  }
}
