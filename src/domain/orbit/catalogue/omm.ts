/**
 * Orbit mean-elements messages (CCSDS 502.0-B) as CelesTrak and Space-Track serve them: KVN, JSON, XML (OMM or NDM) and CSV.
 *
 * Each notation is cut into records of key and text, and one function reads the record. What propagation does not need may be
 * missing or empty: CelesTrak leaves out CREATION_DATE and ORIGINATOR. Epochs keep all that a UtcTime holds.
 */
import { Option, Result, Schema } from "effect"
import * as UtcTime from "../../time/UtcTime.ts"
import { topLevelObjects } from "./jsonObjects.ts"
import {
  type CatalogueProblem,
  type CatalogueReading,
  implausible,
  type MeanElements,
  radiansPerDegree,
  revPerDay,
  revPerDay2,
  revPerDay3
} from "./MeanElements.ts"

type Fields = Readonly<Record<string, string>>

interface Cut {
  readonly line: number
  readonly fields: Fields
}

const number = (fields: Fields, key: string, fallback?: number): number => {
  const text = (fields[key] ?? "").replace(/\s*\[[^\]]*\]$/, "").trim()
  if (text === "") return fallback ?? Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
}

const theories: ReadonlySet<string> = new Set(["", "SGP4", "SGP/SGP4", "SDP4", "SGP4/SDP4"])

/** Reads the record of one message. The failure is the reason. */
const elementsOf = (fields: Fields): Result.Result<MeanElements, string> => {
  const theory = (fields["MEAN_ELEMENT_THEORY"] ?? "").toUpperCase()
  // Type 4 is SGP4-XP: another theory, which SGP4 would propagate to a wrong place.
  if (!theories.has(theory) || (fields["EPHEMERIS_TYPE"] ?? "").trim() === "4") {
    return Result.fail(`MEAN_ELEMENT_THEORY ${theory || "SGP4-XP"} is not SGP4`)
  }
  const expect: ReadonlyArray<readonly [string, string]> = [
    ["CENTER_NAME", "EARTH"],
    ["REF_FRAME", "TEME"],
    ["TIME_SYSTEM", "UTC"]
  ]
  for (const [key, wanted] of expect) {
    const given = (fields[key] ?? "").toUpperCase()
    if (given !== "" && given !== wanted) return Result.fail(`${key} ${given} is not ${wanted}`)
  }
  const id = (fields["NORAD_CAT_ID"] ?? "").trim()
  if (!/^\d{1,9}$/.test(id)) return Result.fail(id === "" ? "NORAD_CAT_ID is missing" : "NORAD_CAT_ID is not a number")
  const epoch = UtcTime.parse((fields["EPOCH"] ?? "").trim())
  if (epoch === undefined) return Result.fail("EPOCH is not a UTC time")
  const objectId = String(Number(id))
  const elements: MeanElements = {
    objectId,
    name: (fields["OBJECT_NAME"] ?? "").trim() || objectId,
    internationalDesignator: (fields["OBJECT_ID"] ?? "").trim(),
    classification: (fields["CLASSIFICATION_TYPE"] ?? "").trim() || "U",
    epoch,
    meanMotion: number(fields, "MEAN_MOTION") * revPerDay,
    eccentricity: number(fields, "ECCENTRICITY"),
    inclination: number(fields, "INCLINATION") * radiansPerDegree,
    rightAscension: number(fields, "RA_OF_ASC_NODE") * radiansPerDegree,
    argumentOfPerigee: number(fields, "ARG_OF_PERICENTER") * radiansPerDegree,
    meanAnomaly: number(fields, "MEAN_ANOMALY") * radiansPerDegree,
    bstar: number(fields, "BSTAR", 0),
    meanMotionDot: number(fields, "MEAN_MOTION_DOT", 0) * revPerDay2,
    meanMotionDdot: number(fields, "MEAN_MOTION_DDOT", 0) * revPerDay3,
    elementSetNumber: number(fields, "ELEMENT_SET_NO", 0),
    revolutionAtEpoch: number(fields, "REV_AT_EPOCH", 0)
  }
  const bad = Object.entries(elements).find(([, value]) => typeof value === "number" && !Number.isFinite(value))
  if (bad !== undefined) return Result.fail(`${bad[0]} is missing or not a number`)
  const wrong = implausible(elements)
  return wrong === undefined ? Result.succeed(elements) : Result.fail(wrong)
}

const readCuts = (cuts: Iterable<Cut>, before: ReadonlyArray<CatalogueProblem> = []): CatalogueReading => {
  const elements: Array<MeanElements> = []
  const problems = [...before]
  for (const { fields, line } of cuts) {
    const read = elementsOf(fields)
    if (Result.isSuccess(read)) elements.push(read.success)
    else problems.push({ line, reason: read.failure })
  }
  return { elements, problems }
}

/** Reads one or more messages in keyword = value notation; each begins at CCSDS_OMM_VERS. */
export const readOmmKvn = (text: string): CatalogueReading => {
  const cuts: Array<{ readonly line: number; readonly fields: Record<string, string> }> = []
  const problems: Array<CatalogueProblem> = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === "" || line.startsWith("COMMENT")) continue
    const equals = line.indexOf("=")
    if (equals < 0) {
      problems.push({ line: index + 1, reason: "expected KEY = value" })
      continue
    }
    const key = line.slice(0, equals).trim()
    if (key === "CCSDS_OMM_VERS" || cuts.length === 0) cuts.push({ line: index + 1, fields: {} })
    const current = cuts.at(-1)
    if (current !== undefined) current.fields[key] = line.slice(equals + 1).trim()
  }
  return readCuts(cuts, problems)
}

const JsonRecord = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Null, Schema.Boolean]))
)
const decodeJsonRecord = Schema.decodeUnknownOption(JsonRecord)

/** Reads a JSON array of messages (CelesTrak, Space-Track: numbers or text), or one message. */
export const readOmmJson = (text: string): CatalogueReading => {
  const cuts: Array<Cut> = []
  const problems: Array<CatalogueProblem> = []
  const { complete, objects } = topLevelObjects(text)
  for (const object of objects) {
    const record = decodeJsonRecord(object.text)
    if (Option.isNone(record)) problems.push({ line: object.line, reason: "not a JSON object of texts and numbers" })
    else {
      // Shortest round-trip text of a double: no digit is lost.
      const fields = Object.entries(record.value).map(([key, value]) => [key, value === null ? "" : String(value)])
      cuts.push({ line: object.line, fields: Object.fromEntries(fields) })
    }
  }
  if (!complete) {
    problems.push({ line: text.split("\n").length, reason: "JSON is not an array of objects, or is cut off" })
  }
  return readCuts(cuts, problems)
}

const unescapeXml = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", "\"").replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&")

/** Reads the `<omm>` elements of an XML text, in an NDM or alone. Only leaf elements are looked at. */
export const readOmmXml = (text: string): CatalogueReading => {
  const cuts: Array<Cut> = []
  let line = 1
  let counted = 0
  for (const message of text.matchAll(/<omm[\s>][\s\S]*?<\/omm\s*>/g)) {
    line += text.slice(counted, message.index).split("\n").length - 1
    counted = message.index
    const leaves = message[0].matchAll(/<([A-Z][A-Z0-9_]*)(?:\s[^>]*)?>([^<]*)<\/\1\s*>/g)
    cuts.push({ line, fields: Object.fromEntries([...leaves].map((leaf) => [leaf[1], unescapeXml(leaf[2] ?? "")])) })
  }
  const opened = text.match(/<omm[\s>]/g)?.length ?? 0
  const problems = opened === cuts.length
    ? []
    : [{ line: text.split("\n").length, reason: `${opened - cuts.length} <omm> element(s) without an end` }]
  return readCuts(cuts, problems)
}

const cells = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((cell) =>
    cell[1] === undefined ? (cell[2] ?? "") : cell[1].replaceAll("\"\"", "\"")
  )

/** Reads CSV whose header names the columns. */
export const readOmmCsv = (text: string): CatalogueReading => {
  const [header = "", ...rows] = text.split(/\r?\n/)
  const keys = cells(header)
  const cuts: Array<Cut> = []
  const problems: Array<CatalogueProblem> = []
  for (const [index, row] of rows.entries()) {
    if (row.trim() === "") continue
    const values = cells(row)
    if (values.length === keys.length) {
      cuts.push({ line: index + 2, fields: Object.fromEntries(keys.map((key, column) => [key, values[column] ?? ""])) })
    } else problems.push({ line: index + 2, reason: `${values.length} columns, expected ${keys.length}` })
  }
  return readCuts(cuts, problems)
}
