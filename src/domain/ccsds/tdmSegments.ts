/** The lines of a CCSDS Tracking Data Message (503.0-B, KVN): segments of metadata and data lines, and the lines that are neither. */

/** A line of the file, numbered from 1. */
interface TdmLine {
  readonly line: number
  readonly raw: string
}

/** `KEY = value` of the metadata. */
interface TdmMetadata extends TdmLine {
  readonly key: string
  readonly value: string
}

/** `KEY = epoch value` of the data. */
export interface TdmDatum extends TdmLine {
  readonly key: string
  readonly epoch: string
  readonly value: string
}

export interface TdmSegment {
  /** Line of its META_START. */
  readonly line: number
  readonly metadata: ReadonlyArray<TdmMetadata>
  readonly data: ReadonlyArray<TdmDatum>
}

export interface TdmProblem extends TdmLine {
  readonly reason: string
}

interface TdmSegments {
  readonly version: string | undefined
  readonly segments: ReadonlyArray<TdmSegment>
  readonly problems: ReadonlyArray<TdmProblem>
}

const pair = /^\s*([A-Z0-9_]+)\s*=\s*(.*?)\s*$/
const datum = /^(\S+)\s+(\S+)$/
const marks = new Set(["META_START", "META_STOP", "DATA_START", "DATA_STOP"])

/** Cuts a message into segments. A line that does not belong where it stands is a problem; the others still count. */
export const tdmSegments = (text: string): TdmSegments => {
  const segments: Array<TdmSegment> = []
  const problems: Array<TdmProblem> = []
  let version: string | undefined
  let place: "header" | "metadata" | "between" | "data" | "after" = "header"
  let metadata: Array<TdmMetadata> = []
  let data: Array<TdmDatum> = []
  let start = 1
  const close = (): void => {
    if (place === "metadata" || place === "between" || place === "data") segments.push({ line: start, metadata, data })
  }
  for (const [index, raw] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    const line = index + 1
    const content = raw.trim()
    if (content === "" || /^COMMENT(\s|$)/.test(content)) continue
    const problem = (reason: string) => problems.push({ line, raw, reason })
    if (marks.has(content)) {
      if (content === "META_START") {
        if (place !== "header" && place !== "after") problem("META_START before the DATA_STOP of the last segment")
        close()
        ;[place, metadata, data, start] = ["metadata", [], [], line]
      } else if (content === "META_STOP" && place === "metadata") place = "between"
      else if (content === "DATA_START" && place === "between") place = "data"
      else if (content === "DATA_STOP" && place === "data") {
        close()
        place = "after"
      } else problem(`${content} out of place`)
      continue
    }
    const match = pair.exec(raw)
    const [key, value] = [match?.[1], match?.[2]]
    if (key === undefined || value === undefined) problem("neither KEY = value nor a mark such as META_START")
    else if (place === "header") {
      if (key === "CCSDS_TDM_VERS") version = value
    } else if (place === "metadata") metadata.push({ line, raw, key, value })
    else if (place === "data") {
      const parts = datum.exec(value)
      const [epoch, number] = [parts?.[1], parts?.[2]]
      if (epoch === undefined || number === undefined) problem(`${key} is not followed by an epoch and one value`)
      else data.push({ line, raw, key, epoch, value: number })
    } else problem(`${key} outside a metadata or data section`)
  }
  close()
  return { version, segments, problems }
}
