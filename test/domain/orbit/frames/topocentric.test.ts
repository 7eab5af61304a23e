import { describe, expect, it } from "@effect/vitest"
import { convert, itrfToTeme } from "../../../../src/domain/orbit/frames/frames.ts"
import { type Ellipsoid, localAxes, type Site, sitePosition } from "../../../../src/domain/orbit/frames/Site.ts"
import { rightAscensionDeclination, topocentric } from "../../../../src/domain/orbit/frames/topocentric.ts"
import { makeObserver } from "../../../../src/domain/orbit/measurement/Observer.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"

const degree = Math.PI / 180
const arcsecond = degree / 3600
const flattening = 1 / 298.257223563
/** The ellipsoid of Vallado's programs; WGS-84's radius is 70 cm larger. */
const egm: Ellipsoid = { radius: 6_378_136.3, eccentricitySquared: 2 * flattening - flattening ** 2 }
const geometric = { lightTime: true, aberration: true }

const metres = (r: readonly [number, number, number], v: readonly [number, number, number]): State => ({
  position: [r[0] * 1000, r[1] * 1000, r[2] * 1000],
  velocity: [v[0] * 1000, v[1] * 1000, v[2] * 1000]
})

describe("topocentric: published figures", () => {
  it("range, range rate, azimuth and elevation of an Earth-fixed state (razel test of Vallado's companion code)", () => {
    const site: Site = { latitude: 39.007 * degree, longitude: -104.883 * degree, height: 2102 }
    const observer = makeObserver(site, undefined, sitePosition(site, egm))
    const itrf = metres([-5225.545532658024, -3070.9865969614993, 3501.8159870845006], [
      -5.373672578283977,
      -3.3021038634286506,
      4.020523711114683
    ])
    const time = Date.UTC(2004, 3, 6)
    const seen = topocentric(observer, itrfToTeme(itrf, time), time)
    expect(seen.range).toBeCloseTo(4_339_444.884044615, 4)
    expect(seen.rangeRate).toBeCloseTo(3121.604251345763, 6)
    expect(seen.azimuth).toBeCloseTo(2 * Math.PI - 1.5639427896150881, 11)
    expect(seen.elevation).toBeCloseTo(-0.18973540227923288, 11)
  })

  it("Neptune from a site, horizon and equatorial (example 4-2, fifth edition)", () => {
    const site: Site = { latitude: 39.007 * degree, longitude: -104.883 * degree, height: 2194.56 }
    const position = sitePosition(site, egm)
    expect(position[0]).toBeCloseTo(-1_275_123.27899, 4)
    expect(position[1]).toBeCloseTo(-4_797_994.17809, 4)
    expect(position[2]).toBeCloseTo(3_994_301.77136, 4)
    const observer = makeObserver(site, undefined, position)
    const time = Date.UTC(1994, 4, 14, 13, 11, 20) + 598.56
    const [range, rate] = [4_437_725_220.51, -25.53033094]
    const [ra, dec] = [294.9891458 * degree, -20.8234944 * degree]
    const [raRate, decRate] = [-0.00000012244 * degree, -0.00000001794 * degree]
    const [ca, sa, cd, sd] = [Math.cos(ra), Math.sin(ra), Math.cos(dec), Math.sin(dec)]
    const state = metres([range * cd * ca, range * cd * sa, range * sd], [
      rate * cd * ca - range * sd * ca * decRate - range * cd * sa * raRate,
      rate * cd * sa - range * sd * sa * decRate + range * cd * ca * raRate,
      rate * sd + range * cd * decRate
    ])
    const teme = convert(state, "EME2000", "TEME", time)
    const horizon = topocentric(observer, teme, time)
    expect(horizon.range / 1000).toBeCloseTo(4_437_722_626.693, 3)
    expect(horizon.rangeRate / 1000).toBeCloseTo(-25.360671765, 7)
    expect(horizon.azimuth / degree).toBeCloseTo(210.8250668, 6)
    expect(horizon.elevation / degree).toBeCloseTo(23.8595053, 6)
    const direction = rightAscensionDeclination(observer, teme, time, "EME2000", geometric)
    expect(direction.rightAscension / degree).toBeCloseTo(294.98911145219154, 9)
    expect(direction.declination / degree).toBeCloseTo(-20.823562340039164, 9)
  })
})

const site: Site = { latitude: 0.7, longitude: 0.3, height: 100 }
const observer = makeObserver(site)
const time = Date.UTC(2009, 1, 10, 16, 55, 59) + 796
/** A LEO satellite, nearly over the site. */
const leo = (at: number): State => {
  const { position, up } = observer.at(at)
  const [x, y, z] = position
  return {
    position: [x + 7.8e5 * up[0] + 2e5, y + 7.8e5 * up[1], z + 7.8e5 * up[2] + 4e5],
    velocity: [-3000, 5500, 4100]
  }
}

/** Angle between two directions, rad. */
const separation = (
  a: { readonly rightAscension: number; readonly declination: number },
  b: { readonly rightAscension: number; readonly declination: number }
): number => Math.hypot((a.rightAscension - b.rightAscension) * Math.cos(a.declination), a.declination - b.declination)

describe("topocentric: laws", () => {
  it("the range rate is the derivative of the range", () => {
    const state = leo(time)
    const step = 0.05
    const range = (sign: number): number =>
      topocentric(
        observer,
        {
          position: [
            state.position[0] + sign * step * state.velocity[0],
            state.position[1] + sign * step * state.velocity[1],
            state.position[2] + sign * step * state.velocity[2]
          ],
          velocity: state.velocity
        },
        time + sign * step * 1000
      ).range
    expect((range(1) - range(-1)) / (2 * step)).toBeCloseTo(topocentric(observer, state, time).rangeRate, 3)
  })

  it("a target straight up, north and east of a site", () => {
    const at = observer.at(time)
    const along = (axis: readonly [number, number, number]) =>
      topocentric(observer, {
        position: [
          at.position[0] + 1000 * axis[0],
          at.position[1] + 1000 * axis[1],
          at.position[2] + 1000 * axis[2]
        ],
        velocity: at.velocity
      }, time)
    expect(along(at.up).elevation).toBeCloseTo(Math.PI / 2, 6)
    expect(along(at.north).elevation).toBeCloseTo(0, 6)
    expect(Math.sin(along(at.north).azimuth)).toBeCloseTo(0, 6)
    expect(along(at.east).azimuth).toBeCloseTo(Math.PI / 2, 6)
    expect(along(at.east).range).toBeCloseTo(1000, 6)
    expect(along(at.east).rangeRate).toBeCloseTo(0, 9)
    const axes = localAxes(site)
    expect(axes.east[0] * axes.north[0] + axes.east[1] * axes.north[1] + axes.east[2] * axes.north[2]).toBeCloseTo(0)
  })

  it("the frame of a right ascension turns the direction by the frame's rotation", () => {
    const state = leo(time)
    const teme = rightAscensionDeclination(observer, state, time, "TEME", geometric)
    const j2000 = rightAscensionDeclination(observer, state, time, "EME2000", geometric)
    const unit: State = {
      position: [
        Math.cos(teme.declination) * Math.cos(teme.rightAscension),
        Math.cos(teme.declination) * Math.sin(teme.rightAscension),
        Math.sin(teme.declination)
      ],
      velocity: [0, 0, 0]
    }
    const turned = convert(unit, "TEME", "EME2000", time).position
    expect(Math.atan2(turned[2], Math.hypot(turned[0], turned[1]))).toBeCloseTo(j2000.declination, 12)
    expect(separation(teme, j2000)).toBeGreaterThan(100 * arcsecond)
    const again = rightAscensionDeclination(observer, state, time, "TEME", geometric)
    expect(again).toEqual(teme)
  })

  it("light time displaces by the angular rate times the delay, against the motion", () => {
    const state = leo(time)
    const { range } = topocentric(observer, state, time)
    const delay = range / 299_792_458
    const earlier: State = {
      position: [
        state.position[0] - delay * state.velocity[0],
        state.position[1] - delay * state.velocity[1],
        state.position[2] - delay * state.velocity[2]
      ],
      velocity: state.velocity
    }
    const now = rightAscensionDeclination(observer, state, time, "TEME", geometric)
    const expected = rightAscensionDeclination(observer, earlier, time, "TEME", geometric)
    const seen = rightAscensionDeclination(observer, state, time, "TEME", { lightTime: false, aberration: true })
    expect(separation(seen, expected)).toBeLessThan(1e-3 * arcsecond)
    expect(separation(seen, now)).toBeGreaterThan(1 * arcsecond)
    expect(separation(seen, now)).toBeLessThan(8000 / 299_792_458)
  })

  it("annual aberration is at most 20.8 arcsecond, and reaches 20 in a year", () => {
    const sizes = Array.from({ length: 37 }, (_, index) => {
      const at = time + index * 10 * 86_400_000
      const state = leo(at)
      const without = rightAscensionDeclination(observer, state, at, "TEME", { lightTime: true, aberration: false })
      return separation(without, rightAscensionDeclination(observer, state, at, "TEME", geometric)) / arcsecond
    })
    expect(Math.max(...sizes)).toBeLessThan(20.85)
    expect(Math.max(...sizes)).toBeGreaterThan(20)
  })
})
