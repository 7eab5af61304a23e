import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { noEarthOrientation } from "../../../../src/domain/orbit/frames/EarthOrientation.ts"
import { readEarthOrientation } from "../../../../src/domain/orbit/frames/earthOrientationFile.ts"

const arcsecond = Math.PI / 180 / 3600
const header = "DATE,MJD,X,Y,UT1-UTC,LOD,DPSI,DEPS,DX,DY,DAT,DATA_TYPE"
const text = [
  header,
  "2016-12-31,57753,0.080000,0.260000,-0.4070000,0.0010000,-0.100000,-0.010000,0,0,36,O",
  "2017-01-01,57754,0.082000,0.262000,0.5920000,0.0012000,-0.102000,-0.010200,0,0,37,O",
  "2017-01-02,57755,0.084000,0.264000,0.5905000,0.0014000,-0.104000,-0.010400,0,0,37,P",
  ""
].join("\n")

const read = (content: string) => {
  const result = readEarthOrientation(content, "EOP-All.csv")
  return Result.isSuccess(result) ? result.success : undefined
}
const reasonOf = (content: string): string | undefined => {
  const result = readEarthOrientation(content, "EOP-All.csv")
  return Result.isFailure(result) ? result.failure.message : undefined
}

describe("readEarthOrientation", () => {
  it("gives a day's values in SI", () => {
    const eop = read(text)?.at(Date.UTC(2017, 0, 2)) ?? noEarthOrientation
    expect(eop.xp).toBeCloseTo(0.084 * arcsecond, 15)
    expect(eop.yp).toBeCloseTo(0.264 * arcsecond, 15)
    expect(eop.dut1).toBeCloseTo(0.5905, 9)
    expect(eop.lod).toBeCloseTo(0.0014, 9)
    expect(eop.ddpsi).toBeCloseTo(-0.104 * arcsecond, 15)
    expect(eop.ddeps).toBeCloseTo(-0.0104 * arcsecond, 15)
  })

  it("is linear between days", () => {
    const eop = read(text)?.at(Date.UTC(2017, 0, 1, 6)) ?? noEarthOrientation
    expect(eop.xp).toBeCloseTo(0.0825 * arcsecond, 15)
    expect(eop.dut1).toBeCloseTo(0.592 - 0.0015 / 4, 9)
  })

  it("does not smear the leap second over the day before it", () => {
    const table = read(text)
    expect(table?.at(Date.UTC(2016, 11, 31, 12)).dut1).toBeCloseTo(-0.4075, 9)
    expect(table?.at(Date.UTC(2017, 0, 1) - 1).dut1).toBeCloseTo(-0.408, 6)
    expect(table?.at(Date.UTC(2017, 0, 1)).dut1).toBeCloseTo(0.592, 9)
  })

  it("holds the nearest day outside the table", () => {
    const table = read(text)
    expect(table?.first).toBe(Date.UTC(2016, 11, 31))
    expect(table?.last).toBe(Date.UTC(2017, 0, 2))
    expect(table?.at(Date.UTC(2020, 0, 1)).dut1).toBeCloseTo(0.5905, 9)
    expect(table?.at(Date.UTC(2016, 11, 1)).dut1).toBeCloseTo(-0.407, 9)
  })

  it("names file, line and reason", () => {
    expect(reasonOf("a,b\n")).toBe("EOP-All.csv:1: the header has no column MJD, X, Y, UT1-UTC, LOD, DPSI, DEPS")
    expect(reasonOf(text.replace("0.5920000", "?"))).toBe("EOP-All.csv:3: UT1-UTC is not a number")
    expect(reasonOf(text.replace("57755", "57754"))).toBe("EOP-All.csv:4: the days are not in order")
    expect(reasonOf(header)).toBe("EOP-All.csv:1: no day in the file")
  })
})
