import { describe, expect, it } from "@effect/vitest"
import { moonPosition } from "../../../../src/domain/orbit/forces/moon.ts"
import { makeSurroundings, place, surroundingsSize } from "../../../../src/domain/orbit/forces/Surroundings.ts"
import { temeToGcrfMatrix, temeToItrfMatrix } from "../../../../src/domain/orbit/frames/frames.ts"
import { rotate, rotateBack } from "../../../../src/domain/orbit/frames/rotation.ts"

/** JPL DE421, geocentric, km: mean equator of J2000. */
const de421 = [
  [Date.UTC(2009, 1, 10, 16, 56), [-337_595.0, 139_869.5, 43_540.6], [116_286_101, -83_450_800, -36_179_028]],
  [Date.UTC(2018, 6, 1), [256_820.4, -287_292.9, -127_059.8], [-23_487_904, 137_863_584, 59_764_241]],
  [Date.UTC(2026, 2, 20), [362_541.9, 59_535.3, 45_829.3], [148_940_181, -2_322_767, -1_007_535]],
  [Date.UTC(2030, 10, 5, 6), [375_324.4, -97_268.4, -4058.5], [-109_480_290, -91_833_321, -39_805_835]]
] as const

const off = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...[0, 1, 2].map((i) => (a[i] ?? 0) - (b[i] ?? 0)))

const eop = { xp: 1e-6, yp: -1.5e-6, dut1: 0.3, lod: 1e-3, ddpsi: 0, ddeps: 0 }

describe("Surroundings", () => {
  it.each(de421)("Sun and Moon are where DE421 has them, %d", (time, moon, sun) => {
    const out = new Float64Array(surroundingsSize)
    makeSurroundings().at(time, out)
    expect(off(moonPosition(time).map((value) => value / 1000), moon)).toBeLessThan(700)
    expect(off(out.subarray(place.moon).map((value) => value / 1000), moon)).toBeLessThan(700)
    expect(off(out.subarray(place.sun).map((value) => value / 1000), sun)).toBeLessThan(30_000)
  })

  it("turns as the frames do: a millimetre at low orbit between nodes, with Earth orientation", () => {
    const surroundings = makeSurroundings(() => eop)
    const out = new Float64Array(surroundingsSize)
    for (const time of [0, 1, 217_000, 300_000, 599_000, 86_400_000].map((offset) => de421[2][0] + offset)) {
      surroundings.at(time, out)
      const teme = [5e6, -4e6, 3e6] as const
      const gcrf = rotate(temeToGcrfMatrix(time, eop), teme)
      const fixed = rotate(temeToItrfMatrix(time, eop), teme)
      const times = (offset: number) =>
        [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, j) => sum + (out[offset + 3 * i + j] ?? 0) * (gcrf[j] ?? 0), 0))
      expect(off(times(place.gcrfToTeme), teme)).toBeLessThan(1e-3)
      expect(off(times(place.gcrfToItrf), fixed)).toBeLessThan(2e-3)
      expect(off(rotateBack(temeToGcrfMatrix(time, eop), gcrf), teme)).toBeLessThan(1e-6)
    }
  })

  it("an answer does not depend on what was asked before", () => {
    const [once, again] = [makeSurroundings(), makeSurroundings()]
    const [a, b] = [new Float64Array(surroundingsSize), new Float64Array(surroundingsSize)]
    const time = de421[2][0] + 123_456
    once.at(time, a)
    for (let i = 0; i < 3000; i++) again.at(time + i * 600_000, b)
    again.at(time, b)
    expect(b).toEqual(a)
  })
})
