/**
 * A CDM in any notation, cut into the header with the relative metadata, and the objects: KVN, XML, and the JSON of Space-Track (one object
 * of texts, those of the satellites with `SAT1_` and `SAT2_` before the keyword, units beside them with `_UNIT` behind it).
 */
import { decodeFlatObject, lineOfKey, topLevelObjects } from "../../text/jsonObjects.ts"
import { type Section, sectionOf } from "../fields.ts"
import { commentLine, type KvnLine, kvnLines, type MessageProblem, pairLine } from "../kvn.ts"
import { elementsNamed, readXml } from "../xml.ts"
import { leafLines } from "../xmlLines.ts"
import { headerKeywords, objectKeywords, relativeKeywords } from "./cdmKeywords.ts"

interface CdmSections {
  readonly header: Section
  readonly objects: ReadonlyArray<Section>
}

/** Lines from the version on; an OBJECT line begins each object, and the comments before it are the object's. */
const cut = (lines: ReadonlyArray<KvnLine>, problems: Array<MessageProblem>): CdmSections | undefined => {
  const first = lines.find(({ kind }) => kind !== "comment")
  if (first?.key !== "CCSDS_CDM_VERS") {
    problems.push({ line: first?.line ?? 1, reason: "expected CCSDS_CDM_VERS first" })
    return undefined
  }
  const parts: Array<{ readonly line: number; readonly lines: Array<KvnLine> }> = [{ line: 1, lines: [] }]
  let comments: Array<KvnLine> = []
  for (const line of lines) {
    if (line.kind === "comment") {
      comments.push(line)
      continue
    }
    if (line.key === "OBJECT") {
      if (line.value.toUpperCase() !== `OBJECT${parts.length}`) {
        problems.push({ line: line.line, reason: `OBJECT: expected OBJECT${parts.length}, not "${line.value}"` })
      }
      parts.push({ line: line.line, lines: [] })
    }
    parts.at(-1)?.lines.push(...comments, line)
    comments = []
  }
  parts.at(-1)?.lines.push(...comments)
  const [header, ...objects] = parts.map((part) => sectionOf(part.line, part.lines, problems))
  return header === undefined ? undefined : { header, objects }
}

/** The lines of another notation; `undefined` when it is at fault itself, which `problems` then says. */
type Lines = ReadonlyArray<KvnLine> | undefined

const xmlLines = (text: string, problems: Array<MessageProblem>): Lines => {
  const { problem, root } = readXml(text)
  const [message, second] = root === undefined ? [] : elementsNamed(root, "cdm")
  if (problem !== undefined) problems.push(problem)
  else if (second !== undefined) problems.push({ line: second.line, reason: "a second message: expected one" })
  else if (message === undefined) return []
  else return [pairLine(message.line, "CCSDS_CDM_VERS", message.attributes["version"] ?? ""), ...leafLines(message)]
  return undefined
}

const known = new Set([...headerKeywords, ...relativeKeywords, ...objectKeywords].map(({ key }) => key))

const jsonLines = (
  text: string,
  problems: Array<MessageProblem>,
  warnings: Array<MessageProblem>
): Lines => {
  const { complete, objects: [object, second] } = topLevelObjects(text)
  if (!complete || second !== undefined) {
    const line = complete ? second?.line ?? 1 : text.split("\n").length
    const reason = complete ? "a second message: expected one" : "JSON is not an object, or is cut off"
    problems.push({ line, reason })
    return undefined
  }
  if (object === undefined) return []
  const members = decodeFlatObject(object.text)
  if (members === undefined) {
    problems.push({ line: object.line, reason: "not a JSON object of texts and numbers" })
    return undefined
  }
  const lineOf = lineOfKey(object)
  const units = new Map(members.filter(([key]) => key.endsWith("_UNIT")))
  const parts: Record<string, Array<KvnLine>> = { "": [], SAT1_: [], SAT2_: [] }
  for (const [full, value] of members) {
    const prefix = /^SAT[12]_/.exec(full)?.[0] ?? ""
    const key = full.slice(prefix.length)
    const line = lineOf(full)
    if (key.startsWith("COMMENT")) {
      if (value !== "") parts[prefix]?.push(commentLine(line, value))
    } else if (key === "CCSDS_CDM_VERS" || known.has(key)) {
      parts[prefix]?.push(pairLine(line, key, value, units.get(`${full}_UNIT`) || undefined))
    } else if (!full.endsWith("_UNIT") || !known.has(key.slice(0, -"_UNIT".length))) {
      warnings.push({ line, reason: `${full} is not a keyword of a CDM: passed over` })
    }
  }
  // The order of members is of no account; comments, then the version or the object's number, begin their parts.
  return Object.values(parts).flatMap((lines) => lines.toSorted((a, b) => rank(a) - rank(b)))
}

const rank = ({ key, kind }: KvnLine): number =>
  kind === "comment" ? 0 : key === "CCSDS_CDM_VERS" || key === "OBJECT" ? 1 : 2

/** The parts of a message; `undefined` when it is none, which `problems` then says. `warnings` is told what JSON of a service adds. */
export const cdmSections = (
  text: string,
  problems: Array<MessageProblem>,
  warnings: Array<MessageProblem>
): CdmSections | undefined => {
  const start = text.replace(/^\uFEFF/, "").trimStart()
  const lines = start.startsWith("<")
    ? xmlLines(text, problems)
    : start.startsWith("{") || start.startsWith("[")
    ? jsonLines(text, problems, warnings)
    : kvnLines(text)
  return lines === undefined ? undefined : cut(lines, problems)
}
