import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { formatTle, objectIdOf, parseTle, readTle, tleChecksum } from "../../../../src/domain/orbit/catalogue/tle.ts"
import { sharedData } from "../../../support/sharedData.ts"

const iridium1 = "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775"
const iridium2 = "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336"
const cosmos1 = "1 22675U 93036A   09040.49834364 -.00000001  00000-0  95251-5 0  7411"
const cosmos2 = "2 22675  74.0355  19.4646 0016027  98.7014 261.5952 14.31135643817415"

describe("tle", () => {
  it("reads every field", () => {
    const read = Result.getOrThrow(parseTle(iridium1, iridium2, "IRIDIUM 33"))
    expect(read).toMatchObject({
      objectId: "24946",
      name: "IRIDIUM 33",
      internationalDesignator: "1997-051C",
      classification: "U",
      eccentricity: 0.0002288,
      bstar: 0.47668e-4,
      elementSetNumber: 477,
      revolutionAtEpoch: 59733
    })
    expect(read.epoch).toBeCloseTo(Date.UTC(2009, 1, 9) + 0.78448243 * 86_400_000, 3)
    expect(read.meanMotion / revPerDay).toBeCloseTo(14.34219863, 12)
    expect(read.inclination / radiansPerDegree).toBeCloseTo(86.3994, 12)
    expect(read.meanAnomaly / radiansPerDegree).toBeCloseTo(274.9812, 12)
    expect(Result.getOrThrow(parseTle(cosmos1, cosmos2)).meanMotionDot).toBeLessThan(0)
  })

  it("reads TLE and 3LE in one text, with 0-names, blank lines and carriage returns", () => {
    const text = ["IRIDIUM 33", iridium1, iridium2, "", cosmos1, cosmos2, "0 COSMOS 2251", cosmos1, cosmos2].join(
      "\r\n"
    )
    const { elements, problems } = readTle(text)
    expect(problems).toEqual([])
    expect(elements.map(({ name }) => name)).toEqual(["IRIDIUM 33", "22675", "COSMOS 2251"])
  })

  it("names the line and reason of each bad record and reads the rest", () => {
    const text = [
      "IRIDIUM 33",
      iridium1.slice(0, 68) + "6",
      iridium2,
      "COSMOS 2251",
      cosmos1,
      cosmos2.replace("98.7014", "98.7015"),
      "A NAME ALONE",
      "COSMOS 2251",
      cosmos1,
      cosmos2,
      cosmos2,
      iridium1.slice(0, 60),
      "LAST NAME"
    ].join("\n")
    const { elements, problems } = readTle(text)
    expect(elements).toHaveLength(1)
    expect(problems).toEqual([
      { line: 2, reason: "checksum of line 1 is 6, computed 5" },
      { line: 6, reason: "checksum of line 2 is 5, computed 6" },
      { line: 7, reason: "expected line 1 of an element set after a name" },
      { line: 11, reason: "line 2 of an element set without its line 1" },
      { line: 12, reason: "line 1 has 60 characters, expected 69" },
      { line: 13, reason: "expected line 1 of an element set after a name" }
    ])
  })

  it("an empty 0-name is none, and a name may begin with #", () => {
    const names = (...lines: ReadonlyArray<string>) => {
      const { elements, problems } = readTle(lines.join("\n"))
      expect(problems).toEqual([])
      return elements.map(({ name }) => name)
    }
    expect(names("0 ", iridium1, iridium2)).toEqual(["24946"])
    expect(names("0", iridium1, iridium2)).toEqual(["24946"])
    expect(names("0 #1 IRIDIUM", iridium1, iridium2)).toEqual(["#1 IRIDIUM"])
    expect(names("#1 IRIDIUM", iridium1, iridium2)).toEqual(["#1 IRIDIUM"])
    expect(names("# IRIDIUM", iridium1, iridium2, "COSMOS", cosmos1, cosmos2)).toEqual(["# IRIDIUM", "COSMOS"])
    expect(names("# fetched today", "", iridium1, iridium2, "# the end")).toEqual(["24946"])
    expect(names("#a", "COSMOS", cosmos1, cosmos2, "#b", "#c", iridium1, iridium2)).toEqual(["COSMOS", "#c"])
  })

  it("refuses a day that the epoch's year does not have", () => {
    const withEpoch = (epoch: string) => {
      const line = iridium1.slice(0, 18) + epoch + iridium1.slice(32, 68)
      return parseTle(line + String(tleChecksum(line)), iridium2)
    }
    expect(Result.getOrThrow(withEpoch("24366.50000000")).epoch).toBe(Date.UTC(2024, 11, 31, 12))
    expect(Result.isFailure(withEpoch("23366.50000000"))).toBe(true)
    expect(Result.isFailure(withEpoch("24000.50000000"))).toBe(true)
    expect(Result.isFailure(withEpoch("24367.00000000"))).toBe(true)
  })

  it("refuses SGP4-XP elements and lines of two objects", () => {
    const xp = `${iridium1.slice(0, 62)}4${iridium1.slice(63, 68)}`
    const reason = Result.match({
      onSuccess: () => "",
      onFailure: (failure: { readonly reason: string }) => failure.reason
    })
    expect(reason(parseTle(xp + String(tleChecksum(xp)), iridium2))).toBe("ephemeris type 4 is not SGP4")
    expect(reason(parseTle(iridium1, cosmos2))).toBe("catalogue number differs from line 1")
  })

  it("knows Alpha-5 numbers", () => {
    expect(objectIdOf("A0001")).toBe("100001")
    expect(objectIdOf("H9999")).toBe("179999")
    expect(objectIdOf("J0000")).toBe("180000")
    expect(objectIdOf("Z9999")).toBe("339999")
    expect(objectIdOf("00005")).toBe("5")
    expect(objectIdOf("I0000")).toBeUndefined()
    expect(objectIdOf("1000A")).toBeUndefined()
  })

  it("writes back the lines it read", () => {
    for (const [line1, line2] of [[iridium1, iridium2], [cosmos1, cosmos2]] as const) {
      const lines = formatTle(Result.getOrThrow(parseTle(line1, line2)))
      // Zero is written 00000+0, as CelesTrak does today; these old lines have 00000-0.
      const expected = line1.replace(" 00000-0", " 00000+0").slice(0, 68)
      expect(lines).toEqual([expected + String(tleChecksum(expected)), line2])
    }
  })

  it("writes Alpha-5 and refuses what five characters cannot hold", () => {
    const elements = Result.getOrThrow(parseTle(iridium1, iridium2))
    expect(formatTle({ ...elements, objectId: "339999" })?.[0].slice(2, 7)).toBe("Z9999")
    expect(formatTle({ ...elements, objectId: "340000" })).toBeUndefined()
    expect(formatTle({ ...elements, objectId: "X" })).toBeUndefined()
  })

  it("carries a rounded epoch over the end of the year", () => {
    const elements = Result.getOrThrow(parseTle(iridium1, iridium2))
    const [line1 = ""] = formatTle({ ...elements, epoch: Date.UTC(2026, 0, 1) - 0.1 }) ?? []
    expect(line1.slice(18, 32)).toBe("26001.00000000")
  })

  const active = sharedData("catalogue/celestrak_active_2025-04-24.3le")
  it.skipIf(active === undefined)("reads and writes back the whole active catalogue", () => {
    const text = readFileSync(active ?? "", "utf8")
    const { elements, problems } = readTle(text)
    expect(problems).toEqual([])
    expect(elements).toHaveLength(11_325)
    const again = readTle(elements.map((set) => `0 ${set.name}\n${formatTle(set)?.join("\n")}`).join("\n"))
    expect(again.problems).toEqual([])
    const lines = text.split(/\r?\n/).filter((line) => /^[12] /.test(line)).map((line) => line.slice(0, 68))
    const written = again.elements.flatMap((set) => formatTle(set) ?? []).map((line) => line.slice(0, 68))
    const different = written.filter((line, index) => line !== lines[index]?.replaceAll(" 00000-0", " 00000+0"))
    expect(different).toEqual([])
  })
})
