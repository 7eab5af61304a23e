import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { Frame } from "../../../../src/domain/observation/Observation.ts"
import type { EarthOrientation } from "../../../../src/domain/orbit/frames/EarthOrientation.ts"
import {
  convert,
  eme2000ToTeme,
  itrfToTeme,
  rotateState,
  temeToEme2000,
  temeToItrf,
  temeToModMatrix,
  temeToPef,
  temeToTodMatrix
} from "../../../../src/domain/orbit/frames/frames.ts"
import { meanObliquity, nutation1980 } from "../../../../src/domain/orbit/frames/nutation.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"
import { terrestrialCenturies } from "../../../../src/domain/time/leapSeconds.ts"

// The published example of "Revisiting Spacetrack Report #3" (AIAA 2006-6753), appendix C, and of Vallado's example 3-15.
const arcsecond = Math.PI / 180 / 3600
const time = Date.UTC(2004, 3, 6, 7, 51, 28) + 386.009

// The published Earth-fixed figures were computed with UT1 as one Julian date in a double, which rounds it by 15 microseconds (9 mm).
const dut1 = -0.4399619
const day = 2_453_101.5
const seconds = 7 * 3600 + 51 * 60 + 28.386009 + dut1
const rounding = (day + seconds / 86_400 - day) * 86_400 - seconds

const eop: EarthOrientation = {
  xp: -0.140682 * arcsecond,
  yp: 0.333309 * arcsecond,
  dut1: dut1 + rounding,
  lod: 0.0015563,
  ddpsi: -0.052195 * arcsecond,
  ddeps: -0.003875 * arcsecond
}

const kilometres = (...numbers: readonly [number, number, number, number, number, number]): State => ({
  position: [numbers[0] * 1000, numbers[1] * 1000, numbers[2] * 1000],
  velocity: [numbers[3] * 1000, numbers[4] * 1000, numbers[5] * 1000]
})

const teme = kilometres(5094.18016210, 6127.64465950, 6380.34453270, -4.746131487, 0.785818041, 5.531931288)
const itrf = kilometres(-1033.4793830, 7901.2952754, 6380.3565958, -3.225636520, -2.872451450, 5.531924446)
const pef = kilometres(-1033.47503130, 7901.30558560, 6380.34453270, -3.225632747, -2.872442511, 5.531931288)
const tod = kilometres(5094.51478040, 6127.36646120, 6380.34453270, -4.746088567, 0.786077222, 5.531931288)
const modCorrected = kilometres(5094.02837450, 6127.87081640, 6380.24851640, -4.746263052, 0.786014045, 5.531790562)
const j2000 = kilometres(5102.50960000, 6123.01152000, 6378.13630000, -4.7432196, 0.7905366, 5.53375619)
const gcrf = kilometres(5102.50895790, 6123.01140070, 6378.13692820, -4.743220157, 0.790536497, 5.533755727)

const expectState = (actual: State, expected: State, metres: number, metresPerSecond: number) => {
  for (const axis of [0, 1, 2] as const) {
    expect(Math.abs(actual.position[axis] - expected.position[axis])).toBeLessThan(metres)
    expect(Math.abs(actual.velocity[axis] - expected.velocity[axis])).toBeLessThan(metresPerSecond)
  }
}

describe("frames: the published TEME example", () => {
  it("PEF and ITRF", () => {
    expectState(temeToPef(teme, time, eop), pef, 2e-4, 2e-6)
    expectState(temeToItrf(teme, time, eop), itrf, 2e-4, 2e-6)
    expectState(itrfToTeme(itrf, time, eop), teme, 2e-4, 2e-6)
  })

  it("true of date, and mean of date with the observed corrections", () => {
    expectState(rotateState(temeToTodMatrix(time), teme), tod, 1e-4, 2e-6)
    expectState(rotateState(temeToModMatrix(time, eop), teme), modCorrected, 1e-4, 2e-6)
  })

  it("EME2000 without, GCRF with the observed corrections", () => {
    expectState(temeToEme2000(teme, time), j2000, 1e-4, 2e-6)
    expectState(convert(teme, "TEME", "EME2000", time, eop), j2000, 1e-4, 2e-6)
    expectState(convert(teme, "TEME", "GCRF", time, eop), gcrf, 1e-4, 2e-6)
    expectState(eme2000ToTeme(j2000, time), teme, 1e-4, 2e-6)
    expectState(convert(itrf, "ITRF", "EME2000", time, eop), j2000, 3e-4, 2e-6)
  })

  it("nutation angles of example 3-15, in degrees", () => {
    const t = terrestrialCenturies(time)
    const { longitude, obliquity } = nutation1980(t)
    expect(longitude * 180 / Math.PI).toBeCloseTo(-0.0034108, 7)
    expect(obliquity * 180 / Math.PI).toBeCloseTo(0.0020316, 7)
    expect(meanObliquity(t) * 180 / Math.PI).toBeCloseTo(23.4387368, 7)
  })

  it("UT1 = UTC costs Earth rotation times dut1", () => {
    const without = temeToItrf(teme, time)
    const distance = Math.hypot(
      without.position[0] - itrf.position[0],
      without.position[1] - itrf.position[1],
      without.position[2] - itrf.position[2]
    )
    const expected = 7.292115e-5 * Math.abs(dut1) * Math.hypot(itrf.position[0], itrf.position[1])
    expect(distance).toBeGreaterThan(expected - 20)
    expect(distance).toBeLessThan(expected + 20)
  })
})

const between = (minimum: number, maximum: number) =>
  Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))

describe("frames: laws", () => {
  const coordinate = between(-4.3e7, 4.3e7)
  const speed = between(-1.2e4, 1.2e4)
  const instant = between(Date.UTC(1972, 0, 1), Date.UTC(2060, 0, 1))
  const vector = Schema.Tuple([coordinate, coordinate, coordinate])
  const velocity = Schema.Tuple([speed, speed, speed])

  it.prop("there and back is the identity", [vector, velocity, Frame, Frame, instant], ([r, v, from, to, at]) => {
    const state = { position: r, velocity: v }
    const back = convert(convert(state, from, to, at, eop), to, from, at, eop)
    expectState(back, state, 1e-6, 1e-8)
  })

  it.prop("lengths are kept", [vector, velocity, Frame, Frame, instant], ([r, v, from, to, at]) => {
    const there = convert({ position: r, velocity: v }, from, to, at, eop)
    expect(Math.abs(Math.hypot(...there.position) - Math.hypot(...r))).toBeLessThan(1e-6)
  })

  it.prop(
    "an Earth-fixed velocity is the rate of the Earth-fixed position",
    [vector, velocity, instant],
    ([r, v, at]) => {
      const step = 0.25
      const move = (sign: number) =>
        temeToItrf(
          {
            position: [r[0] + sign * step * v[0], r[1] + sign * step * v[1], r[2] + sign * step * v[2]],
            velocity: v
          },
          at + sign * step * 1000,
          eop
        ).position
      const [before, after, rate] = [move(-1), move(1), temeToItrf({ position: r, velocity: v }, at, eop).velocity]
      for (const axis of [0, 1, 2] as const) {
        expect(Math.abs((after[axis] - before[axis]) / (2 * step) - rate[axis])).toBeLessThan(1e-3)
      }
    }
  )
})
