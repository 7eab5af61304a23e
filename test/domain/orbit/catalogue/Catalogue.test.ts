import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import {
  type Catalogue,
  catalogueOf,
  decodeCatalogue,
  readCatalogue
} from "../../../../src/domain/orbit/catalogue/Catalogue.ts"
import { radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import * as UtcTime from "../../../../src/domain/time/UtcTime.ts"
import { sharedData, testData } from "../../../support/sharedData.ts"

const fields = {
  OBJECT_NAME: "STARLINK & CO",
  OBJECT_ID: "2019-074B",
  EPOCH: "2025-05-24T18:20:22.669728",
  MEAN_MOTION: "15.06416369",
  ECCENTRICITY: ".0001348",
  INCLINATION: "53.0568",
  RA_OF_ASC_NODE: "43.6519",
  ARG_OF_PERICENTER: "91.4802",
  MEAN_ANOMALY: "268.6341",
  EPHEMERIS_TYPE: "0",
  CLASSIFICATION_TYPE: "U",
  NORAD_CAT_ID: "44714",
  ELEMENT_SET_NO: "999",
  REV_AT_EPOCH: "30537",
  BSTAR: ".20262E-3",
  MEAN_MOTION_DOT: ".2739E-4",
  MEAN_MOTION_DDOT: "0"
}
const entries = Object.entries(fields)

const head = "CCSDS_OMM_VERS = 2.0\nCREATION_DATE =\nORIGINATOR =\nCOMMENT as CelesTrak has it\nCENTER_NAME = EARTH\n"
  + "REF_FRAME = TEME\nTIME_SYSTEM = UTC\nMEAN_ELEMENT_THEORY = SGP4\n"
const kvn = head + entries.map(([key, value]) => `${key} = ${value}`).join("\n")
const json = JSON.stringify(
  [Object.fromEntries(entries.map(([key, value]) => [key, key === "EPOCH" ? value : value]))],
  null,
  2
)
const numbers = JSON.stringify(
  [Object.fromEntries(
    entries.map((
      [key, value]
    ) => [key, /^[\d.]/.test(value) && !key.includes("EPOCH") && key !== "OBJECT_ID" ? Number(value) : value])
  )]
)
const xml =
  `<?xml version="1.0"?>\n<ndm>\n<omm id="CCSDS_OMM_VERS" version="2.0"><header><CREATION_DATE/><ORIGINATOR/></header>`
  + `<body><segment>${entries.map(([key, value]) => `<${key}>${value.replace("&", "&amp;")}</${key}>`).join("")}`
  + `</segment></body></omm>\n</ndm>`
const csv = `${Object.keys(fields).join(",")}\r\n${Object.values(fields).join(",")}\r\n`

const only = (catalogue: Catalogue) => {
  const [elements] = catalogue.values()
  if (elements === undefined) throw new Error("empty catalogue")
  return elements
}

describe("Catalogue", () => {
  it.each([["KVN", kvn], ["JSON", json], ["JSON numbers", numbers], ["XML", xml], ["CSV", csv]])(
    "reads %s",
    (_, text) => {
      const elements = only(Result.getOrThrow(decodeCatalogue(text, "f")))
      expect(elements).toMatchObject({
        objectId: "44714",
        name: "STARLINK & CO",
        internationalDesignator: "2019-074B",
        eccentricity: 0.0001348,
        bstar: 0.00020262,
        elementSetNumber: 999,
        revolutionAtEpoch: 30537
      })
      expect(elements.meanMotion).toBe(15.06416369 * revPerDay)
      expect(elements.inclination).toBe(53.0568 * radiansPerDegree)
      // Microseconds of the epoch are kept.
      expect(elements.epoch).toBe(UtcTime.parse("2025-05-24T18:20:22.669728Z"))
      expect(elements.epoch % 1).toBeCloseTo(0.728, 3)
    }
  )

  it("lists each bad record with file, line and reason", () => {
    const bad = JSON.stringify([
      fields,
      { ...fields, NORAD_CAT_ID: undefined },
      { ...fields, ECCENTRICITY: "1.5" },
      { ...fields, EPOCH: "yesterday" },
      { ...fields, MEAN_ELEMENT_THEORY: "SGP4-XP" },
      { ...fields, INCLINATION: "" }
    ].map((record) => JSON.stringify(record))).replaceAll("\\\"", "\"").replaceAll("\"{", "\n{").replaceAll("}\"", "}")
    const error = Result.getOrThrow(Result.flip(decodeCatalogue(bad, "omm.json")))
    expect(error.message.split("\n")).toEqual([
      "omm.json:3: NORAD_CAT_ID is missing",
      "omm.json:4: ECCENTRICITY is not in [0, 1)",
      "omm.json:5: EPOCH: \"yesterday\" is not a time",
      "omm.json:6: MEAN_ELEMENT_THEORY SGP4-XP is not SGP4",
      "omm.json:7: INCLINATION is missing"
    ])
    expect(readCatalogue(bad).elements).toHaveLength(1)
  })

  it.each([
    ["JSON cut off", `${json.slice(0, -3)}`, "JSON is not an array of objects, or is cut off"],
    ["a list for a number", `[{"MEAN_MOTION": [1]}]`, "not a JSON object of texts and numbers"],
    ["XML cut off", xml.replace("</omm>", ""), "not well-formed XML"],
    ["a short row", `${csv}1,2,3`, "3 columns, expected 17"],
    ["no keyword", `${head}nonsense`, "expected KEY = value"]
  ])("tells what is wrong: %s", (_, text, reason) => {
    const error = Result.getOrThrow(Result.flip(decodeCatalogue(text, "f")))
    expect(error.problems.map((problem) => problem.reason)).toContainEqual(expect.stringContaining(reason))
  })

  it.each([
    ["nothing at all", ""],
    ["JSON of another kind", "[]"],
    ["JSON of another kind", `[{"a": [1]}]`],
    ["JSON of another kind", `{\n  "name": "perigee",\n  "version": "0.1.0"\n}\n`],
    ["other text", "hello\nworld\n"],
    ["a web page", "<!doctype html><html></html>"],
    ["XML of another kind", "<feed/>"],
    ["no text", "\u0000\u0001"],
    ["observations as a CCSDS Tracking Data Message", "CCSDS_TDM_VERS = 2.0\n"],
    ["observations as JSON lines", `{"sourceId":"r","sourceKind":"radar"}\n`.repeat(1000)]
  ])("what is no catalogue is one line that says so: %s", (look, text) => {
    const error = Result.getOrThrow(Result.flip(decodeCatalogue(text, "package.json")))
    expect(error.message).toBe(
      "package.json:1: no element set found: expected a catalogue (TLE, 3LE, or OMM as JSON, XML, KVN or CSV), and this"
        + ` looks like ${look}`
    )
  })

  it("tells as many problems as a person reads, and how many more there are", () => {
    const error = Result.getOrThrow(Result.flip(decodeCatalogue(csv + "1,2,3\n".repeat(500), "f.csv")))
    const lines = error.message.split("\n")
    expect(lines).toHaveLength(21)
    expect(lines[20]).toBe("f.csv: and 480 more records that cannot be read")
  })

  it("XML as others write it: line breaks around values, comments, CDATA, prefixes, entities, units", () => {
    const other = `<?xml version="1.0" encoding="UTF-8"?>\n<!-- <omm> -->\n<n:ndm xmlns:n="urn:ccsds">\n<n:omm>\n`
      + `<MEAN_ELEMENT_THEORY>\n SGP4\n</MEAN_ELEMENT_THEORY>`
      + entries.map(([key, value]) =>
        key === "OBJECT_NAME"
          ? `<OBJECT_NAME><![CDATA[STARLINK ]]>&#38;<!-- not part of it --> CO</OBJECT_NAME>`
          : key === "INCLINATION"
          ? `<n:INCLINATION units="deg">\n  ${value}\n</n:INCLINATION>`
          : `<${key}>${value}</${key}>`
      ).join("\n")
      + `<USER_DEFINED parameter="A">1</USER_DEFINED><USER_DEFINED parameter="B">2</USER_DEFINED>\n</n:omm></n:ndm>`
    expect(only(Result.getOrThrow(decodeCatalogue(other, "f")))).toEqual(
      only(Result.getOrThrow(decodeCatalogue(xml, "f")))
    )
  })

  it("CSV as others write it: a blank line first, blanks after commas, an empty first cell, quotes, a byte order mark", () => {
    const keys = Object.keys(fields)
    const values = Object.values(fields)
    const elements = only(Result.getOrThrow(decodeCatalogue(csv, "f")))
    expect(only(Result.getOrThrow(decodeCatalogue(`\uFEFF\n${keys.join(", ")}\n\n${values.join(", ")}`, "f"))))
      .toEqual(elements)
    const nameless = `${keys.join(",")}\n,${values.slice(1).join(",")}\n`
    expect(only(Result.getOrThrow(decodeCatalogue(nameless, "f")))).toEqual({ ...elements, name: "44714" })
    const quoted = `${keys.join(",")}\n"A ""B"",\nC",${values.slice(1).join(",")}\n1,2\n`
    const { elements: [first], problems } = readCatalogue(quoted)
    expect(first?.name).toBe("A \"B\",\nC")
    expect(problems).toEqual([{ line: 4, reason: "2 columns, expected 17" }])
    const broken = `${keys.join(",")}\nA"B,${values.slice(1).join(",")}\n${values.join(",")}\n`
    expect(readCatalogue(broken).elements).toHaveLength(1)
    expect(readCatalogue(broken).problems).toEqual([
      { line: 2, reason: expect.stringContaining("Unexpected quote in an unquoted field") }
    ])
  })

  it("a number, a date or a unit that is none is named by its own keyword and line", () => {
    const at = (text: string, key: string) => text.split("\n").findIndex((line) => line.includes(key)) + 1
    const kvnError = readCatalogue(
      kvn.replace("INCLINATION = 53.0568", "INCLINATION = 53.0x").replace("44714", "447 14")
        .replace("2025-05-24T", "2025-02-30T").replace("= .20262E-3", "= .20262E-3 [km]")
    )
    expect(kvnError.elements).toEqual([])
    expect(kvnError.problems).toEqual([
      { line: at(kvn, "EPOCH"), reason: "EPOCH: \"2025-02-30T18:20:22.669728\" is not a time" },
      { line: at(kvn, "INCLINATION"), reason: "INCLINATION: \"53.0x\" is not a number" },
      { line: at(kvn, "NORAD_CAT_ID"), reason: "NORAD_CAT_ID: \"447 14\" is not a number" },
      { line: at(kvn, "BSTAR"), reason: "BSTAR is in km, expected 1/ER" }
    ])
    expect(readCatalogue(json.replace("\"53.0568\"", "\"53.0x\"")).problems).toEqual([
      { line: at(json, "INCLINATION"), reason: "INCLINATION: \"53.0x\" is not a number" }
    ])
    const lines = xml.replaceAll("><", ">\n<")
    expect(readCatalogue(lines.replace(">53.0568<", ">53.0x<")).problems).toEqual([
      { line: at(lines, "<INCLINATION"), reason: "INCLINATION: \"53.0x\" is not a number" }
    ])
    expect(readCatalogue(json.replace("2025-05-24T", "2025-366T")).problems).toHaveLength(1)
    const units = kvn.replace("= 53.0568", "= 53.0568 [deg]").replace("STARLINK & CO", "STARLINK [DEB]")
    expect(only(Result.getOrThrow(decodeCatalogue(units, "f"))).name).toBe("STARLINK [DEB]")
  })

  it("a second KVN message without its version line is told, and does not replace the first", () => {
    const second = kvn.slice(kvn.indexOf("CREATION_DATE")).replace("44714", "55555")
    const { elements, problems } = readCatalogue(`${kvn}\n${second}`)
    expect(elements.map(({ objectId }) => objectId)).toEqual(["44714"])
    expect(problems).toEqual([{
      line: kvn.split("\n").length + 1,
      reason: "CREATION_DATE is given twice: a message that begins here has no CCSDS_OMM_VERS before it"
    }])
    expect(readCatalogue(`${kvn}\nBSTAR = 1`).problems).toEqual([
      { line: kvn.split("\n").length + 1, reason: expect.stringContaining("BSTAR is given twice") }
    ])
  })

  it("keeps the newest element set of an object", () => {
    const older = only(Result.getOrThrow(decodeCatalogue(kvn, "f")))
    const newer = { ...older, epoch: older.epoch + 1, bstar: 1 }
    expect(only(catalogueOf([older, newer])).bstar).toBe(1)
    expect(only(catalogueOf([newer, older])).bstar).toBe(1)
  })

  const starlink = sharedData("catalogue/celestrak_starlink_omm_2025-05-24.json")
  it.skipIf(starlink === undefined)("reads CelesTrak's OMM JSON", () => {
    const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(starlink ?? "", "utf8"), "starlink"))
    expect(catalogue.size).toBe(7483)
  })

  it("reads an OMM with its units", () => {
    const catalogue = Result.getOrThrow(
      decodeCatalogue(readFileSync(testData("ccsds/elements.omm"), "utf8"), "elements.omm")
    )
    expect(only(catalogue)).toMatchObject({
      objectId: "99901",
      name: "SATELLITE A",
      epoch: UtcTime.parse("2026-03-20T00:00:00.000123Z"),
      meanMotion: 15 * revPerDay,
      inclination: 53 * radiansPerDegree,
      bstar: 0.0001
    })
  })
})
