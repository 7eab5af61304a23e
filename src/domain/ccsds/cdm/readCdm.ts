/** Reader of conjunction data messages (CCSDS 508.0-B) in every notation. Every fault is listed with its line, not only the first. */
import { Result, Schema } from "effect"
import type { Vector3 } from "../../observation/Observation.ts"
import { refuseUnknown, type Section, type Taker, taker } from "../fields.ts"
import type { MessageProblem } from "../kvn.ts"
import type { Cdm, CdmFrame, CdmObject, CdmScreening } from "./cdm.ts"
import {
  type CdmObjectNumber,
  type CdmObjectText,
  type CdmRelativeNumber,
  type CdmRelativeText,
  type CdmRelativeTime,
  covarianceTerms,
  headerKeywords,
  objectKeywords,
  objectNumbers,
  objectTexts,
  relativeKeywords,
  relativeNumbers,
  relativeTexts,
  relativeTimes,
  stateTerms
} from "./cdmKeywords.ts"
import { cdmSections } from "./cdmSections.ts"

/** A message that cannot be read: all faults, each with its line (from 1). */
export class CdmError extends Schema.TaggedError<CdmError>()("CdmError", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.Int, reason: Schema.String }))
}) {
  override get message(): string {
    return this.problems.map(({ line, reason }) => `${this.file}:${line}: ${reason}`).join("\n")
  }
}

/** A message, and what in it is not as the standard has it, although what is meant is clear. */
export interface CdmReading {
  readonly cdm: Cdm
  readonly warnings: ReadonlyArray<MessageProblem>
}

const frames: ReadonlyArray<CdmFrame> = ["EME2000", "GCRF", "ITRF"]
const headerKeys = new Set(["CCSDS_CDM_VERS", ...[...headerKeywords, ...relativeKeywords].map(({ key }) => key)])
const objectKeys = new Set(objectKeywords.map(({ key }) => key))
/** The unit that many sample messages give a velocity. */
const velocitySlips = ["m"]

const readObject = (
  section: Section,
  problems: Array<MessageProblem>,
  warnings: Array<MessageProblem>
): CdmObject => {
  refuseUnknown(section, objectKeys, "an object of a CDM", problems)
  const take = taker(section, problems, warnings)
  const center = take.maybeText("ORBIT_CENTER")
  if (center !== undefined && center.toUpperCase() !== "EARTH") {
    problems.push({ line: take.lineOf("ORBIT_CENTER"), reason: `ORBIT_CENTER: "${center}" is not EARTH` })
  }
  const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = stateTerms.map(({ key, unit }) => take.number(key, unit) * 1000)
  const covariance = new Float64Array(36)
  for (const { column, key, row, unit } of covarianceTerms) {
    const value = take.number(key, unit)
    covariance[6 * row + column] = value
    covariance[6 * column + row] = value
  }
  const texts: Partial<Record<CdmObjectText, string>> = {}
  for (const { key, values } of objectTexts) {
    const value = values === undefined ? take.maybeText(key) : take.maybeOneOf<ReadonlyArray<string>>(key, values)
    if (value !== undefined) texts[key] = value
  }
  const numbers: Partial<Record<CdmObjectNumber, number>> = {}
  for (const { key, unit } of objectNumbers) {
    const value = take.maybeNumber(key, unit)
    if (value !== undefined) numbers[key] = value
  }
  const lastObservation = take.maybeTime("TIME_LASTOB_END")
  const lastObservationStart = take.maybeTime("TIME_LASTOB_START")
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
    lastObservation,
    ...(lastObservationStart !== undefined && lastObservationStart !== lastObservation && { lastObservationStart }),
    state: { position: [x, y, z], velocity: [vx, vy, vz] },
    covariance,
    ...(Object.keys(texts).length > 0 && { texts }),
    ...(Object.keys(numbers).length > 0 && { numbers })
  }
}

/** All three components, or none: one or two alone are a fault. */
const maybeVector = (take: Taker, stem: string, unit: string, slips: ReadonlyArray<string>): Vector3 | undefined => {
  const keys = ["R", "T", "N"].map((axis) => `${stem}_${axis}`)
  if (keys.filter(take.has).length === 0) return undefined
  const [r = 0, t = 0, n = 0] = keys.map((key) => take.number(key, unit, slips))
  return [r, t, n]
}

const readScreening = (take: Taker): CdmScreening | undefined => {
  const texts: Partial<Record<CdmRelativeText, string>> = {}
  const times: Partial<Record<CdmRelativeTime, number>> = {}
  const numbers: Partial<Record<CdmRelativeNumber, number>> = {}
  for (const { key, values } of relativeTexts) {
    const value = take.maybeOneOf<ReadonlyArray<string>>(key, values)
    if (value !== undefined) texts[key] = value
  }
  for (const key of relativeTimes) {
    const value = take.maybeTime(key)
    if (value !== undefined) times[key] = value
  }
  for (const { key, unit } of relativeNumbers) {
    const value = take.maybeNumber(key, unit)
    if (value !== undefined) numbers[key] = value
  }
  return [texts, times, numbers].some((values) => Object.keys(values).length > 0)
    ? { texts, times, numbers }
    : undefined
}

const readHeader = (
  section: Section,
  problems: Array<MessageProblem>,
  warnings: Array<MessageProblem>
): Omit<Cdm, "objects"> => {
  refuseUnknown(section, headerKeys, "the header or the relative metadata of a CDM", problems)
  const take = taker(section, problems, warnings)
  const within = (key: string, value: number | undefined, least: number, most: number): void => {
    if (value !== undefined && (value < least || value > most)) {
      problems.push({ line: take.lineOf(key), reason: `${key}: ${value} is not between ${least} and ${most}` })
    }
  }
  const missDistance = take.number("MISS_DISTANCE", "m")
  const collisionProbability = take.maybeNumber("COLLISION_PROBABILITY", "")
  within("MISS_DISTANCE", missDistance, 0, Infinity)
  within("COLLISION_PROBABILITY", collisionProbability, 0, 1)
  const messageFor = take.maybeText("MESSAGE_FOR")
  const screening = readScreening(take)
  return {
    comments: section.comments,
    creationDate: take.time("CREATION_DATE"),
    originator: take.text("ORIGINATOR"),
    ...(messageFor !== undefined && { messageFor }),
    messageId: take.text("MESSAGE_ID"),
    tca: take.time("TCA"),
    missDistance,
    relativeSpeed: take.maybeNumber("RELATIVE_SPEED", "m/s", velocitySlips),
    relativePosition: maybeVector(take, "RELATIVE_POSITION", "m", []),
    relativeVelocity: maybeVector(take, "RELATIVE_VELOCITY", "m/s", velocitySlips),
    ...(screening !== undefined && { screening }),
    collisionProbability,
    collisionProbabilityMethod: take.maybeText("COLLISION_PROBABILITY_METHOD")
  }
}

/** Reads one message, in whatever notation it is, or fails with every fault. `file` names it in the error. */
export const readCdm = (text: string, file: string): Result.Result<CdmReading, CdmError> => {
  const problems: Array<MessageProblem> = []
  const warnings: Array<MessageProblem> = []
  const fail = () => Result.fail(new CdmError({ file, problems: problems.toSorted((a, b) => a.line - b.line) }))
  const sections = cdmSections(text, problems, warnings)
  if (sections === undefined) return fail()
  const [one, two, ...more] = sections.objects
  if (one === undefined || two === undefined || more.length > 0) {
    const line = (more[0] ?? one ?? sections.header).line
    problems.push({ line, reason: `OBJECT: expected two objects, not ${sections.objects.length}` })
    return fail()
  }
  const header = readHeader(sections.header, problems, warnings)
  const cdm: Cdm = { ...header, objects: [readObject(one, problems, warnings), readObject(two, problems, warnings)] }
  return problems.length === 0 ? Result.succeed({ cdm, warnings }) : fail()
}
