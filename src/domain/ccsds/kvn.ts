/**
 * Lines of CCSDS keyword = value notation, the one form that every reader of a message works on: XML and JSON are brought into it.
 *
 * A unit in brackets is taken off where a number is read, not before: a name may end in brackets too.
 */

export interface KvnLine {
  /** From 1. */
  readonly line: number
  /** As it stands in the file; made up for other notations. */
  readonly raw: string
  /** `pair`: KEY = value. `mark`: META_START and its like. `bare`: neither, such as a line of an ephemeris. */
  readonly kind: "pair" | "mark" | "comment" | "bare"
  /** Empty for a bare line. */
  readonly key: string
  readonly value: string
  /** The unit, where the notation keeps it apart from the value (XML, JSON). */
  readonly unit?: string | undefined
}

/** What is wrong with a line. */
export interface MessageProblem {
  readonly line: number
  readonly reason: string
}

/** How a line that is none of them is told. */
export const notKvn = "expected KEY = value"

const mark = /^[A-Z]+_(?:START|STOP)$/
const pair = /^([A-Z][A-Z0-9_]*|USER_DEFINED_\S+)\s*=\s*(.*)$/

/** One line, already trimmed. */
const kvnLine = (content: string): Pick<KvnLine, "kind" | "key" | "value"> => {
  if (/^COMMENT(\s|$)/.test(content)) return { kind: "comment", key: "COMMENT", value: content.slice(7).trim() }
  if (mark.test(content)) return { kind: "mark", key: content, value: "" }
  const [, key = "", value = ""] = pair.exec(content) ?? []
  return key === "" ? { kind: "bare", key, value: content } : { kind: "pair", key, value }
}

/** Cuts a text into lines; a byte order mark and blank lines are skipped. */
export const kvnLines = (text: string): ReadonlyArray<KvnLine> => {
  const lines: Array<KvnLine> = []
  for (const [index, raw] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const content = raw.trim()
    if (content !== "") lines.push({ line: index + 1, raw, ...kvnLine(content) })
  }
  return lines
}

/** A line of another notation, as the keyword notation would have it. */
export const pairLine = (line: number, key: string, value: string, unit?: string): KvnLine => ({
  line,
  raw: `${key} = ${value}${unit === undefined ? "" : ` [${unit}]`}`,
  kind: "pair",
  key,
  value,
  unit
})

export const commentLine = (line: number, text: string): KvnLine => ({
  line,
  raw: `COMMENT ${text}`,
  kind: "comment",
  key: "COMMENT",
  value: text
})

export const markLine = (line: number, key: string): KvnLine => ({ line, raw: key, kind: "mark", key, value: "" })

const bracketed = /^(.*?)\s*\[([^\]]*)\]$/

/** The value without its unit, and the unit; empty where none is given. */
export const valueAndUnit = (
  { unit, value }: Pick<KvnLine, "value" | "unit">
): readonly [value: string, unit: string] => {
  const match = unit === undefined && value.endsWith("]") ? bracketed.exec(value) : null
  return match === null ? [value, unit?.trim() ?? ""] : [match[1] ?? "", match[2]?.trim() ?? ""]
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** The number that a text is, or `undefined`; infinities are none. */
export const numberOf = (text: string): number | undefined => {
  const value = decimal.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/**
 * The text of a number: 15 digits, all that a decimal of that length keeps through any change of units, without those that arithmetic
 * left behind.
 */
export const numberText = (value: number): string => String(Number(value.toPrecision(15)))
