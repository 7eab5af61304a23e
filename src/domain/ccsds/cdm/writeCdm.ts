/**
 * Writes conjunction data messages, CCSDS 508.0-B version 1.0, in the standard's order: KVN, XML, and JSON in the form that Space-Track uses.
 *
 * Numbers keep all their digits, states 15. A comment keeps its part of the message, not its place in it: header and relative metadata, or object.
 */
import { format, type UtcTime } from "../../time/UtcTime.ts"
import { numberText } from "../kvn.ts"
import { writeXml, type XmlNode } from "../xml.ts"
import type { Cdm, CdmObject } from "./cdm.ts"
import {
  type CdmKeyword,
  covarianceTerms,
  headerKeywords,
  objectKeywords,
  relativeKeywords,
  stateTerms
} from "./cdmKeywords.ts"

const version = "1.0"

/** Texts by keyword; a keyword without one is not written. */
type Values = ReadonlyMap<string, string | undefined>

const time = (value: UtcTime | undefined): string | undefined =>
  value === undefined ? undefined : format(value).slice(0, -1)
/** The shortest text that reads back as the same number. */
const number = (value: number | undefined): string | undefined => value === undefined ? undefined : String(value)
/** One line of printable text; a keyword that must have a value gets `fallback`. */
const text = (value: string, fallback = "UNKNOWN"): string => value.replaceAll(/[^ -~]+/g, " ").trim() || fallback
const maybeText = (value: string | undefined): string | undefined => value === undefined ? undefined : text(value)

const objectValues = (object: CdmObject, label: string): Values => {
  const { position, velocity } = object.state
  const state = [...position, ...velocity]
  return new Map<string, string | undefined>([
    ["OBJECT", label],
    ["OBJECT_DESIGNATOR", text(object.designator)],
    ["CATALOG_NAME", text(object.catalogName)],
    ["OBJECT_NAME", text(object.name)],
    ["INTERNATIONAL_DESIGNATOR", text(object.internationalDesignator)],
    ["EPHEMERIS_NAME", text(object.ephemerisName, "NONE")],
    ["COVARIANCE_METHOD", object.covarianceMethod],
    ["MANEUVERABLE", object.maneuverable],
    ["REF_FRAME", object.frame],
    ["TIME_LASTOB_START", time(object.lastObservationStart ?? object.lastObservation)],
    ["TIME_LASTOB_END", time(object.lastObservation)],
    ...Object.entries(object.texts ?? {}).map(([key, value]) => [key, maybeText(value)] as const),
    ...Object.entries(object.numbers ?? {}).map(([key, value]) => [key, number(value)] as const),
    ...stateTerms.map(({ key }, i) => [key, numberText((state[i] ?? 0) / 1000)] as const),
    ...covarianceTerms.map(({ column, key, row }) => [key, number(object.covariance[6 * row + column] ?? 0)] as const)
  ])
}

const headerValues = (cdm: Cdm): Values => {
  const { screening } = cdm
  const vectors = [["RELATIVE_POSITION", cdm.relativePosition], ["RELATIVE_VELOCITY", cdm.relativeVelocity]] as const
  return new Map<string, string | undefined>([
    ["CREATION_DATE", time(cdm.creationDate)],
    ["ORIGINATOR", text(cdm.originator)],
    ["MESSAGE_FOR", maybeText(cdm.messageFor)],
    ["MESSAGE_ID", text(cdm.messageId)],
    ["TCA", time(cdm.tca)],
    ["MISS_DISTANCE", number(cdm.missDistance)],
    ["RELATIVE_SPEED", number(cdm.relativeSpeed)],
    ...vectors.flatMap(([stem, vector]) =>
      ["R", "T", "N"].map((axis, i) => [`${stem}_${axis}`, number(vector?.[i])] as const)
    ),
    ...Object.entries(screening?.texts ?? {}).map(([key, value]) => [key, maybeText(value)] as const),
    ...Object.entries(screening?.times ?? {}).map(([key, value]) => [key, time(value)] as const),
    ...Object.entries(screening?.numbers ?? {}).map(([key, value]) => [key, number(value)] as const),
    ["COLLISION_PROBABILITY", number(cdm.collisionProbability)],
    ["COLLISION_PROBABILITY_METHOD", maybeText(cdm.collisionProbabilityMethod)]
  ])
}

interface Row extends CdmKeyword {
  readonly value: string
}

const rowsOf = (keywords: ReadonlyArray<CdmKeyword>, values: Values): ReadonlyArray<Row> =>
  keywords.flatMap((keyword) => {
    const value = values.get(keyword.key)
    return value === undefined ? [] : [{ ...keyword, value }]
  })

interface Part {
  readonly rows: ReadonlyArray<Row>
  readonly comments: ReadonlyArray<string>
}

interface Parts {
  readonly header: Part
  readonly relative: Part
  readonly objects: ReadonlyArray<Part>
}

const partsOf = (cdm: Cdm): Parts => {
  const values = headerValues(cdm)
  return {
    header: { rows: rowsOf(headerKeywords, values), comments: cdm.comments.map((comment) => text(comment, "")) },
    relative: { rows: rowsOf(relativeKeywords, values), comments: [] },
    objects: cdm.objects.map((object, i) => ({
      rows: rowsOf(objectKeywords, objectValues(object, `OBJECT${i + 1}`)),
      comments: object.comments.map((comment) => text(comment, ""))
    }))
  }
}

const kvnRow = ({ key, unit, value }: Row): string => `${key} = ${value}${unit === "" ? "" : ` [${unit}]`}`
const kvnComment = (comment: string): string => `COMMENT ${comment}`.trimEnd()

/** The message in keyword = value notation. Ends with a line break. */
export const formatCdm = (cdm: Cdm): string => {
  const { header, objects, relative } = partsOf(cdm)
  const lines = [`CCSDS_CDM_VERS = ${version}`, ...header.comments.map(kvnComment)]
  for (const part of [header, relative]) lines.push(...part.rows.map(kvnRow))
  for (const { comments, rows } of objects) lines.push(...comments.map(kvnComment), ...rows.map(kvnRow))
  return `${lines.join("\n")}\n`
}

const xmlComments = (comments: ReadonlyArray<string>): ReadonlyArray<XmlNode> =>
  comments.map((content) => ({ name: "COMMENT", content }))

/** Rows as elements, each within those that its keyword belongs to; rows of one parent are neighbours. */
const xmlRows = (rows: ReadonlyArray<Row>, depth = 0): ReadonlyArray<XmlNode> => {
  const nodes: Array<XmlNode> = []
  let index = 0
  while (index < rows.length) {
    const row = rows[index]
    if (row === undefined) break
    const parent = row.within[depth]
    if (parent === undefined) {
      nodes.push({ name: row.key, ...(row.unit !== "" && { attributes: { units: row.unit } }), content: row.value })
      index++
      continue
    }
    const end = rows.findIndex(({ within }, at) => at > index && within[depth] !== parent)
    const inside = rows.slice(index, end < 0 ? rows.length : end)
    nodes.push({ name: parent, content: xmlRows(inside, depth + 1) })
    index += inside.length
  }
  return nodes
}

/** The metadata, which come first, take the comments. */
const xmlSegment = ({ comments, rows }: Part): XmlNode => {
  const [metadata, ...data] = xmlRows(rows)
  if (metadata === undefined || typeof metadata.content === "string") return { name: "segment", content: data }
  return {
    name: "segment",
    content: [{ name: metadata.name, content: [...xmlComments(comments), ...metadata.content] }, ...data]
  }
}

/** The message in XML. Ends with a line break. */
export const formatCdmXml = (cdm: Cdm): string => {
  const { header, objects, relative } = partsOf(cdm)
  return writeXml({
    name: "cdm",
    attributes: { id: "CCSDS_CDM_VERS", version },
    content: [
      { name: "header", content: [...xmlComments(header.comments), ...xmlRows(header.rows)] },
      {
        name: "body",
        content: [{ name: "relativeMetadataData", content: xmlRows(relative.rows) }, ...objects.map(xmlSegment)]
      }
    ]
  })
}

const jsonMembers = ({ comments, rows }: Part, prefix: string): ReadonlyArray<readonly [string, string]> => [
  ...comments.map((comment, index) => [`${prefix}COMMENT_${index + 1}`, comment] as const),
  ...rows.flatMap(({ key, unit, value }) => {
    const member = [`${prefix}${key}`, value] as const
    return unit === "" ? [member] : [member, [`${prefix}${key}_UNIT`, unit] as const]
  })
]

/** The message as one JSON object, one member a line. Ends with a line break. */
export const formatCdmJson = (cdm: Cdm): string => {
  const { header, objects, relative } = partsOf(cdm)
  const members = [
    jsonMembers(header, ""),
    jsonMembers(relative, ""),
    ...objects.map((part, i) => jsonMembers(part, `SAT${i + 1}_`))
  ]
  return `${JSON.stringify({ CCSDS_CDM_VERS: version, ...Object.fromEntries(members.flat()) }, null, 1)}\n`
}
