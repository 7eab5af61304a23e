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
import { sharedData } from "../../../support/sharedData.ts"

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
      "omm.json:4: eccentricity is not in [0, 1)",
      "omm.json:5: EPOCH is not a UTC time",
      "omm.json:6: MEAN_ELEMENT_THEORY SGP4-XP is not SGP4",
      "omm.json:7: inclination is missing or not a number"
    ])
    expect(readCatalogue(bad).elements).toHaveLength(1)
  })

  it.each([
    ["", "no element set found"],
    ["[]", "no element set found"],
    [`${json.slice(0, -3)}`, "JSON is not an array of objects, or is cut off"],
    ["[{\"a\": [1]}]", "not a JSON object of texts and numbers"],
    [xml.replace("</omm>", ""), "1 <omm> element(s) without an end"],
    [`${csv}1,2,3`, "3 columns, expected 17"],
    [`${head}nonsense`, "expected KEY = value"],
    ["hello", "expected line 1 of an element set after a name"]
  ])("does not take %j for a catalogue", (text, reason) => {
    const error = Result.getOrThrow(Result.flip(decodeCatalogue(text, "f")))
    expect(error.problems.map((problem) => problem.reason)).toContain(reason)
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

  const minimal = sharedData("ccsds/minimal_omm.kvn")
  it.skipIf(minimal === undefined)("reads the minimal OMM", () => {
    const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(minimal ?? "", "utf8"), "minimal"))
    expect(only(catalogue).objectId).toBe("99901")
  })
})
