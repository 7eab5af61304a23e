/**
 * Reader of orbit ephemeris messages (CCSDS 502.0-B, KVN and XML), for the Earth, UTC and the frames that Perigee knows. Every fault is listed
 * with its line. A segment whose states do not reach its STOP_TIME was cut off, and is a fault too: the message has no other end mark.
 */
import { Result, Schema } from "effect"
import type { Vector3 } from "../../observation/Observation.ts"
import { parse } from "../../time/UtcTime.ts"
import { refuseUnknown, type Section, sectionOf, taker } from "../fields.ts"
import { frameOf } from "../frames.ts"
import { type KvnLine, kvnLines, type MessageProblem, numberOf } from "../kvn.ts"
import type { Oem, OemCovariance, OemCovarianceFrame, OemSegment, OemState } from "./oem.ts"
import { oemXmlLines } from "./oemXml.ts"

/** A message that cannot be read: all faults, each with its line (from 1). */
export class OemError extends Schema.TaggedError<OemError>()("OemError", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.Int, reason: Schema.String }))
}) {
  override get message(): string {
    return this.problems.map(({ line, reason }) => `${this.file}:${line}: ${reason}`).join("\n")
  }
}

const headerKeys = new Set(["CCSDS_OEM_VERS", "CLASSIFICATION", "CREATION_DATE", "ORIGINATOR", "MESSAGE_ID"])
const metadataKeys = new Set([
  "OBJECT_NAME",
  "OBJECT_ID",
  "CENTER_NAME",
  "REF_FRAME",
  "REF_FRAME_EPOCH",
  "TIME_SYSTEM",
  "START_TIME",
  "USEABLE_START_TIME",
  "USEABLE_STOP_TIME",
  "STOP_TIME",
  "INTERPOLATION",
  "INTERPOLATION_DEGREE"
])

/** The lines of a segment, by what they belong to. */
interface Parts {
  readonly line: number
  readonly metadata: Array<KvnLine>
  readonly comments: Array<string>
  readonly states: Array<KvnLine>
  readonly covariances: Array<KvnLine>
}

const notAMark = "expected a mark such as META_START, or a state: an epoch and six or nine numbers"

/** Cuts the lines of a message into its header and its segments. */
const cut = (
  lines: ReadonlyArray<KvnLine>,
  problems: Array<MessageProblem>
): { readonly header: ReadonlyArray<KvnLine>; readonly segments: ReadonlyArray<Parts> } => {
  const header: Array<KvnLine> = []
  const segments: Array<Parts> = []
  let place: "header" | "metadata" | "states" | "covariance" = "header"
  for (const each of lines) {
    const { key, kind, line, value } = each
    const current = segments.at(-1)
    if (kind === "mark") {
      if (key === "META_START" && (place === "header" || place === "states")) {
        segments.push({ line, metadata: [], comments: [], states: [], covariances: [] })
        place = "metadata"
      } else if (key === "META_STOP" && place === "metadata") place = "states"
      else if (key === "COVARIANCE_START" && place === "states") place = "covariance"
      else if (key === "COVARIANCE_STOP" && place === "covariance") place = "states"
      else problems.push({ line, reason: `${key} out of place` })
    } else if (current === undefined) header.push(each)
    else if (kind === "comment") current.comments.push(value)
    else if (place === "metadata") current.metadata.push(each)
    else if (place === "covariance") current.covariances.push(each)
    else if (kind === "bare") current.states.push(each)
    else problems.push({ line, reason: `${key}: ${notAMark}` })
  }
  if (place === "metadata" || place === "covariance") {
    const mark = place === "metadata" ? "META_STOP" : "COVARIANCE_STOP"
    problems.push({ line: lines.at(-1)?.line ?? 1, reason: `the message ends here without ${mark}: it was cut off` })
  }
  return { header, segments }
}

const vectorOf = (numbers: ReadonlyArray<number>, from: number): Vector3 => [
  (numbers[from] ?? 0) * 1000,
  (numbers[from + 1] ?? 0) * 1000,
  (numbers[from + 2] ?? 0) * 1000
]

/** The numbers of a row, or `undefined` with the first that is none noted. */
const numbersOf = (
  cells: ReadonlyArray<string>,
  line: number,
  problems: Array<MessageProblem>
): ReadonlyArray<number> | undefined => {
  const wrong = cells.find((cell) => numberOf(cell) === undefined)
  if (wrong === undefined) return cells.map(Number)
  problems.push({ line, reason: `"${wrong}" is not a number` })
  return undefined
}

const readState = ({ line, value }: KvnLine, problems: Array<MessageProblem>): OemState | undefined => {
  const [stamp = "", ...cells] = value.split(/\s+/)
  const epoch = parse(stamp)
  if (epoch === undefined) problems.push({ line, reason: `"${stamp}" is not an epoch: ${notAMark}` })
  else if (cells.length !== 6 && cells.length !== 9) {
    problems.push({ line, reason: `a state has six or nine numbers behind its epoch, not ${cells.length}` })
  } else {
    const numbers = numbersOf(cells, line, problems)
    if (numbers === undefined) return undefined
    return {
      epoch,
      position: vectorOf(numbers, 0),
      velocity: vectorOf(numbers, 3),
      ...(numbers.length === 9 && { acceleration: vectorOf(numbers, 6) })
    }
  }
  return undefined
}

const covarianceFrame = (name: string): OemCovarianceFrame | undefined => {
  const upper = name.toUpperCase()
  return upper === "RTN" || upper === "RSW" ? "RTN" : upper === "TNW" ? "TNW" : frameOf(name)
}

/** Covariances: an EPOCH, perhaps a frame that holds from there on, and six rows of the lower triangle. */
const readCovariances = (
  lines: ReadonlyArray<KvnLine>,
  frame: OemCovarianceFrame,
  problems: Array<MessageProblem>
): ReadonlyArray<OemCovariance> => {
  const covariances: Array<OemCovariance> = []
  let axes = frame
  let epoch: number | undefined
  let rows: Array<ReadonlyArray<number>> = []
  let begun = 0
  const close = (): void => {
    if (epoch !== undefined && rows.length !== 6) {
      problems.push({ line: begun, reason: `EPOCH: a covariance has six rows, not ${rows.length}` })
    } else if (epoch !== undefined) {
      const matrix = new Float64Array(36)
      for (const [row, cells] of rows.entries()) {
        for (const [column, cell] of cells.entries()) {
          matrix[6 * row + column] = cell * 1e6
          matrix[6 * column + row] = cell * 1e6
        }
      }
      covariances.push({ epoch, frame: axes, matrix })
    }
    rows = []
  }
  for (const { key, kind, line, value } of lines) {
    if (kind === "bare") {
      const cells = value.split(/\s+/)
      if (cells.length !== rows.length + 1 || epoch === undefined) {
        problems.push({ line, reason: `row ${rows.length + 1} of a covariance has ${cells.length} numbers` })
      }
      rows.push(numbersOf(cells, line, problems) ?? [])
    } else if (key === "EPOCH") {
      close()
      begun = line
      epoch = parse(value)
      if (epoch === undefined) problems.push({ line, reason: `EPOCH: "${value}" is not a time` })
    } else if (key === "COV_REF_FRAME") {
      const known = covarianceFrame(value)
      if (known === undefined) problems.push({ line, reason: `COV_REF_FRAME: "${value}" is not supported` })
      else axes = known
    } else problems.push({ line, reason: `${key} is not a keyword of a covariance` })
  }
  close()
  return covariances
}

/** Notes a value that is not the one that is implemented. */
const expect = (section: Section, key: string, wanted: string, problems: Array<MessageProblem>): void => {
  const given = section.lines.get(key)
  if (given !== undefined && given.value.toUpperCase() !== wanted) {
    problems.push({ line: given.line, reason: `${key}: "${given.value}" is not ${wanted}` })
  }
}

/** Half of the last digit of a time of whole milliseconds. */
const tolerance = 0.5

const readSegment = (parts: Parts, problems: Array<MessageProblem>): OemSegment => {
  const section = sectionOf(parts.line, parts.metadata, problems)
  refuseUnknown(section, metadataKeys, "the metadata of an OEM", problems)
  const take = taker(section, problems)
  expect(section, "CENTER_NAME", "EARTH", problems)
  expect(section, "TIME_SYSTEM", "UTC", problems)
  const frameName = take.text("REF_FRAME")
  const frame = frameOf(frameName)
  if (frame === undefined && frameName !== "") {
    problems.push({ line: take.lineOf("REF_FRAME"), reason: `REF_FRAME: "${frameName}" is not supported` })
  }
  for (const key of ["CENTER_NAME", "TIME_SYSTEM"]) take.text(key)
  const start = take.time("START_TIME")
  const stop = take.time("STOP_TIME")
  const states: Array<OemState> = []
  for (const line of parts.states) {
    const state = readState(line, problems)
    const before = states.at(-1)
    if (state !== undefined && before !== undefined && !(state.epoch > before.epoch)) {
      problems.push({ line: line.line, reason: "the epoch of a state is not after the one before" })
    }
    if (state !== undefined) states.push(state)
  }
  const [first, last] = [states[0], states.at(-1)]
  const end = parts.states.at(-1)?.line ?? parts.line
  if (first === undefined || last === undefined) problems.push({ line: end, reason: "the segment has no states" })
  else if (first.epoch > start + tolerance || last.epoch < stop - tolerance) {
    const key = last.epoch < stop - tolerance ? "STOP_TIME" : "START_TIME"
    problems.push({ line: end, reason: `the states do not reach ${key}: the message was cut off` })
  }
  const useableStart = take.maybeTime("USEABLE_START_TIME")
  const useableStop = take.maybeTime("USEABLE_STOP_TIME")
  const interpolation = take.maybeText("INTERPOLATION")
  const interpolationDegree = take.maybeNumber("INTERPOLATION_DEGREE", "")
  return {
    comments: [...section.comments, ...parts.comments],
    objectName: take.text("OBJECT_NAME"),
    objectId: take.text("OBJECT_ID"),
    frame: frame ?? "GCRF",
    start,
    stop,
    ...(useableStart !== undefined && { useableStart }),
    ...(useableStop !== undefined && { useableStop }),
    ...(interpolation !== undefined && { interpolation }),
    ...(interpolationDegree !== undefined && { interpolationDegree }),
    states,
    covariances: readCovariances(parts.covariances, frame ?? "GCRF", problems)
  }
}

/** Reads one message or fails with every fault. `file` names it in the error. */
export const readOem = (text: string, file: string): Result.Result<Oem, OemError> => {
  const problems: Array<MessageProblem> = []
  const fail = () => Result.fail(new OemError({ file, problems: problems.toSorted((a, b) => a.line - b.line) }))
  const lines = /^\uFEFF?\s*</.test(text) ? oemXmlLines(text, problems) : kvnLines(text)
  if (problems.length > 0) return fail()
  const first = lines.find(({ kind }) => kind !== "comment")
  if (first?.key !== "CCSDS_OEM_VERS") {
    problems.push({ line: first?.line ?? 1, reason: "expected CCSDS_OEM_VERS first" })
    return fail()
  }
  const { header, segments } = cut(lines, problems)
  const section = sectionOf(1, header, problems)
  refuseUnknown(section, headerKeys, "the header of an OEM", problems)
  const take = taker(section, problems)
  if (segments.length === 0) problems.push({ line: lines.at(-1)?.line ?? 1, reason: "META_START is missing" })
  const oem: Oem = {
    comments: section.comments,
    creationDate: take.time("CREATION_DATE"),
    originator: take.text("ORIGINATOR"),
    segments: segments.map((segment) => readSegment(segment, problems))
  }
  return problems.length === 0 ? Result.succeed(oem) : fail()
}
