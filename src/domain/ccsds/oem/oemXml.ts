/** The XML form of an Orbit Ephemeris Message as lines of its keyword form: a state, or a row of a covariance, is a bare line. */
import { commentLine, type KvnLine, markLine, type MessageProblem, pairLine } from "../kvn.ts"
import { elementsNamed, readXml, type XmlElement } from "../xml.ts"
import { leafLines } from "../xmlLines.ts"
import { oemCovarianceKeys } from "./oem.ts"

const bareLine = (line: number, value: string): KvnLine => ({ line, raw: value, kind: "bare", key: "", value })

const units: ReadonlyMap<string, string> = new Map([
  ...["X", "Y", "Z"].flatMap((axis) => [[axis, "km"], [`${axis}_DOT`, "km/s"], [`${axis}_DDOT`, "km/s**2"]] as const),
  ...oemCovarianceKeys.flatMap((keys, row) =>
    keys.map((key, column) =>
      [key, ["km**2", "km**2/s", "km**2/s**2"][Number(row > 2) + Number(column > 2)] ?? ""] as const
    )
  )
])

/** The values of an element's children by keyword, where their units are the standard's. */
const valuesOf = (element: XmlElement, problems: Array<MessageProblem>): ReadonlyMap<string, string> => {
  for (const { attributes, line, name } of element.children) {
    const given = attributes["units"]
    const expected = units.get(name)
    if (given !== undefined && expected !== undefined && given.toLowerCase() !== expected) {
      problems.push({ line, reason: `${name} is in ${given}, expected ${expected}` })
    }
  }
  return new Map(element.children.map(({ name, text }) => [name, text]))
}

const stateKeys = ["EPOCH", "X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"]
const accelerationKeys = ["X_DDOT", "Y_DDOT", "Z_DDOT"]

const dataLines = (data: XmlElement, problems: Array<MessageProblem>): ReadonlyArray<KvnLine> =>
  data.children.flatMap((child) => {
    const { closed, line, name, text } = child
    if (!closed) return []
    if (name === "COMMENT") return [commentLine(line, text)]
    const values = valuesOf(child, problems)
    if (name === "stateVector") {
      const keys = accelerationKeys.some((key) => values.has(key)) ? [...stateKeys, ...accelerationKeys] : stateKeys
      return [bareLine(line, keys.map((key) => values.get(key) ?? "?").join(" "))]
    }
    if (name !== "covarianceMatrix") return []
    const frame = values.get("COV_REF_FRAME")
    return [
      markLine(line, "COVARIANCE_START"),
      pairLine(line, "EPOCH", values.get("EPOCH") ?? ""),
      ...(frame === undefined ? [] : [pairLine(line, "COV_REF_FRAME", frame)]),
      ...oemCovarianceKeys.map((keys) => bareLine(line, keys.map((key) => values.get(key) ?? "?").join(" "))),
      markLine(line, "COVARIANCE_STOP")
    ]
  })

/** The message in the text. */
export const oemXmlLines = (text: string, problems: Array<MessageProblem>): ReadonlyArray<KvnLine> => {
  const { problem, root } = readXml(text)
  if (problem !== undefined) problems.push(problem)
  const [message, second] = root === undefined ? [] : elementsNamed(root, "oem")
  if (second !== undefined) problems.push({ line: second.line, reason: "a second message: expected one" })
  if (message === undefined) return []
  const lines = [pairLine(message.line, "CCSDS_OEM_VERS", message.attributes["version"] ?? "")]
  lines.push(...message.children.filter(({ name }) => name === "header").flatMap(leafLines))
  for (const segment of elementsNamed(message, "segment")) {
    for (const part of segment.children) {
      if (part.name === "metadata") {
        lines.push(markLine(part.line, "META_START"), ...leafLines(part), markLine(part.line, "META_STOP"))
      } else if (part.name === "data") lines.push(...dataLines(part, problems))
    }
  }
  return lines
}
