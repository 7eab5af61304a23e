import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { faultInjector, parseFaults } from "../../../src/domain/simulation/faults.ts"

const scope = { seed: 1, start: 0, durationMillis: 20_000, radars: ["radar-a", "radar-b", "radar-c"] }

const sources = new Set(["radar-1", "radar-2"])

describe("parseFaults", () => {
  it("reads names, sensors and times", () => {
    expect(parseFaults(" duplicates, silent-sensor=radar-2@5s ,clock-bias@1.5", sources)).toEqual(Result.succeed([
      { name: "duplicates", sourceId: undefined, afterMillis: undefined },
      { name: "silent-sensor", sourceId: "radar-2", afterMillis: 5000 },
      { name: "clock-bias", sourceId: undefined, afterMillis: 1500 }
    ]))
    expect(parseFaults("", sources)).toEqual(Result.succeed([]))
  })

  it("names what it does not know and what it could have been", () => {
    for (const text of ["duplicate", "silent-sensor@soon", "duplicates,,Reordering"]) {
      const result = parseFaults(text, sources)
      expect(Result.isFailure(result) && result.failure.message).toMatch(
        /Unknown fault ".*": expected duplicates, reorder/
      )
    }
  })
})

describe("parseFaults of a sensor that does not exist", () => {
  it("says so", () => {
    const result = parseFaults("silent-sensor=radar-3", sources)
    expect(Result.isFailure(result) && result.failure.message).toContain("there is no sensor \"radar-3\"")
  })
})

describe("faultInjector", () => {
  it("strikes the named sensor from its time on and counts each record", () => {
    const injector = faultInjector([{ name: "silent-sensor", sourceId: "x", afterMillis: 5000 }], scope)
    expect([4999, 5000, 9000].map((time) => injector.silenced("x", time))).toEqual([false, true, true])
    expect(injector.silenced("y", 9000)).toBe(false)
    expect(injector.counts["silent-sensor"]).toBe(2)
  })

  it("gives each sensor's fault another radar when none is named", () => {
    const names = ["clock-bias", "wrong-units", "silent-sensor"] as const
    const injector = faultInjector(names.map((name) => ({ name, sourceId: undefined, afterMillis: undefined })), scope)
    expect(scope.radars.map((radar) => [
      injector.clockOffset(radar, 0),
      injector.rangeFactor(radar, 0),
      injector.silenced(radar, 4999),
      injector.silenced(radar, 5000)
    ])).toEqual([[250, 1, false, false], [0, 0.001, false, false], [0, 1, false, true]])
  })

  it("holds back within the bounds of the kind and sends a tenth twice", () => {
    const injector = faultInjector([
      { name: "reordering", sourceId: undefined, afterMillis: undefined },
      { name: "duplicates", sourceId: undefined, afterMillis: undefined }
    ], scope)
    const held = Array.from({ length: 5000 }, () => injector.holdBack("radar", 0))
    expect(Math.max(...held)).toBeLessThan(50)
    expect(Math.max(...held)).toBeGreaterThan(45)
    expect(injector.counts.reordering).toBe(5000)
    const again = Array.from({ length: 5000 }, () => injector.duplicateAfter(0)).filter((delay) => delay !== undefined)
    expect(again).toHaveLength(injector.counts.duplicates)
    expect(Math.abs(again.length - 500)).toBeLessThan(5 * Math.sqrt(5000 * 0.1 * 0.9))
  })

  it("without faults nothing is touched", () => {
    const injector = faultInjector([], scope)
    expect(injector.silenced("radar-a", 1)).toBe(false)
    expect(injector.clockOffset("radar-a", 1)).toBe(0)
    expect(injector.rangeFactor("radar-a", 1)).toBe(1)
    expect(injector.holdBack("isl", 1)).toBe(0)
    expect(injector.duplicateAfter(1)).toBeUndefined()
    expect(Object.values(injector.counts)).toEqual([0, 0, 0, 0, 0, 0])
  })
})
