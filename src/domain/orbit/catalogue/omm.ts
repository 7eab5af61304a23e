/**
 * Orbit mean-elements messages (CCSDS 502.0-B) as CelesTrak and Space-Track serve them: KVN, JSON, XML (OMM or NDM) and CSV.
 *
 * Each notation is cut into sections of lines by keyword, and one function reads a section; a fault is named with its keyword and its own
 * line. What propagation does not need may be missing or empty: CelesTrak leaves out CREATION_DATE and ORIGINATOR. Epochs keep all that a
 * UtcTime holds.
 */
import { type Section, sectionOf, type Taker, taker } from "../../ccsds/fields.ts"
import { type KvnLine, kvnLines, type MessageProblem, notKvn, pairLine } from "../../ccsds/kvn.ts"
import { elementsNamed, readXml } from "../../ccsds/xml.ts"
import { leafLines } from "../../ccsds/xmlLines.ts"
import { csvRecords } from "../../text/csv.ts"
import { decodeFlatObject, lineOfKey, topLevelObjects } from "../../text/jsonObjects.ts"
import {
  type CatalogueProblem,
  type CatalogueReading,
  implausibility,
  type MeanElements,
  radiansPerDegree,
  revPerDay,
  revPerDay2,
  revPerDay3
} from "./MeanElements.ts"

const theories: ReadonlySet<string> = new Set(["", "SGP4", "SGP/SGP4", "SDP4", "SGP4/SDP4"])

/** What SGP4 elements are always given in. */
const expected: ReadonlyArray<readonly [key: string, value: string]> = [
  ["CENTER_NAME", "EARTH"],
  ["REF_FRAME", "TEME"],
  ["TIME_SYSTEM", "UTC"]
]

const keywords = { meanMotion: "MEAN_MOTION", eccentricity: "ECCENTRICITY", inclination: "INCLINATION" } as const

const idOf = (take: Taker, problems: Array<CatalogueProblem>): string => {
  const id = take.text("NORAD_CAT_ID")
  if (/^\d{1,9}$/.test(id)) return String(Number(id))
  if (id !== "") problems.push({ line: take.lineOf("NORAD_CAT_ID"), reason: `NORAD_CAT_ID: "${id}" is not a number` })
  return ""
}

/** Reads one message; `undefined` with every fault noted when there is one. */
const elementsOf = (section: Section, problems: Array<CatalogueProblem>): MeanElements | undefined => {
  const own: Array<MessageProblem> = []
  const take = taker(section, own)
  const theory = (take.maybeText("MEAN_ELEMENT_THEORY") ?? "").toUpperCase()
  // Type 4 is SGP4-XP: another theory, which SGP4 would propagate to a wrong place.
  const xp = take.maybeText("EPHEMERIS_TYPE") === "4"
  if (!theories.has(theory) || xp) {
    const key = xp ? "EPHEMERIS_TYPE" : "MEAN_ELEMENT_THEORY"
    problems.push({ line: take.lineOf(key), reason: `MEAN_ELEMENT_THEORY ${theory || "SGP4-XP"} is not SGP4` })
    return undefined
  }
  for (const [key, wanted] of expected) {
    const given = (take.maybeText(key) ?? wanted).toUpperCase()
    if (given !== wanted) own.push({ line: take.lineOf(key), reason: `${key} ${given} is not ${wanted}` })
  }
  const objectId = idOf(take, own)
  const elements: MeanElements = {
    objectId,
    name: take.maybeText("OBJECT_NAME") ?? objectId,
    internationalDesignator: take.maybeText("OBJECT_ID") ?? "",
    classification: take.maybeText("CLASSIFICATION_TYPE") ?? "U",
    epoch: take.time("EPOCH"),
    meanMotion: take.number("MEAN_MOTION", "rev/day") * revPerDay,
    eccentricity: take.number("ECCENTRICITY", ""),
    inclination: take.number("INCLINATION", "deg") * radiansPerDegree,
    rightAscension: take.number("RA_OF_ASC_NODE", "deg") * radiansPerDegree,
    argumentOfPerigee: take.number("ARG_OF_PERICENTER", "deg") * radiansPerDegree,
    meanAnomaly: take.number("MEAN_ANOMALY", "deg") * radiansPerDegree,
    bstar: take.maybeNumber("BSTAR", "1/ER") ?? 0,
    meanMotionDot: (take.maybeNumber("MEAN_MOTION_DOT", "rev/day**2") ?? 0) * revPerDay2,
    meanMotionDdot: (take.maybeNumber("MEAN_MOTION_DDOT", "rev/day**3") ?? 0) * revPerDay3,
    elementSetNumber: take.maybeNumber("ELEMENT_SET_NO", "") ?? 0,
    revolutionAtEpoch: take.maybeNumber("REV_AT_EPOCH", "") ?? 0
  }
  const wrong = own.length === 0 ? implausibility(elements) : undefined
  if (wrong !== undefined) {
    const key = keywords[wrong.field]
    own.push({ line: take.lineOf(key), reason: `${key} ${wrong.reason}` })
  }
  problems.push(...own)
  return own.length === 0 ? elements : undefined
}

const readSections = (sections: Iterable<Section>, before: ReadonlyArray<CatalogueProblem>): CatalogueReading => {
  const elements: Array<MeanElements> = []
  const problems = [...before]
  for (const section of sections) {
    const read = elementsOf(section, problems)
    if (read !== undefined) elements.push(read)
  }
  return { elements, problems }
}

/** Reads one or more messages in keyword = value notation; each begins at CCSDS_OMM_VERS, and one that does not is told. */
export const readOmmKvn = (text: string): CatalogueReading => {
  const messages: Array<{ readonly line: number; readonly lines: Array<KvnLine> }> = []
  const problems: Array<CatalogueProblem> = []
  for (const line of kvnLines(text)) {
    const first = messages.length === 0 && line.kind === "pair"
    if (line.key === "CCSDS_OMM_VERS" || first) messages.push({ line: line.line, lines: [line] })
    else if (line.kind === "bare") problems.push({ line: line.line, reason: notKvn })
    else messages.at(-1)?.lines.push(line)
  }
  const sections = messages.map(({ line, lines }) => {
    const [twice, ...more] = repeated(lines)
    if (twice === undefined || more.length === 0) return sectionOf(line, lines, problems)
    problems.push({
      line: twice.line,
      reason: `${twice.key} is given twice: a message that begins here has no CCSDS_OMM_VERS before it`
    })
    return sectionOf(line, lines.filter((each) => each.line < twice.line), problems)
  })
  return readSections(sections, problems)
}

/** The lines whose keyword stands above them already. */
const repeated = (lines: ReadonlyArray<KvnLine>): ReadonlyArray<KvnLine> => {
  const seen = new Set<string>()
  return lines.filter(({ key, kind }) => {
    if (kind !== "pair" || key.startsWith("USER_DEFINED")) return false
    return seen.has(key) || !seen.add(key)
  })
}

/** Reads a JSON array of messages (CelesTrak, Space-Track: numbers or text), or one message. A fault is at the line of its keyword. */
export const readOmmJson = (text: string): CatalogueReading => {
  const sections: Array<Section> = []
  const problems: Array<CatalogueProblem> = []
  const { complete, objects } = topLevelObjects(text)
  for (const object of objects) {
    const record = decodeFlatObject(object.text)
    if (record === undefined) {
      problems.push({ line: object.line, reason: "not a JSON object of texts and numbers" })
      continue
    }
    const lineOf = lineOfKey(object)
    const lines = record.map(([key, value]) => pairLine(lineOf(key), key, value))
    sections.push(sectionOf(object.line, lines, problems))
  }
  if (!complete) {
    problems.push({ line: text.split("\n").length, reason: "JSON is not an array of objects, or is cut off" })
  }
  return readSections(sections, problems)
}

/** Reads the `<omm>` elements of an XML text, in an NDM or alone. */
export const readOmmXml = (text: string): CatalogueReading => {
  const problems: Array<CatalogueProblem> = []
  const { problem, root } = readXml(text)
  if (problem !== undefined) problems.push(problem)
  const messages = root === undefined ? [] : elementsNamed(root, "omm").filter(({ closed }) => closed)
  return readSections(messages.map((message) => sectionOf(message.line, leafLines(message), problems)), problems)
}

/** Reads CSV whose header names the columns. A fault is at the line of its row. */
export const readOmmCsv = (text: string): CatalogueReading => {
  const { problems, records } = csvRecords(text)
  const [header, ...rows] = records.filter(({ cells }) => cells.some((cell) => cell.trim() !== ""))
  const keys = header?.cells.map((cell) => cell.trim()) ?? []
  const sections: Array<Section> = []
  const faults: Array<CatalogueProblem> = [...problems]
  for (const { cells, line } of rows) {
    if (cells.length === keys.length) {
      sections.push(
        sectionOf(line, keys.map((key, column) => pairLine(line, key, cells[column]?.trim() ?? "")), faults)
      )
    } else faults.push({ line, reason: `${cells.length} columns, expected ${keys.length}` })
  }
  return readSections(sections, faults)
}
