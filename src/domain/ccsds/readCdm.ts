/** Reader of conjunction data messages (CCSDS 508.0-B, keyword = value). Every fault is listed with its line, not only the first. */
import { Result, Schema } from "effect"
import type { Vector3 } from "../observation/Observation.ts"
import * as UtcTime from "../time/UtcTime.ts"
import { type Cdm, type CdmFrame, type CdmObject, covarianceTerms, stateTerms } from "./cdm.ts"
import { type KvnLine, kvnLines, type KvnProblem } from "./kvn.ts"

/** A message that cannot be read: all faults, each with its line (from 1). */
export class CdmError extends Schema.TaggedError<CdmError>()("CdmError", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.Int, reason: Schema.String }))
}) {
  override get message(): string {
    return this.problems.map(({ line, reason }) => `${this.file}:${line}: ${reason}`).join("\n")
  }
}

/** The lines of the header with the relative metadata, or of one object. */
interface Section {
  /** Where a missing keyword is reported. */
  readonly line: number
  readonly lines: Map<string, KvnLine>
  readonly comments: Array<string>
}

/** Takes values out of a section and notes what is wrong. */
const taker = (section: Section, problems: Array<KvnProblem>) => {
  const optional = (key: string): KvnLine | undefined => {
    const line = section.lines.get(key)
    return line === undefined || line.value === "" ? undefined : line
  }
  const required = (key: string): KvnLine | undefined => {
    const line = optional(key)
    if (line === undefined) {
      problems.push({ line: section.lines.get(key)?.line ?? section.line, reason: `${key} is missing` })
    }
    return line
  }
  const toNumber = (line: KvnLine | undefined, unit: string): number => {
    if (line === undefined) return Number.NaN
    if (line.unit !== "" && line.unit.toLowerCase() !== unit) {
      problems.push({ line: line.line, reason: `${line.key} is in ${line.unit}, expected ${unit || "no unit"}` })
    } else if (!/^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(line.value)) {
      problems.push({ line: line.line, reason: `${line.key} is not a number` })
    }
    return Number(line.value.replace(/[dD]/, "e"))
  }
  const toTime = (line: KvnLine | undefined): number => {
    const time = line === undefined ? undefined : UtcTime.parse(line.value)
    if (line !== undefined && time === undefined) {
      problems.push({ line: line.line, reason: `${line.key} is not a time` })
    }
    return time ?? Number.NaN
  }
  return {
    text: (key: string): string => required(key)?.value ?? "",
    maybeText: (key: string) => optional(key)?.value,
    number: (key: string, unit: string) => toNumber(required(key), unit),
    maybeNumber: (key: string, unit: string) => {
      const line = optional(key)
      return line === undefined ? undefined : toNumber(line, unit)
    },
    time: (key: string) => toTime(required(key)),
    maybeTime: (key: string) => {
      const line = optional(key)
      return line === undefined ? undefined : toTime(line)
    },
    /** One of the values, or `undefined` with the problem noted. */
    oneOf: <const Values extends ReadonlyArray<string>>(key: string, values: Values): Values[number] | undefined => {
      const line = required(key)
      const found = values.find((value) => value === line?.value)
      if (line !== undefined && found === undefined) {
        problems.push({ line: line.line, reason: `${key} ${line.value} is not one of ${values.join(", ")}` })
      }
      return found
    }
  }
}

const frames: ReadonlyArray<CdmFrame> = ["EME2000", "GCRF", "ITRF"]

const readObject = (section: Section, problems: Array<KvnProblem>): CdmObject => {
  const take = taker(section, problems)
  const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = stateTerms.map(({ key, unit }) => take.number(key, unit) * 1000)
  const covariance = new Float64Array(36)
  for (const { column, key, row, unit } of covarianceTerms) {
    const value = take.number(key, unit)
    covariance[6 * row + column] = value
    covariance[6 * column + row] = value
  }
  return {
    comments: section.comments,
    designator: take.text("OBJECT_DESIGNATOR"),
    catalogName: take.text("CATALOG_NAME"),
    name: take.text("OBJECT_NAME"),
    internationalDesignator: take.text("INTERNATIONAL_DESIGNATOR"),
    ephemerisName: take.text("EPHEMERIS_NAME"),
    covarianceMethod: take.oneOf("COVARIANCE_METHOD", ["CALCULATED", "DEFAULT"]) ?? "DEFAULT",
    maneuverable: take.oneOf("MANEUVERABLE", ["YES", "NO", "N/A"]) ?? "N/A",
    frame: take.oneOf("REF_FRAME", frames) ?? "EME2000",
    lastObservation: take.maybeTime("TIME_LASTOB_END"),
    state: { position: [x, y, z], velocity: [vx, vy, vz] },
    covariance
  }
}

const maybeVector = (take: ReturnType<typeof taker>, stem: string, unit: string): Vector3 | undefined => {
  const [r, t, n] = ["R", "T", "N"].map((axis) => take.maybeNumber(`${stem}_${axis}`, unit))
  return r === undefined || t === undefined || n === undefined ? undefined : [r, t, n]
}

/** Cuts the lines into the header with the relative metadata, and the objects. */
const sectionsOf = (lines: ReadonlyArray<KvnLine>, problems: Array<KvnProblem>): ReadonlyArray<Section> => {
  const sections: Array<Section> = [{ line: 1, lines: new Map(), comments: [] }]
  for (const line of lines) {
    if (line.key === "OBJECT") {
      if (line.value !== `OBJECT${sections.length}`) {
        problems.push({ line: line.line, reason: `expected OBJECT = OBJECT${sections.length}` })
      }
      sections.push({ line: line.line, lines: new Map(), comments: [] })
      continue
    }
    const section = sections.at(-1)
    if (line.key === "COMMENT") section?.comments.push(line.value)
    else if (section?.lines.has(line.key) === true) {
      problems.push({ line: line.line, reason: `${line.key} is given twice` })
    } else section?.lines.set(line.key, line)
  }
  return sections
}

/**
 * Reads one message or fails with every fault. `file` names it in the error. Keywords beyond the model are passed over; comments are kept.
 */
export const readCdm = (text: string, file: string): Result.Result<Cdm, CdmError> => {
  const { lines, problems: faults } = kvnLines(text)
  const problems = [...faults]
  const fail = () => Result.fail(new CdmError({ file, problems: problems.toSorted((a, b) => a.line - b.line) }))
  const first = lines.find(({ key }) => key !== "COMMENT")
  if (first?.key !== "CCSDS_CDM_VERS") {
    problems.push({ line: first?.line ?? 1, reason: "expected CCSDS_CDM_VERS first" })
    return fail()
  }
  const [header, one, two, ...more] = sectionsOf(lines, problems)
  if (header === undefined || one === undefined || two === undefined || more.length > 0) {
    problems.push({ line: lines.at(-1)?.line ?? 1, reason: "expected two objects, OBJECT1 and OBJECT2" })
    return fail()
  }
  const take = taker(header, problems)
  const cdm: Cdm = {
    comments: header.comments,
    creationDate: take.time("CREATION_DATE"),
    originator: take.text("ORIGINATOR"),
    messageId: take.text("MESSAGE_ID"),
    tca: take.time("TCA"),
    missDistance: take.number("MISS_DISTANCE", "m"),
    relativeSpeed: take.maybeNumber("RELATIVE_SPEED", "m/s"),
    relativePosition: maybeVector(take, "RELATIVE_POSITION", "m"),
    relativeVelocity: maybeVector(take, "RELATIVE_VELOCITY", "m/s"),
    collisionProbability: take.maybeNumber("COLLISION_PROBABILITY", ""),
    collisionProbabilityMethod: take.maybeText("COLLISION_PROBABILITY_METHOD"),
    objects: [readObject(one, problems), readObject(two, problems)]
  }
  return problems.length === 0 ? Result.succeed(cdm) : fail()
}
