/**
 * Cuts a CCSDS Tracking Data Message into raw records, each of which is decoded by itself: without the file, and without a registry here.
 *
 * - What is measured at one epoch of a segment is a TDM of its own, in the form that `readTdm` reads to the same observation.
 * - A line that can be no measurement is a record of just that line.
 * - A second value of a keyword at one epoch begins another record.
 */
import { parse } from "../time/UtcTime.ts"
import { datumProblem, isAncillary, tdmMessageOf } from "./tdm.ts"
import { type TdmSegment, tdmSegments } from "./tdmSegments.ts"

interface TdmRecord {
  /** The first line of the file that it comes from, from 1. */
  readonly line: number
  readonly text: string
  readonly malformed: boolean
}

const recordsOfSegment = (version: string, segment: TdmSegment): ReadonlyArray<TdmRecord> => {
  const records: Array<TdmRecord> = []
  const angular = segment.metadata.some(({ key, value }) => key === "ANGLE_TYPE" && value === "RADEC")
  const groups = new Map<string, { readonly line: number; readonly keys: Set<string>; readonly lines: Array<string> }>()
  for (const datum of segment.data) {
    if (isAncillary(datum)) continue
    if (datumProblem(datum) !== undefined) {
      records.push({ line: datum.line, text: datum.raw, malformed: true })
      continue
    }
    const part = angular && datum.key.startsWith("ANGLE") ? "angular" : ""
    let nth = 0
    const name = () => `${parse(datum.epoch)} ${part} ${nth}`
    while (groups.get(name())?.keys.has(datum.key) === true) nth++
    const group = groups.get(name())
    if (group === undefined) groups.set(name(), { line: datum.line, keys: new Set([datum.key]), lines: [datum.raw] })
    else {
      group.keys.add(datum.key)
      group.lines.push(datum.raw)
    }
  }
  for (const { line, lines } of groups.values()) {
    records.push({ line, text: tdmMessageOf(version, segment, lines), malformed: false })
  }
  return records
}

/** The records of a message in the order of their first lines. A text that is no TDM is one record: itself. */
export const tdmRecords = (text: string): ReadonlyArray<TdmRecord> => {
  const { problems, segments, version } = tdmSegments(text)
  if (version === undefined) return [{ line: 1, text, malformed: true }]
  return [
    ...problems.map(({ line, raw }): TdmRecord => ({ line, text: raw, malformed: true })),
    ...segments.flatMap((segment) => recordsOfSegment(version, segment))
  ].toSorted((a, b) => a.line - b.line)
}

/** Why a line that stands alone as a record cannot be used. */
export const tdmLineReason = (line: string): string => {
  const context = `CCSDS_TDM_VERS = 2.0\nMETA_START\nMETA_STOP\nDATA_START\n${line}\nDATA_STOP`
  const { problems, segments } = tdmSegments(context)
  const datum = segments[0]?.data[0]
  return problems[0]?.reason ?? (datum === undefined ? undefined : datumProblem(datum))
    ?? "the line stands outside a data section"
}
