import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { defaultRegistry, defaultSensors } from "../../../../src/domain/observation/sensors/defaultSensors.ts"
import { decodeRegistry } from "../../../../src/domain/observation/sensors/SensorRegistry.ts"
import { topocentric } from "../../../../src/domain/orbit/frames/topocentric.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"

const decode = (text: string) => decodeRegistry(text, "sensors.json")
const problem = (text: string): string | undefined => {
  const result = decode(text)
  return Result.isFailure(result) ? result.failure.message : undefined
}

const file = `[
  { "sourceId": "north", "kind": "radar", "arrayId": 7,
    "site": { "latitudeDegrees": 60, "longitudeDegrees": 30, "heightMetres": 200 },
    "mask": { "minimumElevationDegrees": 5, "maximumRangeMetres": 2000000 },
    "biases": { "rangeMetres": -12 }, "sigmas": { "rangeMetres": 25, "azimuthDegrees": 0.02 },
    "clockOffsetSeconds": 0.1 },
  { "sourceId": "dome", "kind": "optical",
    "site": { "latitudeDegrees": -30, "longitudeDegrees": 300, "heightMetres": 2400 },
    "sigmas": { "rightAscensionArcseconds": 3, "declinationArcseconds": 3 },
    "angleFrame": "TEME", "corrections": { "lightTime": true, "aberration": false } },
  { "sourceId": "link", "kind": "isl", "satelliteId": 25544 }
]`

describe("decodeRegistry", () => {
  it("gives sensors by each id, in SI and radians, observers made", () => {
    const result = decode(file)
    if (Result.isFailure(result)) return expect.fail(result.failure.message)
    const { byArrayId, bySatelliteId, bySourceId } = result.success
    const radar = byArrayId.get(7)
    expect(radar).toBe(bySourceId.get("north"))
    expect(radar?.site?.latitude).toBeCloseTo(Math.PI / 3, 12)
    expect(radar?.observer?.site).toBe(radar?.site)
    expect(radar?.mask.minimumElevation).toBeCloseTo(5 * Math.PI / 180, 12)
    expect(radar?.mask.maximumRange).toBe(2_000_000)
    expect(radar?.biases).toEqual({ range: -12 })
    expect(radar?.sigmas.azimuth).toBeCloseTo(0.02 * Math.PI / 180, 12)
    expect(radar?.clockOffset).toBe(0.1)
    const dome = bySourceId.get("dome")
    expect(dome?.angleFrame).toBe("TEME")
    expect(dome?.corrections).toEqual({ lightTime: true, aberration: false })
    expect(dome?.sigmas.declination).toBeCloseTo(3 / 3600 * Math.PI / 180, 12)
    expect(bySatelliteId.get(25_544)?.sourceId).toBe("link")
    expect(bySatelliteId.get(25_544)?.observer).toBeUndefined()
    expect(bySourceId.size).toBe(3)
    return undefined
  })

  it("names file, line and reason of every bad record", () => {
    const message = problem(file.replace("\"kind\": \"isl\"", "\"kind\": \"sonar\"").replace("60", "600"))
    expect(message).toContain("sensors.json:2: ")
    expect(message).toContain("latitudeDegrees")
    expect(message).toContain("sensors.json:11: ")
    expect(message).toContain("kind")
  })

  it("refuses a misspelt property, a repeated id, a missing site", () => {
    expect(problem(file.replace("\"rangeMetres\": 25", "\"rangeMeters\": 25"))).toContain("rangeMeters")
    expect(problem(file.replace("\"dome\"", "\"north\""))).toBe(
      "sensors.json:7: sourceId \"north\" is already that of the sensor in line 2"
    )
    expect(problem("[{ \"sourceId\": \"a\", \"kind\": \"radar\" }]")).toBe(
      "sensors.json:1: a sensor of kind radar needs a site"
    )
    expect(problem("[{ \"sourceId\": \"a\", \"kind\": \"isl\" }]")).toBe(
      "sensors.json:1: a sensor of kind isl needs a satelliteId"
    )
  })

  it("refuses the ids that are the canaries' alone", () => {
    const of = (fields: object) => problem(JSON.stringify([{ ...site, ...fields }]))
    const site = { site: { latitudeDegrees: 0, longitudeDegrees: 0, heightMetres: 0 } }
    expect(of({ sourceId: "canary-optical-2", kind: "optical" })).toBe(
      "sensors.json:1: sourceId \"canary-optical-2\" is reserved for canaries"
    )
    expect(of({ sourceId: "mine", kind: "radar", arrayId: 4_000_000_003 })).toBe(
      "sensors.json:1: arrayId 4000000003 is reserved for canaries"
    )
    for (const satelliteId of [4_000_000_001, 4_000_999_999]) {
      expect(of({ sourceId: "mine", kind: "isl", satelliteId })).toContain(
        `satelliteId ${satelliteId} is reserved for canaries`
      )
    }
  })

  it("refuses what is not an array of sensors", () => {
    expect(problem("")).toBe("sensors.json:1: no sensor in the file")
    expect(problem("[\n{ \"sourceId\": \"a\" ")).toContain("not a JSON array of sensors")
    expect(problem("[{ \"sourceId\": oops }]")).toContain("sensors.json:1: not JSON")
  })
})

/** Passes of a circular 86.4 degree orbit at 780 km, as Iridium 33's, over the radars: starts of being seen, in six hours. */
const passes = (node: number, begin: number): number => {
  const radars = [...defaultRegistry().bySourceId.values()].filter(({ kind }) => kind === "radar")
  const [radius, inclination] = [7_158_000, 86.4 * Math.PI / 180]
  const speed = Math.sqrt(3.986004418e14 / radius)
  const before = new Set<string>()
  let count = 0
  for (let seconds = 0; seconds < 6 * 3600; seconds += 30) {
    const u = speed / radius * seconds
    const [cu, su, cn, sn] = [Math.cos(u), Math.sin(u), Math.cos(node), Math.sin(node)]
    const [ci, si] = [Math.cos(inclination), Math.sin(inclination)]
    const state: State = {
      position: [radius * (cu * cn - su * sn * ci), radius * (cu * sn + su * cn * ci), radius * su * si],
      velocity: [speed * (-su * cn - cu * sn * ci), speed * (cu * cn * ci - su * sn), speed * cu * si]
    }
    for (const { mask, observer, sourceId } of radars) {
      if (observer === undefined) continue
      const seen = topocentric(observer, state, begin + seconds * 1000)
      const visible = seen.elevation > mask.minimumElevation && seen.range < (mask.maximumRange ?? Infinity)
      if (visible && !before.has(sourceId)) count++
      if (visible) before.add(sourceId)
      else before.delete(sourceId)
    }
  }
  return count
}

describe("the shipped sensors", () => {
  it("are themselves a valid registry file", () => {
    const result = decode(JSON.stringify(defaultSensors, null, 2))
    if (Result.isFailure(result)) return expect.fail(result.failure.message)
    expect([...result.success.bySourceId.keys()]).toEqual(defaultSensors.map(({ sourceId }) => sourceId))
    expect([...result.success.byArrayId.keys()]).toEqual([1, 2, 3, 4, 5, 6])
    return undefined
  })

  it("see a polar satellite at least six times in any six hours", () => {
    const counts = [0, 1, 2, 3, 4, 5].flatMap((node) =>
      [0, 6, 12, 18].map((hour) => passes(node, Date.UTC(2009, 1, 10, hour)))
    )
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(6)
  })
})
