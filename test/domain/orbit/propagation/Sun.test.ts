import { describe, expect, it } from "@effect/vitest"
import {
  earthVelocity,
  isDark,
  isSunlit,
  sunElevation,
  sunPosition
} from "../../../../src/domain/orbit/propagation/Sun.ts"

const degree = Math.PI / 180

describe("Sun", () => {
  it("position of Vallado's example 5-1 (2006-04-02 00:00 TT)", () => {
    const [x, y, z] = sunPosition(Date.UTC(2006, 3, 1, 23, 58, 54) + 816)
    expect(Math.atan2(y, x) / degree).toBeCloseTo(11.14128, 3)
    expect(Math.asin(z / Math.hypot(x, y, z)) / degree).toBeCloseTo(4.788586, 3)
    expect(Math.hypot(x, y, z) / 1000).toBeCloseTo(Math.hypot(146_185_999.57, 28_789_948.69, 12_481_485.21), -3)
  })

  it("rises and sets at 40 degrees north when example 5-2 says (1996-03-23, to a minute)", () => {
    const day = Date.UTC(1996, 2, 23)
    const site = { latitude: 40 * degree, longitude: 0, height: 0 }
    const horizon = -50 / 60 * degree
    const minute = 60_000
    const [rise, set] = [day + 5.972755288 * 3_600_000, day + 18.254905818 * 3_600_000]
    expect(sunElevation(site, rise - minute)).toBeLessThan(horizon)
    expect(sunElevation(site, rise + minute)).toBeGreaterThan(horizon)
    expect(sunElevation(site, set - minute)).toBeGreaterThan(horizon)
    expect(sunElevation(site, set + minute)).toBeLessThan(horizon)
    const twilight = day + 18.706134678 * 3_600_000
    expect(isDark(site, twilight - minute)).toBe(false)
    expect(isDark(site, twilight + minute)).toBe(true)
    expect(isDark(site, twilight + minute, -12 * degree)).toBe(false)
  })

  it("lights all but what is behind the Earth", () => {
    const time = Date.UTC(2006, 3, 2)
    const [x, y, z] = sunPosition(time)
    const scale = 7e6 / Math.hypot(x, y, z)
    expect(isSunlit([x * scale, y * scale, z * scale], time)).toBe(true)
    expect(isSunlit([-x * scale, -y * scale, -z * scale], time)).toBe(false)
    expect(isSunlit([-y * scale, x * scale, 0], time)).toBe(true)
    // Vallado's example 5-6: 1995-02-15, in light.
    expect(isSunlit([0, -4_464_696, -5_102_509], Date.UTC(1995, 1, 15))).toBe(true)
  })

  it("moves the Earth at right angles to it, at 29.3 to 30.3 km/s, toward growing longitude of the sun", () => {
    for (let month = 0; month < 12; month++) {
      const time = Date.UTC(2026, month, 4)
      const [sun, velocity, later] = [sunPosition(time), earthVelocity(time), sunPosition(time + 3_600_000)]
      expect(Math.hypot(...velocity)).toBeGreaterThan(29_250)
      expect(Math.hypot(...velocity)).toBeLessThan(30_320)
      for (const axis of [0, 1, 2] as const) {
        expect(Math.abs((sun[axis] - later[axis]) / 3600 - velocity[axis])).toBeLessThan(60)
      }
    }
  })
})
