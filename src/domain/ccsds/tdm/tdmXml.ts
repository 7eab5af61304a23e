/** The XML form of a Tracking Data Message as lines of its keyword form, each with the line of its element. */
import { type KvnLine, markLine, type MessageProblem, pairLine } from "../kvn.ts"
import { elementsNamed, readXml, type XmlElement } from "../xml.ts"
import { leafLines } from "../xmlLines.ts"

/** `KEY = epoch value` of every value of an `<observation>`. */
const observationLines = (element: XmlElement): ReadonlyArray<KvnLine> => {
  const epoch = element.children.find(({ name }) => name === "EPOCH")?.text ?? ""
  return leafLines(element).flatMap((line) =>
    line.key === "EPOCH" || line.kind === "comment"
      ? []
      : [pairLine(line.line, line.key, `${epoch} ${line.value}`.trim(), line.unit)]
  )
}

const segmentLines = (segment: XmlElement): ReadonlyArray<KvnLine> =>
  segment.children.flatMap((part) => {
    if (part.name === "metadata") {
      return [markLine(part.line, "META_START"), ...leafLines(part), markLine(part.line, "META_STOP")]
    }
    if (part.name !== "data") return []
    const observations = part.children.filter(({ closed, name }) => closed && name === "observation")
    return [
      markLine(part.line, "DATA_START"),
      ...observations.flatMap(observationLines),
      markLine(part.line, "DATA_STOP")
    ]
  })

const messageLines = (message: XmlElement): ReadonlyArray<KvnLine> =>
  [pairLine(message.line, "CCSDS_TDM_VERS", message.attributes["version"] ?? "")].concat(
    message.children.filter(({ name }) => name === "header").flatMap(leafLines),
    elementsNamed(message, "segment").flatMap(segmentLines)
  )

/** The messages of the text, one after the other. */
export const tdmXmlLines = (
  text: string
): { readonly lines: ReadonlyArray<KvnLine>; readonly problem: MessageProblem | undefined } => {
  const { problem, root } = readXml(text)
  const messages = root === undefined ? [] : elementsNamed(root, "tdm")
  return {
    problem,
    lines: messages.flatMap(messageLines)
  }
}
