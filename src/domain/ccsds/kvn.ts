/** Lines of CCSDS keyword = value notation. */

export interface KvnLine {
  /** From 1. */
  readonly line: number
  readonly key: string
  /** Without the unit. */
  readonly value: string
  /** In the brackets, without them; empty when none is given. */
  readonly unit: string
}

export interface KvnProblem {
  readonly line: number
  readonly reason: string
}

const withUnit = /^(.*?)\s*\[([^\]]*)\]$/

/** Cuts a text into lines; blank ones are skipped, COMMENT is a key of its own. What is no such line is a problem. */
export const kvnLines = (
  text: string
): { readonly lines: ReadonlyArray<KvnLine>; readonly problems: ReadonlyArray<KvnProblem> } => {
  const lines: Array<KvnLine> = []
  const problems: Array<KvnProblem> = []
  for (const [index, raw] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    const trimmed = raw.trim()
    const line = index + 1
    if (trimmed === "") continue
    if (/^COMMENT(\s|$)/.test(trimmed)) {
      lines.push({ line, key: "COMMENT", value: trimmed.slice(7).trim(), unit: "" })
      continue
    }
    const equals = trimmed.indexOf("=")
    const key = trimmed.slice(0, Math.max(0, equals)).trim()
    if (!/^[A-Z][A-Z0-9_]*$/.test(key)) {
      problems.push({ line, reason: "expected KEY = value" })
      continue
    }
    const rest = trimmed.slice(equals + 1).trim()
    const match = withUnit.exec(rest)
    lines.push({ line, key, value: match?.[1] ?? rest, unit: match?.[2]?.trim() ?? "" })
  }
  return { lines, problems }
}
