import { describe, expect, it } from "@effect/vitest"
import { assessCdm, bodyOfCdm } from "../../../src/domain/ccsds/assessCdm.ts"
import type { Cdm, CdmObject } from "../../../src/domain/ccsds/cdm/cdm.ts"
import { toRtnCovariance } from "../../../src/domain/orbit/algebra/covariance.ts"
import { convert } from "../../../src/domain/orbit/frames/frames.ts"
import * as UtcTime from "../../../src/domain/time/UtcTime.ts"
import { caraConjunctions } from "../../support/publishedConjunctions.ts"

const [published] = caraConjunctions()
if (published === undefined) throw new Error("no case")
const tca = UtcTime.parse("2021-03-15T21:29:55.123Z") ?? 0
const creationDate = UtcTime.parse("2021-03-13T06:51:23Z") ?? 0

const objectOf = (index: 0 | 1, frame: CdmObject["frame"], objects = published.objects): CdmObject => {
  const { covariance, state } = objects[index]
  return {
    comments: [],
    designator: String(index + 1),
    catalogName: "SATCAT",
    name: `OBJECT ${index}`,
    internationalDesignator: "UNKNOWN",
    ephemerisName: "NONE",
    covarianceMethod: "CALCULATED",
    maneuverable: "N/A",
    frame,
    lastObservation: undefined,
    state: convert(state, "EME2000", frame, tca),
    covariance: toRtnCovariance(state, covariance)
  }
}

const cdm = (frame: CdmObject["frame"], changes: Partial<Cdm> = {}): Cdm => ({
  comments: [],
  creationDate,
  originator: "TEST",
  messageId: "1",
  tca,
  missDistance: 1275,
  relativeSpeed: undefined,
  relativePosition: undefined,
  relativeVelocity: undefined,
  collisionProbability: undefined,
  collisionProbabilityMethod: undefined,
  objects: [objectOf(0, frame), objectOf(1, frame)],
  ...changes
})

const body = { radius: published.hardBodyRadius, shape: "circle", source: "published" } as const

describe("assessCdm", () => {
  it("gives the published Pc, whatever frame the states are in", () => {
    for (const frame of ["EME2000", "GCRF", "ITRF"] as const) {
      const { encounter, plane } = assessCdm(cdm(frame), body)
      expect((plane?.pc ?? 0) / (published.pc2d ?? 1), frame).toBeCloseTo(1, 6)
      expect(encounter.missDistance, frame).toBeCloseTo(1274.554, 2)
    }
  })

  it("would be off by some tenths with a velocity relative to the turning Earth, which is what ITRF states hold", () => {
    const off = caraConjunctions().map(({ objects, pc2d }) => {
      const [one, two] = [objectOf(0, "ITRF", objects), objectOf(1, "ITRF", objects)]
      const wrong = cdm("ITRF", { objects: [{ ...one, frame: "EME2000" }, { ...two, frame: "EME2000" }] })
      return Math.abs((assessCdm(wrong, body).plane?.pc ?? 0) / (pc2d ?? 1) - 1)
    })
    expect(Math.max(...off)).toBeGreaterThan(0.3)
  })

  it("finds a variance of zero where it was written, along an axis that no inertial one is", () => {
    const message = cdm("EME2000")
    const [one, two] = message.objects
    const covariance = Float64Array.from(one.covariance)
    for (let k = 0; k < 6; k++) covariance[6 + k] = covariance[6 * k + 1] = 0
    const { pc, validity } = assessCdm({ ...message, objects: [{ ...one, covariance }, two] }, body)
    expect(pc).toBeUndefined()
    expect(validity.conditions).toEqual(["no Pc: the position covariance of 1 has a variance of zero"])
  })

  it("judges as of the message's creation: stale over 24 h before it, a default covariance indicative", () => {
    const observed = (changes: Partial<CdmObject>) => {
      const message = cdm("EME2000")
      return assessCdm({ ...message, objects: [message.objects[0], { ...message.objects[1], ...changes }] }, body)
        .validity.states
    }
    expect(observed({})).toEqual(["valid"])
    expect(observed({ lastObservation: creationDate - 86_400_000 })).toEqual(["valid"])
    expect(observed({ lastObservation: creationDate - 86_400_001 })).toEqual(["stale-track"])
    expect(observed({ covarianceMethod: "DEFAULT" })).toEqual(["tle-only"])
  })

  it("takes the hard body as given, of a file, of the message, by default: in this order", () => {
    const commented = cdm("EME2000", { comments: ["SCREENING_OPTION = Covariance", "HBR = 14.8 [m]"] })
    const bodies = { 2: { radiusMetres: 3, shape: "square" } } as const
    expect(bodyOfCdm(commented, { combinedRadius: 20, bodies })).toEqual({
      radius: 20,
      shape: "circle",
      source: "as given"
    })
    expect(bodyOfCdm(commented, { bodies })).toEqual({
      radius: 8,
      shape: "square",
      source: "the file of hard bodies; default of 5 m for 1"
    })
    expect(bodyOfCdm(commented, { bodies: { 77: { radiusMetres: 3 } } }).radius).toBe(14.8)
    expect(bodyOfCdm(commented, {})).toMatchObject({ radius: 14.8, shape: "circle" })
    const message = cdm("EME2000")
    const sized = { ...message.objects[0], numbers: { AREA_PC: Math.PI * 9 } }
    expect(bodyOfCdm({ ...message, objects: [sized, message.objects[1]] }, {})).toEqual({
      radius: 8,
      shape: "circle",
      source: "AREA_PC of the message; default of 5 m for 2"
    })
    expect(bodyOfCdm(cdm("EME2000", { comments: ["Hard body radius 10 m, square"] }), {}))
      .toMatchObject({ radius: 10, shape: "square" })
    expect(bodyOfCdm(cdm("EME2000"), {})).toMatchObject({ radius: 10, source: "default of 5 m for 1 and 2" })
    expect(bodyOfCdm(cdm("EME2000", { collisionProbabilityMethod: "ALFANO-SQUARE" }), { combinedRadius: 5 }).shape)
      .toBe("square")
  })
})
