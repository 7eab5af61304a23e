import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import type { Cdm, CdmObject } from "../../../../src/domain/ccsds/cdm/cdm.ts"
import { objectKeywords, objectNumbers, objectTexts } from "../../../../src/domain/ccsds/cdm/cdmKeywords.ts"
import { readCdm } from "../../../../src/domain/ccsds/cdm/readCdm.ts"
import { formatCdm, formatCdmJson, formatCdmXml } from "../../../../src/domain/ccsds/cdm/writeCdm.ts"
import * as UtcTime from "../../../../src/domain/time/UtcTime.ts"
import { testData } from "../../../support/sharedData.ts"

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
    expect(text).toContain("X = -1457.273246 [km]\n")
    expect(text).toMatch(/^CRDOT_R = -?[\d.]+(e-\d+)? \[m\*\*2\/s\]$/m)
    expect(text).toMatch(/^CNDOT_RDOT = \S+ \[m\*\*2\/s\*\*2\]$/m)
  })

  it("reads back what it wrote", () => {
    const read = Result.getOrThrow(readCdm(text, "f")).cdm
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
    const read = Result.getOrThrow(readCdm(formatCdm(bare), "f")).cdm
    expect(read.collisionProbability).toBeUndefined()
    expect(read.relativePosition).toBeUndefined()
    expect(read.objects[0].internationalDesignator).toBe("UNKNOWN")
    expect(read.objects[0].state.position[0]).toBeCloseTo(-1457273.246, 6)
  })

  const lineOf = (key: string, of = text) => of.split("\n").findIndex((line) => line.startsWith(`${key} =`)) + 1

  it("names file, line and reason of every fault at once", () => {
    expect(problems(
      text.replace(/^TCA = .*$/m, "TCA = soon").replace("[km]", "[m]").replace(/^CT_T = \S+/m, "CT_T = much")
        .replace("MANEUVERABLE = N/A", "MANEUVERABLE = MAYBE").replace("REF_FRAME = EME2000", "REF_FRAME = TEME")
    )).toEqual([
      `f.cdm:${lineOf("TCA")}: TCA: "soon" is not a time`,
      `f.cdm:${lineOf("MANEUVERABLE")}: MANEUVERABLE: "MAYBE" is not one of YES, NO, N/A`,
      `f.cdm:${lineOf("REF_FRAME")}: REF_FRAME: "TEME" is not one of EME2000, GCRF, ITRF`,
      `f.cdm:${lineOf("X")}: X is in m, expected km`,
      `f.cdm:${lineOf("CT_T")}: CT_T: "much" is not a number`
    ])
  })

  const without = (key: string) => text.replace(new RegExp(`^${key} =.*\\n`, "m"), "")
  const with_ = (key: string, value: string) => text.replace(new RegExp(`^${key} =.*$`, "m"), `${key} = ${value}`)
  it.each<[string, string, number, string]>([
    ["no version", without("CCSDS_CDM_VERS"), 3, "expected CCSDS_CDM_VERS first"],
    ["nothing", "", 1, "expected CCSDS_CDM_VERS first"],
    [
      "a keyword that is none",
      with_("TCA", "2009-02-10T16:55:59\nTCB = 2009-02-10T16:55:59"),
      lineOf("TCA") + 1,
      "TCB is not a keyword"
    ],
    [
      "a keyword of the object in the header",
      with_("TCA", "2009-02-10T16:55:59\nMASS = 1"),
      lineOf("TCA") + 1,
      "MASS is not a keyword"
    ],
    [
      "a keyword of an object that is none",
      with_("CN_N", "1 [m**2]\nCN_M = 1"),
      lineOf("CN_N") + 1,
      "CN_M is not a keyword"
    ],
    [
      "a keyword twice",
      with_("TCA", "2009-02-10T16:55:59\nTCA = 2009-02-10T16:55:59"),
      lineOf("TCA") + 1,
      `TCA is given twice, first in line ${lineOf("TCA")}`
    ],
    ["a missing keyword", without("MISS_DISTANCE"), 1, "MISS_DISTANCE is missing"],
    ["a missing covariance", without("CN_N"), lineOf("OBJECT"), "CN_N is missing"],
    ["a keyword without value", with_("MESSAGE_ID", ""), lineOf("MESSAGE_ID"), "MESSAGE_ID is missing"],
    [
      "a line without keyword",
      with_("TCA", "2009-02-10T16:55:59\nnonsense"),
      lineOf("TCA") + 1,
      "expected KEY = value"
    ],
    [
      "a date that does not exist",
      with_("TCA", "2009-02-29T16:55:59"),
      lineOf("TCA"),
      "TCA: \"2009-02-29T16:55:59\" is not a time"
    ],
    [
      "a day that does not exist",
      with_("CREATION_DATE", "2009-366T00:00:00"),
      lineOf("CREATION_DATE"),
      "CREATION_DATE"
    ],
    ["a number that is none", with_("Y", "1,5 [km]"), lineOf("Y"), "Y: \"1,5\" is not a number"],
    ["an infinite number", with_("CR_R", "inf [m**2]"), lineOf("CR_R"), "CR_R: \"inf\" is not a number"],
    ["a wrong unit", with_("X_DOT", "1 [m/s]"), lineOf("X_DOT"), "X_DOT is in m/s, expected km/s"],
    [
      "a unit where none is",
      with_("COLLISION_PROBABILITY", "1e-5 [%]"),
      lineOf("COLLISION_PROBABILITY"),
      "COLLISION_PROBABILITY is in %"
    ],
    [
      "a probability over 1",
      with_("COLLISION_PROBABILITY", "1.5"),
      lineOf("COLLISION_PROBABILITY"),
      "COLLISION_PROBABILITY: 1.5 is not between 0 and 1"
    ],
    [
      "a distance below 0",
      with_("MISS_DISTANCE", "-1 [m]"),
      lineOf("MISS_DISTANCE"),
      "MISS_DISTANCE: -1 is not between"
    ],
    [
      "a value that is not in the list",
      with_("COVARIANCE_METHOD", "GUESSED"),
      lineOf("COVARIANCE_METHOD"),
      "COVARIANCE_METHOD: \"GUESSED\""
    ],
    [
      "another centre",
      with_("REF_FRAME", "EME2000\nORBIT_CENTER = MARS"),
      lineOf("REF_FRAME") + 1,
      "ORBIT_CENTER: \"MARS\""
    ],
    ["half a vector", without("RELATIVE_POSITION_N"), 1, "RELATIVE_POSITION_N is missing"],
    [
      "two first objects",
      text.replace("OBJECT = OBJECT2", "OBJECT = OBJECT1"),
      text.split("\n").indexOf("OBJECT = OBJECT2") + 1,
      "OBJECT: expected OBJECT2"
    ],
    [
      "one object",
      text.slice(0, text.indexOf("OBJECT = OBJECT2")),
      lineOf("OBJECT"),
      "OBJECT: expected two objects, not 1"
    ]
  ])("refuses with keyword, line and reason: %s", (_, changed, line, reason) => {
    const error = Result.getOrThrow(Result.flip(readCdm(changed, "f.cdm")))
    expect(error.problems.map((problem) => [problem.line, problem.reason])).toEqual([
      [line, expect.stringContaining(reason)]
    ])
  })

  it("a relative velocity in metres is read, with a warning that names key and line", () => {
    const slip = text.replaceAll(/^(RELATIVE_(?:VELOCITY_\w|SPEED) = \S+) \[m\/s\]$/gm, "$1 [m]")
    const { cdm: read, warnings } = Result.getOrThrow(readCdm(slip, "f"))
    expect(read.relativeVelocity).toEqual(cdm.relativeVelocity)
    expect(warnings).toEqual(
      ["RELATIVE_SPEED", "RELATIVE_VELOCITY_R", "RELATIVE_VELOCITY_T", "RELATIVE_VELOCITY_N"].map((key) => ({
        line: lineOf(key),
        reason: `${key} is in m, expected m/s: read as m/s`
      }))
    )
    expect(Result.getOrThrow(readCdm(text, "f")).warnings).toEqual([])
  })

  it("an optional value that is NaN is read as absent, with a warning that names key and line; an obligatory one is refused", () => {
    const keys = [
      "RELATIVE_SPEED",
      ...["R", "T", "N"].map((axis) => `RELATIVE_POSITION_${axis}`),
      "COLLISION_PROBABILITY",
      "TIME_LASTOB_END"
    ]
    const none = keys.reduce((all, key) => all.replace(new RegExp(`^(${key} = )\\S+`, "m"), "$1NaN"), text)
    const { cdm: read, warnings } = Result.getOrThrow(readCdm(none, "f"))
    expect([read.relativeSpeed, read.relativePosition, read.collisionProbability, read.objects[0].lastObservation])
      .toEqual([undefined, undefined, undefined, undefined])
    expect(read.relativeVelocity).toEqual(cdm.relativeVelocity)
    expect(warnings.toSorted((a, b) => a.line - b.line)).toEqual(
      keys.map((key) => ({ line: lineOf(key), reason: `${key} is NaN: read as if it were not there` }))
    )
    expect(problems(text.replace(/^(MISS_DISTANCE = )\S+/m, "$1nan"))).toEqual([
      `f.cdm:${lineOf("MISS_DISTANCE")}: MISS_DISTANCE: "nan" is not a number`
    ])
    expect(problems(text.replace(/^(RELATIVE_POSITION_T = )\S+/m, "$1NaN"))).toContain(
      `f.cdm:${lineOf("RELATIVE_POSITION_T")}: RELATIVE_POSITION_T: "NaN" is not a number`
    )
  })

  it("values of the standard's own lists in lower case", () => {
    const lower = text.replace("COVARIANCE_METHOD = CALCULATED", "COVARIANCE_METHOD = calculated").replace(
      "= N/A",
      "= n/a"
    )
      .replace("= ITRF", "= itrf").replace("[km]", "[KM]").replace("OBJECT = OBJECT1", "OBJECT = object1")
    expect(formatCdm(Result.getOrThrow(readCdm(lower, "f")).cdm)).toBe(text)
  })

  const everything: Cdm = {
    ...cdm,
    messageFor: "OPERATOR <A&B>",
    relativeSpeed: 11647.1234567891,
    screening: {
      texts: { SCREEN_VOLUME_FRAME: "RTN", SCREEN_VOLUME_SHAPE: "ELLIPSOID" },
      times: {
        START_SCREEN_PERIOD: UtcTime.parse("2009-02-10T00:00:00Z") ?? 0,
        STOP_SCREEN_PERIOD: UtcTime.parse("2009-02-17T00:00:00Z") ?? 0,
        SCREEN_ENTRY_TIME: UtcTime.parse("2009-02-10T16:55:59.5Z") ?? 0,
        SCREEN_EXIT_TIME: UtcTime.parse("2009-02-10T16:56:00.25Z") ?? 0
      },
      numbers: { SCREEN_VOLUME_X: 200, SCREEN_VOLUME_Y: 1000.5, SCREEN_VOLUME_Z: 1e-7 }
    },
    objects: [
      {
        ...object,
        name: "IRIDIUM 33 [DEB]",
        lastObservationStart: UtcTime.parse("2009-02-09T12:00:00.25Z"),
        texts: Object.fromEntries(
          objectTexts.map(({ key, values }) => [key, values?.[0] ?? (key === "ORBIT_CENTER" ? "EARTH" : `A ${key}`)])
        ),
        numbers: Object.fromEntries(objectNumbers.map(({ key }, i) => [key, (i - 3.25) * 10 ** (i % 7 - 9)]))
      },
      cdm.objects[1]
    ]
  }

  it.each([["KVN", formatCdm], ["XML", formatCdmXml], ["JSON", formatCdmJson]] as const)(
    "all that the standard knows comes back from %s",
    (_, write) => {
      const { cdm: read, warnings } = Result.getOrThrow(readCdm(write(everything), "f"))
      expect(warnings).toEqual([])
      expect({ ...read, tca: 0, objects: [] }).toEqual({ ...everything, tca: 0, objects: [] })
      expect(read.objects.map((each) => ({ ...each, state: 0, covariance: 0 }))).toEqual(
        everything.objects.map((each) => ({ ...each, state: 0, covariance: 0 }))
      )
      expect(write(read)).toBe(write(everything))
      // In whatever notation it went through, it is the same message.
      expect(formatCdm(read)).toBe(formatCdm(everything))
    }
  )

  it("writes every keyword of an object once, in the standard's order", () => {
    const [first = ""] = formatCdm(everything).split("OBJECT = OBJECT2")
    const keys = first.slice(first.indexOf("OBJECT = OBJECT1")).split("\n").filter((line) => line.includes(" = ")).map((
      line
    ) => line.split(" ")[0])
    expect(keys).toEqual(objectKeywords.map(({ key }) => key))
  })

  it("XML as others write it, and its faults by the line of their element", () => {
    const xml = formatCdmXml(everything)
    const other = xml.replace("<cdm ", `<x:cdm xmlns:x="urn:x" `).replace("</cdm>", "</x:cdm>")
      .replace("<TCA>", "<!-- when -->\n<TCA>\n  ").replace("</OBJECT_NAME>", "<![CDATA[ & CO]]></OBJECT_NAME>")
    const read = Result.getOrThrow(readCdm(other, "f")).cdm
    expect(read.objects[0].name).toBe("IRIDIUM 33 [DEB] & CO")
    expect(read.tca).toBeCloseTo(everything.tca, 2)
    const at = xml.split("\n").findIndex((line) => line.includes("<CT_T ")) + 1
    expect(problems(xml.replace("<CT_T units=\"m**2\">", "<CT_T units=\"km**2\">"))).toEqual([
      `f.cdm:${at}: CT_T is in km**2, expected m**2`
    ])
    expect(problems(xml.slice(0, 2000))[0]).toMatch(/^f\.cdm:\d+: not well-formed XML/)
    expect(problems("<html/>")).toEqual(["f.cdm:1: expected CCSDS_CDM_VERS first"])
  })

  it("JSON as a service serves it: a list of one, nulls, columns of its own, comments", () => {
    const json = formatCdmJson(cdm).replace("{", `[{\n "CDM_ID": "1", "CONSTELLATION": null, "MESSAGE_FOR": null,`)
      .replace(/\}\s*$/, `, "SAT1_COMMENT_APOGEE": "Apogee Altitude=780 [km]"}]`)
    const { cdm: read, warnings } = Result.getOrThrow(readCdm(json, "f"))
    expect(read.messageFor).toBeUndefined()
    expect(read.objects[0].comments).toEqual([...object.comments, "Apogee Altitude=780 [km]"])
    expect(warnings).toEqual([
      { line: 2, reason: "CDM_ID is not a keyword of a CDM: passed over" },
      { line: 2, reason: "CONSTELLATION is not a keyword of a CDM: passed over" }
    ])
    const at = json.split("\n").findIndex((line) => line.includes("\"SAT2_CT_T\"")) + 1
    expect(problems(json.replace(/("SAT2_CT_T": ")[^"]*/, "$1much"))).toEqual([
      `f.cdm:${at}: CT_T: "much" is not a number`
    ])
    expect(problems("[]")).toEqual(["f.cdm:1: expected CCSDS_CDM_VERS first"])
    expect(problems(json.slice(0, -1) + "," + json.slice(1))[0]).toContain("a second message")
    expect(problems(json.slice(0, 400))[0]).toContain("cut off")
  })

  it("an operational message: every field, and again after a round trip in each notation", () => {
    const sample = readFileSync(testData("ccsds/conjunction.cdm"), "utf8")
    const { cdm: read, warnings } = Result.getOrThrow(readCdm(sample, "conjunction.cdm"))
    expect(warnings).toEqual([])
    expect(read).toMatchObject({
      comments: ["An invented conjunction: no object is real", "Relative Metadata/Data"],
      messageFor: "SATELLITE A",
      messageId: "202603130001",
      relativeSpeed: 14762.0437912,
      missDistance: 715.482,
      collisionProbability: 4.835e-5,
      screening: {
        texts: { SCREEN_VOLUME_SHAPE: "ELLIPSOID" },
        numbers: { SCREEN_VOLUME_X: 200, SCREEN_VOLUME_Y: 1000 }
      }
    })
    const [one, two] = read.objects
    expect(one).toMatchObject({
      frame: "ITRF",
      texts: { OBJECT_TYPE: "PAYLOAD", OPERATOR_EMAIL: "fd@example.org", GRAVITY_MODEL: "EGM-96: 36D 36O" },
      numbers: {
        ACTUAL_OD_SPAN: 5.5,
        TRACKS_USED: 119,
        AREA_PC: 5.25,
        SEDR: 4.5457e-5,
        CDRG_DRG: 4.23e-5,
        CSRP_SRP: 1.625e-5
      }
    })
    expect(one.state.position[0]).toBeCloseTo(2_570_097.065, 6)
    expect(one.covariance[7]).toBe(2533)
    expect([two.name, two.maneuverable, two.numbers?.CDRG_R]).toEqual(["FRAGMENT B [DEB]", "N/A", undefined])
    // Every keyword and value of the file stands in what is written of it; only the layout differs.
    const values = (text: string) =>
      text.split("\n").filter((line) => line.includes("=") && !line.startsWith("COMMENT")).map((line) => {
        const [key = "", value = ""] = line.split(/\s*=\s*/)
        const [first = ""] = value.split(/\s*\[/)
        return [key, Number.isNaN(Number(first)) ? Date.parse(`${first}Z`) || value : Number(first)]
      })
    expect(values(formatCdm(read))).toEqual(values(sample))
    for (const write of [formatCdm, formatCdmXml, formatCdmJson]) {
      expect(Result.getOrThrow(readCdm(write(read), "again")).cdm).toEqual(read)
    }
  })
})
