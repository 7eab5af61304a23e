/** A JSON array cut into the texts of its objects with their line numbers, so that one bad record does not spoil the rest. */
import { Option, Schema } from "effect"

interface JsonObjectText {
  /** Line of the opening brace, from 1. */
  readonly line: number
  readonly text: string
}

/**
 * Cuts `[{...}, {...}]` or `{...}` into its outermost objects without reading them.
 *
 * `complete` is false when something else stands between them, or a bracket is left open.
 */
export const topLevelObjects = (
  text: string
): { readonly objects: ReadonlyArray<JsonObjectText>; readonly complete: boolean } => {
  const objects: Array<JsonObjectText> = []
  let complete = true
  let line = 1
  let depth = 0
  let begin = 0
  let beginLine = 1
  let inString = false
  let brackets = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === "\n") line++
    if (inString) {
      if (c === "\\") i++
      else if (c === "\"") inString = false
    } else if (c === "\"") {
      inString = true
      if (depth === 0) complete = false
    } else if (c === "{") {
      if (depth === 0) {
        begin = i
        beginLine = line
      }
      depth++
    } else if (c === "}") {
      depth--
      if (depth === 0) objects.push({ line: beginLine, text: text.slice(begin, i + 1) })
      if (depth < 0) return { objects, complete: false }
    } else if (depth === 0 && c === "[") brackets++
    else if (depth === 0 && c === "]") brackets--
    else if (depth === 0 && !/[\s,]/.test(c)) complete = false
  }
  return { objects, complete: complete && depth === 0 && brackets === 0 && !inString }
}

const FlatObject = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Null, Schema.Boolean]))
)
const decode = Schema.decodeUnknownOption(FlatObject)

/** The members of an object of texts and numbers, as trimmed texts, null as an empty one; `undefined` for any other text. */
export const decodeFlatObject = (text: string): ReadonlyArray<readonly [key: string, value: string]> | undefined => {
  const record = decode(text)
  return Option.isNone(record)
    ? undefined
    // Shortest round-trip text of a double: no digit is lost.
    : Object.entries(record.value).map(([key, value]) => [key, value === null ? "" : String(value).trim()] as const)
}

/** Where an object has its keys, asked for in their order, from the line that it begins in. State: how far it has looked. */
export const lineOfKey = ({ line, text }: JsonObjectText): (key: string) => number => {
  let current = line
  let at = 0
  return (key) => {
    const found = text.indexOf(`"${key}"`, at)
    if (found < 0) return current
    for (let end = text.indexOf("\n", at); end >= 0 && end < found; end = text.indexOf("\n", end + 1)) current++
    at = found
    return current
  }
}
