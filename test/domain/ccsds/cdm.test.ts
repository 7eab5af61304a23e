import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { type Cdm, type CdmObject, formatCdm } from "../../../src/domain/ccsds/cdm.ts"
import { readCdm } from "../../../src/domain/ccsds/readCdm.ts"
import * as UtcTime from "../../../src/domain/time/UtcTime.ts"
import { sharedData } from "../../support/sharedData.ts"

const covariance = Float64Array.from({ length: 36 }, (_, k) => {
  const [i, j] = [Math.floor(k / 6), k % 6]
  return (i === j ? 10 : -0.1) * 10 ** -(Math.max(i, j) + Math.min(i, j)) / 3
})

const object: CdmObject = {
  comments: ["Covariance is a model of element-set error"],
  designator: "24946",
  catalogName: "SATCAT",
  name: "IRIDIUM 33",
  internationalDesignator: "1997-051C",
  ephemerisName: "NONE",
  covarianceMethod: "CALCULATED",
  maneuverable: "N/A",
  frame: "EME2000",
  lastObservation: UtcTime.parse("2009-02-10T12:00:00.25Z"),
  state: { position: [-1457273.246, 1589568.484, 6814189.959], velocity: [-7001.731, -2439.512, -926.209] },
  covariance
}

const cdm: Cdm = {
  comments: ["Hard body radius 10 m, circle", "A second line"],
  creationDate: UtcTime.parse("2009-02-10T13:00:00Z") ?? 0,
  originator: "PERIGEE",
  messageId: "24946-22675-1",
  tca: UtcTime.parse("2009-02-10T16:55:59.796123Z") ?? 0,
  missDistance: 698.012345,
  relativeSpeed: 11647.1,
  relativePosition: [100.5, -600.25, 12],
  relativeVelocity: [-1, 2, 11647],
  collisionProbability: 1.234567e-7,
  collisionProbabilityMethod: "FOSTER-1992",
  objects: [
    object,
    {
      ...object,
      comments: [],
      designator: "22675",
      name: "COSMOS 2251",
      frame: "ITRF",
      lastObservation: undefined,
      maneuverable: "NO"
    }
  ]
}

const text = formatCdm(cdm)
const problems = (changed: string) => Result.getOrThrow(Result.flip(readCdm(changed, "f.cdm"))).message.split("\n")

describe("cdm", () => {
  it("has every obligatory keyword in the standard's order", () => {
    const keys = text.split("\n").filter((line) => line !== "" && !line.startsWith("COMMENT")).map((line) =>
      line.split(" ")[0]
    )
    const objectKeys = [
      ..."OBJECT OBJECT_DESIGNATOR CATALOG_NAME OBJECT_NAME INTERNATIONAL_DESIGNATOR EPHEMERIS_NAME".split(" "),
      ..."COVARIANCE_METHOD MANEUVERABLE REF_FRAME TIME_LASTOB_START TIME_LASTOB_END X Y Z X_DOT Y_DOT Z_DOT".split(
        " "
      ),
      ..."CR_R CT_R CT_T CN_R CN_T CN_N CRDOT_R CRDOT_T CRDOT_N CRDOT_RDOT CTDOT_R CTDOT_T CTDOT_N".split(" "),
      ..."CTDOT_RDOT CTDOT_TDOT CNDOT_R CNDOT_T CNDOT_N CNDOT_RDOT CNDOT_TDOT CNDOT_NDOT".split(" ")
    ]
    expect(keys).toEqual([
      ..."CCSDS_CDM_VERS CREATION_DATE ORIGINATOR MESSAGE_ID TCA MISS_DISTANCE RELATIVE_SPEED".split(" "),
      ..."RELATIVE_POSITION_R RELATIVE_POSITION_T RELATIVE_POSITION_N RELATIVE_VELOCITY_R".split(" "),
      ..."RELATIVE_VELOCITY_T RELATIVE_VELOCITY_N COLLISION_PROBABILITY COLLISION_PROBABILITY_METHOD".split(" "),
      ...objectKeys,
      ...objectKeys.filter((key) => !key.startsWith("TIME_LASTOB"))
    ])
    expect(text).toContain("TCA = 2009-02-10T16:55:59.796123\n")
    expect(text).toContain("X = -1457.273246000 [km]\n")
    expect(text).toMatch(/^CRDOT_R = -?\d\.\d+e[+-]\d+ \[m\*\*2\/s\]$/m)
    expect(text).toMatch(/^CNDOT_RDOT = \S+ \[m\*\*2\/s\*\*2\]$/m)
  })

  it("reads back what it wrote", () => {
    const read = Result.getOrThrow(readCdm(text, "f"))
    expect(read).toMatchObject({
      ...cdm,
      tca: expect.closeTo(cdm.tca, 2),
      objects: cdm.objects.map((each) => ({ ...each, state: expect.anything(), covariance: expect.anything() }))
    })
    for (const k of [0, 1] as const) {
      for (const part of ["position", "velocity"] as const) {
        for (let i = 0; i < 3; i++) {
          expect(read.objects[k].state[part][i]).toBeCloseTo(cdm.objects[k].state[part][i] ?? 0, 6)
        }
      }
      for (let i = 0; i < 36; i++) {
        expect((read.objects[k].covariance[i] ?? 0) / (covariance[i] ?? 1)).toBeCloseTo(1, 11)
      }
    }
    expect(formatCdm(read)).toBe(text)
  })

  it("leaves out what is not known, and keeps a name on its line", () => {
    const bare: Cdm = {
      ...cdm,
      comments: [],
      relativeSpeed: undefined,
      relativePosition: undefined,
      relativeVelocity: undefined,
      collisionProbability: undefined,
      collisionProbabilityMethod: undefined,
      objects: [{ ...object, name: "TWO\nX = 1 [km]", internationalDesignator: "" }, object]
    }
    const read = Result.getOrThrow(readCdm(formatCdm(bare), "f"))
    expect(read.collisionProbability).toBeUndefined()
    expect(read.relativePosition).toBeUndefined()
    expect(read.objects[0].internationalDesignator).toBe("UNKNOWN")
    expect(read.objects[0].state.position[0]).toBeCloseTo(-1457273.246, 6)
  })

  it("names file, line and reason of every fault", () => {
    const lines = text.split("\n")
    const at = (key: string) => lines.findIndex((line) => line.startsWith(`${key} =`)) + 1
    expect(problems(
      text.replace(/^TCA = .*$/m, "TCA = soon").replace("[km]", "[m]").replace(/^CT_T = \S+/m, "CT_T = much")
        .replace("MANEUVERABLE = N/A", "MANEUVERABLE = MAYBE").replace("REF_FRAME = EME2000", "REF_FRAME = TEME")
    )).toEqual([
      `f.cdm:${at("TCA")}: TCA is not a time`,
      `f.cdm:${at("MANEUVERABLE")}: MANEUVERABLE MAYBE is not one of YES, NO, N/A`,
      `f.cdm:${at("REF_FRAME")}: REF_FRAME TEME is not one of EME2000, GCRF, ITRF`,
      `f.cdm:${at("X")}: X is in m, expected km`,
      `f.cdm:${at("CT_T")}: CT_T is not a number`
    ])
    expect(problems(text.replace(/^MISS_DISTANCE.*\n/m, ""))).toEqual(["f.cdm:1: MISS_DISTANCE is missing"])
    expect(problems(text.replace(/^CN_N.*\n/m, ""))).toEqual([`f.cdm:${at("OBJECT")}: CN_N is missing`])
    expect(problems(text.replace("OBJECT = OBJECT2", "OBJECT = OBJECT1"))).toHaveLength(1)
    expect(problems("")).toEqual(["f.cdm:1: expected CCSDS_CDM_VERS first"])
    expect(problems(text.slice(0, text.indexOf("OBJECT = OBJECT2")))[0]).toContain("expected two objects")
    expect(problems(`${text}nonsense\n`)[0]).toContain("expected KEY = value")
    expect(problems(text.replace("ORIGINATOR =", "TCA = 2009-02-10T16:55:59\nORIGINATOR ="))[0]).toContain(
      "TCA is given twice"
    )
  })

  const minimal = sharedData("ccsds/minimal_cdm.kvn")
  it.skipIf(minimal === undefined)("reads the minimal message", () => {
    const read = Result.getOrThrow(readCdm(readFileSync(minimal ?? "", "utf8"), "minimal"))
    expect(read).toMatchObject({ messageId: "MIN-0001", missDistance: 500, collisionProbability: undefined })
    expect(read.objects[1].state.velocity[2]).toBeCloseTo(7545.77961, 9)
    expect(read.objects[1].state.position[0]).toBeCloseTo(7_000_500, 6)
    expect(read.objects[0].covariance[7]).toBe(10_000)
    expect(Result.isSuccess(readCdm(formatCdm(read), "again"))).toBe(true)
  })
})
