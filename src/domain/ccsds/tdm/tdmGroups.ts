/**
 * Which data lines of a TDM segment make one observation, and which can be none. No registry is needed to tell.
 *
 * What is measured at one epoch goes together, but for what has to be read or refused by itself: right ascension beside a range, a range or
 * range rate that the metadata make useless, and a mean range rate, whose epoch is another.
 */
import { Result } from "effect"
import { parse, type UtcTime } from "../../time/UtcTime.ts"
import { numberOf } from "../kvn.ts"
import { ancillaryKeys, measuredKeys } from "./tdmKeywords.ts"
import type { TdmMetadata } from "./tdmMetadata.ts"
import type { TdmDatum } from "./tdmSegments.ts"

/** The lines of one observation, by keyword. */
export interface TdmGroup {
  readonly time: UtcTime
  readonly records: ReadonlyMap<string, TdmDatum>
}

interface TdmGroups {
  readonly groups: ReadonlyArray<TdmGroup>
  /** Lines that can be no measurement whatever their segment says. */
  readonly malformed: ReadonlyArray<{ readonly datum: TdmDatum; readonly reason: string }>
  /** Lines that repeat a keyword at an epoch, which 503.0-B 3.4.11 forbids, each with the one before. */
  readonly repeated: ReadonlyArray<{ readonly datum: TdmDatum; readonly earlier: TdmDatum }>
}

const units: Readonly<Record<string, ReadonlyArray<string>>> = {
  RANGE: ["km", "s", "ru"],
  DOPPLER_INSTANTANEOUS: ["km/s"],
  DOPPLER_INTEGRATED: ["km/s"],
  ANGLE_1: ["deg"],
  ANGLE_2: ["deg"]
}

/** Why a data line can be no measurement whatever its segment says; `undefined` when it can be one. */
export const datumProblem = ({ epoch, key, unit, value }: TdmDatum): string | undefined => {
  if (!measuredKeys.has(key) && !ancillaryKeys.has(key)) return `the keyword ${key} is not supported`
  if (parse(epoch) === undefined) return `${key}: "${epoch}" is not an epoch`
  if (numberOf(value) === undefined) return `${key}: "${value}" is not a number`
  const expected = units[key]
  return unit === "" || expected === undefined || expected.includes(unit.toLowerCase())
    ? undefined
    : `${key} is in ${unit}, expected ${expected.slice(0, 2).join(" or ")}`
}

const partOf = (key: string, metadata: TdmMetadata | undefined): string => {
  if (key.startsWith("ANGLE")) return metadata?.radec === true ? "angular" : ""
  if (key === "DOPPLER_INTEGRATED") return "integrated"
  const useless = key === "RANGE"
    ? metadata !== undefined && Result.isFailure(metadata.metresPerRangeUnit)
    : metadata?.noRangeRate !== undefined
  return useless ? key : ""
}

/** Sorts the data of a segment; the groups are in the order of their first lines. */
export const tdmGroups = (data: ReadonlyArray<TdmDatum>, metadata: TdmMetadata | undefined): TdmGroups => {
  const malformed: Array<{ readonly datum: TdmDatum; readonly reason: string }> = []
  const repeated: Array<{ readonly datum: TdmDatum; readonly earlier: TdmDatum }> = []
  const groups = new Map<string, { readonly time: UtcTime; readonly records: Map<string, TdmDatum> }>()
  for (const datum of data) {
    const reason = datumProblem(datum)
    const time = parse(datum.epoch)
    if (reason !== undefined || time === undefined) {
      malformed.push({ datum, reason: reason ?? "" })
      continue
    }
    if (ancillaryKeys.has(datum.key)) continue
    const name = `${time} ${partOf(datum.key, metadata)}`
    const group = groups.get(name)
    const earlier = group?.records.get(datum.key)
    if (earlier !== undefined) repeated.push({ datum, earlier })
    else if (group === undefined) groups.set(name, { time, records: new Map([[datum.key, datum]]) })
    else group.records.set(datum.key, datum)
  }
  return { groups: [...groups.values()], malformed, repeated }
}
