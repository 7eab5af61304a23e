/** A JSON array cut into the texts of its objects with their line numbers, so that one bad record does not spoil the rest. */

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
