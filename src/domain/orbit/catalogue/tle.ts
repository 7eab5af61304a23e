/**
 * Two-line element sets, with or without a name line (3LE, mixed in one file), read and written.
 *
 * Format: NORAD two-line element set, checksum modulo 10 (digits, and 1 for each minus). Alpha-5 catalogue numbers up to 339999.
 */
import { Result } from "effect"
import { dayOfYearMidnight } from "../../time/UtcTime.ts"
import {
  type CatalogueProblem,
  type CatalogueReading,
  implausible,
  type MeanElements,
  radiansPerDegree,
  revPerDay,
  revPerDay2,
  revPerDay3
} from "./MeanElements.ts"

/** Alpha-5 leaves out I and O, which look like digits. */
const alpha5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"
const dayMillis = 86_400_000

/** Checksum of the first 68 characters of a line, 0 to 9. */
export const tleChecksum = (line: string): number => {
  let sum = 0
  for (let i = 0; i < 68 && i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code >= 48 && code <= 57) sum += code - 48
    else if (code === 45) sum += 1
  }
  return sum % 10
}

/** Decimal text of a five-character catalogue number, or `undefined` when it is none. */
export const objectIdOf = (field: string): string | undefined => {
  const text = field.trim()
  if (/^\d{1,5}$/.test(text)) return String(Number(text))
  const lead = alpha5.indexOf(text.charAt(0))
  return lead >= 0 && /^.\d{4}$/.test(text) ? String((lead + 10) * 10_000 + Number(text.slice(1))) : undefined
}

const catalogueField = (objectId: string): string | undefined => {
  if (!/^\d{1,6}$/.test(objectId)) return undefined
  const number = Number(objectId)
  if (number < 100_000) return objectId.padStart(5, "0")
  const lead = alpha5.charAt(Math.floor(number / 10_000) - 10)
  return lead === "" ? undefined : lead + String(number % 10_000).padStart(4, "0")
}

const longDesignator = (field: string): string => {
  const match = /^(\d{2})(\d{3})([A-Z]{1,3})$/.exec(field.trim())
  if (match === null) return field.trim()
  const [, year = "", launch = "", piece = ""] = match
  return `${Number(year) < 57 ? "20" : "19"}${year}-${launch}${piece}`
}

const shortDesignator = (designator: string): string => {
  const match = /^\d{2}(\d{2})-(\d{3})([A-Z]{1,3})$/.exec(designator)
  return (match === null ? designator.replaceAll(/[^ -~]/g, "").slice(0, 8) : match.slice(1).join("")).padEnd(8)
}

const plain = (field: string): number => {
  const text = field.trim()
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
}

/** `-12345-6` is -0.12345e-6. */
const assumedDecimal = (field: string): number => {
  const match = /^([ +-]?)(\d{5})([+ -]\d)$/.exec(field)
  if (match === null) return field.trim() === "" ? 0 : Number.NaN
  const [, sign = "", digits = "", exponent = ""] = match
  return (sign === "-" ? -1 : 1) * Number(`0.${digits}e${exponent.trim()}`)
}

/** A count that may be blank (0). */
const count = (field: string): number => (/^ *\d* *$/.test(field) ? Number(field) : Number.NaN)

const epochOf = (line1: string): number => {
  const year = plain(line1.slice(18, 20))
  const day = plain(line1.slice(20, 32))
  const whole = Math.floor(day)
  const midnight = dayOfYearMidnight(year < 57 ? 2000 + year : 1900 + year, whole)
  return midnight === undefined ? Number.NaN : midnight + (day - whole) * dayMillis
}

/** The reason why a line fails before its fields are looked at. */
const lineFault = (line: string, number: "1" | "2"): string | undefined => {
  if (!line.startsWith(`${number} `)) return `expected line ${number} of an element set`
  if (line.length !== 69) return `line ${number} has ${line.length} characters, expected 69`
  const stated = line.charAt(68)
  const sum = String(tleChecksum(line))
  return stated === sum ? undefined : `checksum of line ${number} is ${stated}, computed ${sum}`
}

/** Reads one element set. The failure says which line (1 or 2) is at fault and why. */
export const parseTle = (
  line1: string,
  line2: string,
  name = ""
): Result.Result<MeanElements, { readonly line: 1 | 2; readonly reason: string }> => {
  const fault1 = lineFault(line1, "1")
  if (fault1 !== undefined) return Result.fail({ line: 1, reason: fault1 })
  const fault2 = lineFault(line2, "2")
  if (fault2 !== undefined) return Result.fail({ line: 2, reason: fault2 })
  const objectId = objectIdOf(line1.slice(2, 7))
  if (objectId === undefined) return Result.fail({ line: 1, reason: "catalogue number is not a number or Alpha-5" })
  if (objectIdOf(line2.slice(2, 7)) !== objectId) {
    return Result.fail({ line: 2, reason: "catalogue number differs from line 1" })
  }
  // Type 4 is SGP4-XP: another theory, which SGP4 would propagate to a wrong place.
  if (!/[ 0123]/.test(line1.charAt(62))) {
    return Result.fail({ line: 1, reason: `ephemeris type ${line1.charAt(62)} is not SGP4` })
  }
  const elements: MeanElements = {
    objectId,
    name: name === "" ? objectId : name,
    internationalDesignator: longDesignator(line1.slice(9, 17)),
    classification: line1.charAt(7).trim() || "U",
    epoch: epochOf(line1),
    meanMotion: plain(line2.slice(52, 63)) * revPerDay,
    eccentricity: plain(`.${line2.slice(26, 33).replaceAll(" ", "0")}`),
    inclination: plain(line2.slice(8, 16)) * radiansPerDegree,
    rightAscension: plain(line2.slice(17, 25)) * radiansPerDegree,
    argumentOfPerigee: plain(line2.slice(34, 42)) * radiansPerDegree,
    meanAnomaly: plain(line2.slice(43, 51)) * radiansPerDegree,
    bstar: assumedDecimal(line1.slice(53, 61)),
    meanMotionDot: plain(line1.slice(33, 43)) * revPerDay2,
    meanMotionDdot: assumedDecimal(line1.slice(44, 52)) * revPerDay3,
    elementSetNumber: count(line1.slice(64, 68)),
    revolutionAtEpoch: count(line2.slice(63, 68))
  }
  const firstLine = ["epoch", "bstar", "meanMotionDot", "meanMotionDdot", "elementSetNumber"] as const
  const secondLine = [
    "meanMotion",
    "eccentricity",
    "inclination",
    "rightAscension",
    "argumentOfPerigee",
    "meanAnomaly",
    "revolutionAtEpoch"
  ] as const
  const bad1 = firstLine.find((key) => !Number.isFinite(elements[key]))
  if (bad1 !== undefined) {
    return Result.fail({
      line: 1,
      reason: bad1 === "epoch" ? "the epoch is not a day of its year" : `${bad1} is not a number`
    })
  }
  const bad2 = secondLine.find((key) => !Number.isFinite(elements[key]))
  if (bad2 !== undefined) return Result.fail({ line: 2, reason: `${bad2} is not a number` })
  const wrong = implausible(elements)
  return wrong === undefined ? Result.succeed(elements) : Result.fail({ line: 2, reason: wrong })
}

const isLine1 = (line: string): boolean => /^1 [0-9A-Z ]\d{4}|^1 [ \d]{5}/.test(line)
const isLine2 = (line: string): boolean => /^2 [0-9A-Z ]\d{4}|^2 [ \d]{5}/.test(line)

/**
 * The lines that are not comments. A line that begins with `#` is one, except where it can only be a name: directly before line 1, with no
 * blank after the `#` or in a text whose other sets have names.
 */
const withoutComments = <L extends { readonly line: string }>(lines: ReadonlyArray<L>): ReadonlyArray<L> => {
  const named = lines.some(({ line }) => !line.startsWith("#") && !isLine1(line) && !isLine2(line))
  return lines.filter(({ line }, index) =>
    !line.startsWith("#") || (isLine1(lines[index + 1]?.line ?? "") && (named || /^#\S/.test(line)))
  )
}

/** Reads a text of element sets; a name line before a set is optional, set by set. Blank lines and `#` comments are skipped. */
export const readTle = (text: string): CatalogueReading => {
  const elements: Array<MeanElements> = []
  const problems: Array<CatalogueProblem> = []
  const lines = withoutComments(
    text.split(/\r?\n/).map((line, index) => ({ line: line.trimEnd(), number: index + 1 }))
      .filter(({ line }) => line !== "")
  )
  let name: { readonly text: string; readonly number: number } | undefined
  const orphanName = (): void => {
    if (name !== undefined) {
      problems.push({ line: name.number, reason: "expected line 1 of an element set after a name" })
    }
    name = undefined
  }
  for (let i = 0; i < lines.length; i++) {
    const first = lines[i]
    if (first === undefined) continue
    if (isLine2(first.line)) {
      orphanName()
      problems.push({ line: first.number, reason: "line 2 of an element set without its line 1" })
    } else if (isLine1(first.line)) {
      const second = lines[i + 1]
      const follows = second !== undefined && isLine2(second.line)
      if (follows) i++
      const read = parseTle(first.line, follows ? second.line : "", name?.text ?? "")
      if (Result.isSuccess(read)) elements.push(read.success)
      else {
        const at = read.failure.line === 2 && follows ? second.number : first.number
        problems.push({ line: at, reason: read.failure.reason })
      }
      name = undefined
    } else {
      orphanName()
      name = { text: first.line.replace(/^0(?= |$)/, "").trim(), number: first.number }
    }
  }
  orphanName()
  return { elements, problems }
}

const degrees = (radians: number): string => {
  const turn = ((radians / radiansPerDegree) % 360 + 360) % 360
  const text = turn.toFixed(4)
  return (text === "360.0000" ? "0.0000" : text).padStart(8)
}

const formatAssumedDecimal = (value: number): string => {
  if (value === 0 || Math.abs(value) < 1e-10) return " 00000+0"
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toExponential(4).split("e")
  const power = Number(exponent) + 1
  return `${value < 0 ? "-" : " "}${mantissa.replace(".", "")}${power < 0 ? "-" : "+"}${Math.abs(power)}`
}

const withChecksum = (line: string): string => line + String(tleChecksum(line))

/**
 * Writes the two lines with valid checksums, to the format's own precision (epoch 0.9 ms, angles 0.0001 degree).
 *
 * `undefined` when a TLE cannot hold the object's number (over 339999, or not decimal).
 */
export const formatTle = (elements: MeanElements): readonly [line1: string, line2: string] | undefined => {
  const id = catalogueField(elements.objectId)
  if (id === undefined) return undefined
  // Rounded to the format's 1e-8 day first, so that a carry reaches the year.
  const rounded = Math.round(elements.epoch / dayMillis * 1e8) / 1e8 * dayMillis
  const year = new Date(rounded).getUTCFullYear()
  const day = (rounded - Date.UTC(year, 0, 1)) / dayMillis + 1
  const dot = elements.meanMotionDot / revPerDay2
  const dotText = (dot < 0 ? "-" : " ") + Math.min(Math.abs(dot), 0.99999999).toFixed(8).slice(1)
  const line1 =
    `1 ${id}${elements.classification.slice(0, 1) || "U"} ${shortDesignator(elements.internationalDesignator)} `
    + `${String(year % 100).padStart(2, "0")}${day.toFixed(8).padStart(12, "0")} ${dotText} `
    + `${formatAssumedDecimal(elements.meanMotionDdot / revPerDay3)} ${formatAssumedDecimal(elements.bstar)} 0 `
    + String(elements.elementSetNumber % 10_000).padStart(4)
  const eccentricity = Math.min(Math.round(elements.eccentricity * 1e7), 9_999_999)
  const line2 = `2 ${id} ${(elements.inclination / radiansPerDegree).toFixed(4).padStart(8)} `
    + `${degrees(elements.rightAscension)} ${String(eccentricity).padStart(7, "0")} ${
      degrees(elements.argumentOfPerigee)
    } ${degrees(elements.meanAnomaly)} ${(elements.meanMotion / revPerDay).toFixed(8).padStart(11)}`
    + String(elements.revolutionAtEpoch % 100_000).padStart(5)
  return [withChecksum(line1), withChecksum(line2)]
}
