/**
 * A CCSDS Tracking Data Message (503.0-B, KVN or XML) cut into segments of metadata and data lines, and the lines that are neither.
 *
 * A message that ends within a segment was cut off: that is a problem, and what may be half of its last line is not trusted.
 */
import { parse } from "../../time/UtcTime.ts"
import { type KvnLine, kvnLines, valueAndUnit } from "../kvn.ts"
import { headerKeys } from "./tdmKeywords.ts"
import { tdmXmlLines } from "./tdmXml.ts"

/** `KEY = epoch value` of the data. */
export interface TdmDatum {
  readonly line: number
  readonly raw: string
  readonly key: string
  readonly epoch: string
  readonly value: string
  /** Empty where none is given, as is usual. */
  readonly unit: string
}

export interface TdmSegment {
  /** Line of its META_START. */
  readonly line: number
  readonly metadata: ReadonlyArray<KvnLine>
  readonly data: ReadonlyArray<TdmDatum>
  /** False when the message ends within it. */
  readonly complete: boolean
}

/** A line that cannot be used, numbered from 1, and why. */
export interface TdmProblem {
  readonly line: number
  readonly raw: string
  readonly reason: string
}

interface TdmSegments {
  readonly version: string | undefined
  readonly segments: ReadonlyArray<TdmSegment>
  readonly problems: ReadonlyArray<TdmProblem>
}

export const cutOff = "the message ends here without DATA_STOP: it was cut off, and this line may be half of one"

const datum = /^(\S+)\s+(\S+)$/

const linesOf = (text: string): { readonly lines: ReadonlyArray<KvnLine>; readonly problems: Array<TdmProblem> } => {
  if (!/^\uFEFF?\s*</.test(text)) return { lines: kvnLines(text), problems: [] }
  const { lines, problem } = tdmXmlLines(text)
  const raw = problem === undefined ? undefined : text.split("\n")[problem.line - 1]?.trim() ?? ""
  return { lines, problems: problem === undefined ? [] : [{ ...problem, raw: raw || "<" }] }
}

/** Cuts a message into segments. A line that does not belong where it stands is a problem; the others still count. */
export const tdmSegments = (text: string): TdmSegments => {
  const { lines, problems } = linesOf(text)
  const segments: Array<TdmSegment> = []
  let version: string | undefined
  let place: "header" | "metadata" | "between" | "data" | "after" = "header"
  let metadata: Array<KvnLine> = []
  let data: Array<TdmDatum> = []
  let start = 1
  let last: KvnLine | undefined
  const close = (complete: boolean): void => {
    if (place === "header" || place === "after") return
    if (!complete) {
      // What is wrong with the last line by itself comes of the cut.
      if (problems.at(-1)?.line === last?.line) problems.pop()
      problems.push({ line: last?.line ?? start, raw: last?.raw ?? "", reason: cutOff })
    }
    const trusted = complete || place !== "data" ? data : data.filter(({ line }) => line !== last?.line)
    segments.push({ line: start, metadata, data: trusted, complete })
  }
  for (const each of lines) {
    const { key, kind, line, raw } = each
    if (kind === "comment") continue
    const problem = (reason: string) => problems.push({ line, raw, reason })
    if (kind === "mark") {
      if (key === "META_START") {
        if (place !== "header" && place !== "after") problem("META_START before the DATA_STOP of the last segment")
        close(true)
        ;[place, metadata, data, start] = ["metadata", [], [], line]
      } else if (key === "META_STOP" && place === "metadata") place = "between"
      else if (key === "DATA_START" && place === "between") place = "data"
      else if (key === "DATA_STOP" && place === "data") {
        close(true)
        place = "after"
      } else problem(`${key} out of place`)
    } else if (kind === "bare") problem("neither KEY = value nor a mark such as META_START")
    else if (place === "header" || (place === "after" && key === "CCSDS_TDM_VERS")) {
      place = "header"
      if (key === "CCSDS_TDM_VERS") version = each.value
      else if (!headerKeys.has(key)) problem(`${key} is not a keyword of the header of a TDM`)
      else if (key === "CREATION_DATE" && parse(each.value) === undefined) {
        problem(`CREATION_DATE: "${each.value}" is not a time`)
      }
    } else if (place === "metadata") metadata.push(each)
    else if (place === "data") {
      const [content, unit] = valueAndUnit(each)
      const parts = datum.exec(content)
      const [epoch, value] = [parts?.[1], parts?.[2]]
      if (epoch !== undefined && value !== undefined) data.push({ line, raw, key, epoch, value, unit })
      else problem(`${key} is not followed by an epoch and one value`)
    } else problem(`${key} outside a metadata or data section`)
    last = each
  }
  close(false)
  return { version, segments, problems: problems.toSorted((a, b) => a.line - b.line) }
}
