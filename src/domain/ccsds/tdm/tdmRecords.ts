/**
 * Cuts a CCSDS Tracking Data Message into raw records, each of which is decoded by itself: without the file, and without a registry here.
 *
 * - What makes one observation is a TDM of its own, in the keyword form, which `readTdm` reads to the same observation.
 * - A line that can be no measurement is a record of just that line.
 * - What is wrong only with what stands around it is a TDM that has the same fault: a repeated keyword with the line before it, a last line
 *   without DATA_STOP, metadata of which no measurement follows.
 */
import { Result } from "effect"
import { tdmMessageOf } from "./tdm.ts"
import { datumProblem, tdmGroups } from "./tdmGroups.ts"
import { tdmMetadata } from "./tdmMetadata.ts"
import { cutOff, type TdmSegment, tdmSegments } from "./tdmSegments.ts"

interface TdmRecord {
  /** The first line of the file that it comes from, from 1. */
  readonly line: number
  readonly text: string
  readonly malformed: boolean
}

const recordsOfSegment = (version: string, segment: TdmSegment): ReadonlyArray<TdmRecord> => {
  const metadata = tdmMetadata(segment)
  const { groups, malformed, repeated } = tdmGroups(segment.data, Result.getOrUndefined(metadata))
  const messageOf = (raws: ReadonlyArray<string>) => tdmMessageOf(version, segment, raws)
  const records = [
    ...malformed.map(({ datum }): TdmRecord => ({ line: datum.line, text: datum.raw, malformed: true })),
    ...repeated.map(({ datum, earlier }): TdmRecord => ({
      line: datum.line,
      text: messageOf([earlier.raw, datum.raw]),
      malformed: true
    })),
    ...groups.map(({ records }): TdmRecord => {
      const lines = [...records.values()]
      return { line: lines[0]?.line ?? segment.line, text: messageOf(lines.map(({ raw }) => raw)), malformed: false }
    })
  ]
  return records.length === 0 && Result.isFailure(metadata)
    ? [{ line: metadata.failure.line, text: messageOf([]), malformed: true }]
    : records
}

/** The records of a message in the order of their first lines. A text that is no TDM, or measures nothing, is one record: itself. */
export const tdmRecords = (text: string): ReadonlyArray<TdmRecord> => {
  const { problems, segments, version } = tdmSegments(text)
  if (version === undefined) return [{ line: 1, text, malformed: true }]
  const last = segments.at(-1)
  const records = [
    ...problems.map(({ line, raw, reason }): TdmRecord => ({
      line,
      text: reason === cutOff && last !== undefined ? tdmMessageOf(version, last, [raw], false) : raw,
      malformed: true
    })),
    ...segments.flatMap((segment) => recordsOfSegment(version, segment))
  ]
  return records.length === 0
    ? [{ line: 1, text, malformed: true }]
    : records.toSorted((a, b) => a.line - b.line)
}

/** Why a line that stands alone as a record cannot be used. */
export const tdmLineReason = (line: string): string => {
  if (line.trimStart().startsWith("<")) return "here the XML ends, or is not well-formed"
  const { problems, segments } = tdmSegments(
    `CCSDS_TDM_VERS = 2.0\nMETA_START\nMETA_STOP\nDATA_START\n${line}\nDATA_STOP`
  )
  const datum = segments[0]?.data[0]
  return problems[0]?.reason ?? (datum === undefined ? undefined : datumProblem(datum))
    ?? "the line stands outside a data section"
}
