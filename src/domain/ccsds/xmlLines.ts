/** Leaf elements of a CCSDS message as lines of its keyword form, in their order, each with the line of its element. */
import { commentLine, type KvnLine, pairLine } from "./kvn.ts"
import type { XmlElement } from "./xml.ts"

/** The lines of all leaves below an element. What has not ended where the text ends is left out. USER_DEFINED has its keyword in an attribute. */
export const leafLines = (element: XmlElement): ReadonlyArray<KvnLine> =>
  element.children.flatMap((child) => {
    if (child.children.length > 0) return leafLines(child)
    if (!child.closed || !/^[A-Z]/.test(child.name)) return []
    if (child.name === "COMMENT") return [commentLine(child.line, child.text)]
    const { parameter, units } = child.attributes
    return [pairLine(child.line, parameter === undefined ? child.name : `USER_DEFINED_${parameter}`, child.text, units)]
  })
