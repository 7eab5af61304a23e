import { describe, expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import { revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { parseTle, tleChecksum } from "../../../../src/domain/orbit/catalogue/tle.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import { testData } from "../../../support/sharedData.ts"

const elementsOf = (line1: string, line2: string) => {
  const fixed = [line1, line2].map((line) => line.slice(0, 68) + String(tleChecksum(line)))
  return Result.getOrThrow(parseTle(fixed[0] ?? "", fixed[1] ?? ""))
}

const vanguard = elementsOf(
  "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753",
  "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"
)

const Verification = Schema.fromJsonString(Schema.Struct({
  satellites: Schema.Array(Schema.Struct({
    satnum: Schema.String,
    line1: Schema.String,
    line2: Schema.String,
    states: Schema.Array(
      Schema.Struct({
        tsince_min: Schema.Finite,
        r_km: Schema.Array(Schema.Finite),
        v_km_s: Schema.Array(Schema.Finite)
      })
    )
  })),
  expected_failures: Schema.Array(Schema.Struct({ satnum: Schema.String, t: Schema.Finite }))
}))

describe("Propagator", () => {
  // Vallado, Crawford, Hujsak, Kelso: Revisiting Spacetrack Report #3, AIAA 2006-6753, satellite 00005.
  it.each([
    [0, [7022.46529266, -1400.08296755, 0.03995155], [1.893841015, 6.405893759, 4.53480725]],
    [360, [-7154.03120202, -3783.17682504, -3536.19412294], [4.741887409, -4.151817765, -2.093935425]],
    [2160, [190.19796988, 7746.96653614, 5110.00675412], undefined]
  ])("gives the published state at %d minutes", (minutes, position, velocity) => {
    const state = Result.getOrThrow(makePropagator(vanguard)).stateAt(vanguard.epoch + minutes * 60_000)
    for (let i = 0; i < 3; i++) {
      expect(Math.abs((state?.position[i] ?? Number.NaN) - (position[i] ?? 0) * 1000)).toBeLessThan(1e-3)
      if (velocity !== undefined) {
        expect(Math.abs((state?.velocity[i] ?? Number.NaN) - (velocity[i] ?? 0) * 1000)).toBeLessThan(1e-5)
      }
    }
  })

  const file = testData("orbit/sgp4_verification.json")
  it("reproduces the whole verification set within 1e-6 km and 1e-8 km/s", () => {
    const data = Schema.decodeSync(Verification)(readFileSync(file, "utf8"))
    let rows = 0
    const far: Array<string> = []
    for (const satellite of data.satellites) {
      if (satellite.states.length === 0) continue
      const elements = elementsOf(satellite.line1, satellite.line2)
      const propagator = Result.getOrThrow(makePropagator(elements))
      for (const row of satellite.states) {
        const state = propagator.stateAt(elements.epoch + row.tsince_min * 60_000)
        rows++
        for (let i = 0; i < 3; i++) {
          const dr = Math.abs((state?.position[i] ?? Number.NaN) / 1000 - (row.r_km[i] ?? 0))
          const dv = Math.abs((state?.velocity[i] ?? Number.NaN) / 1000 - (row.v_km_s[i] ?? 0))
          if (!(dr < 1e-6 && dv < 1e-8)) far.push(`${satellite.satnum} at ${row.tsince_min} min: ${dr} km, ${dv} km/s`)
        }
      }
    }
    expect(far).toEqual([])
    expect(rows).toBeGreaterThan(180)
  })

  it("has no state where the set says that SGP4 fails", () => {
    const data = Schema.decodeSync(Verification)(readFileSync(file, "utf8"))
    for (const failure of data.expected_failures) {
      const satellite = data.satellites.find(({ satnum }) => satnum === failure.satnum)
      const elements = elementsOf(satellite?.line1 ?? "", satellite?.line2 ?? "")
      const state = makePropagator(elements).pipe(
        Result.map((propagator) => propagator.stateAt(elements.epoch + failure.t * 60_000)),
        Result.getOrUndefined
      )
      expect(state, failure.satnum).toBeUndefined()
    }
  })

  it("counts time from the exact epoch: a microsecond is 7.5 mm, not lost in a millisecond", () => {
    const early = { ...vanguard, epoch: 1_748_110_822_669 }
    const late = { ...vanguard, epoch: 1_748_110_822_669.5 }
    const at = 1_748_110_900_000
    const a = Result.getOrThrow(makePropagator(early)).stateAt(at)
    const b = Result.getOrThrow(makePropagator(late)).stateAt(at)
    const moved = Math.hypot(...[0, 1, 2].map((i) => (a?.position[i] ?? 0) - (b?.position[i] ?? 0)))
    const speed = Math.hypot(...(a?.velocity ?? [0, 0, 0]))
    expect(moved / (speed * 0.5e-3)).toBeCloseTo(1, 3)
  })

  it("has no state long after decay, where SGP4 itself goes on", () => {
    const dragged = {
      ...vanguard,
      bstar: 0.5,
      eccentricity: 2e-4,
      meanMotion: 14.34 * revPerDay,
      inclination: 1.5
    }
    const propagator = Result.getOrThrow(makePropagator(dragged))
    const out = new Float64Array(6)
    for (const days of [100, 400, 1000, 5000]) {
      expect(propagator.stateAt(dragged.epoch + days * 86_400_000)).toBeUndefined()
      expect(propagator.stateInto(dragged.epoch + days * 86_400_000, out)).toBe(false)
    }
    expect(out).toEqual(new Float64Array(6))
  })

  it("does not depend on the calls before it", () => {
    const molniya = elementsOf(
      "1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813",
      "2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656"
    )
    const used = Result.getOrThrow(makePropagator(molniya))
    for (const hours of [100, -3, 40]) used.stateAt(molniya.epoch + hours * 3_600_000)
    const time = molniya.epoch + 7 * 3_600_000
    expect(used.stateAt(time)).toEqual(Result.getOrThrow(makePropagator(molniya)).stateAt(time))
    const out = new Float64Array(8)
    expect(used.stateInto(time, out, 2)).toBe(true)
    const state = used.stateAt(time)
    expect(Array.from(out.subarray(2))).toEqual([...state?.position ?? [], ...state?.velocity ?? []])
  })

  it("refuses elements that are no orbit", () => {
    for (
      const wrong of [{ eccentricity: 1.2 }, { meanMotion: 0 }, { meanMotion: Number.NaN }, { inclination: 4 }, {
        epoch: Number.NaN
      }]
    ) {
      expect(Result.isFailure(makePropagator({ ...vanguard, ...wrong }))).toBe(true)
    }
  })
})
