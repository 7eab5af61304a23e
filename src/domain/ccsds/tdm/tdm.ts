/**
 * CCSDS Tracking Data Message 503.0-B (KVN or XML) to observations.
 *
 * Read: RANGE (km, or s: light time along PATH), DOPPLER_INSTANTANEOUS (range rate, km/s), DOPPLER_INTEGRATED (mean range rate), ANGLE_1 and
 * ANGLE_2 (degrees; AZEL or RADEC). Records of a segment at one epoch are one observation; what must stand by itself does (`tdmGroups.ts`).
 * The sensor is the participant of the path that the registry knows; TRACK_ID, else the other participant, is the hint.
 *
 * **Times.** Without TIMETAG_REF a time tag is the target's own. With it, it is brought to the target by the light time of the RANGE of the
 * same epoch. A mean range rate is that of the middle of its INTEGRATION_INTERVAL: the bend of a low orbit's range rate makes that wrong by up
 * to 0.04 m/s for an interval of 1 s, and by its square for more, so longer ones are refused.
 *
 * What is ancillary (RCS, MAG, signal levels, weather, clocks, frequencies) is passed over. Anything else that is not understood is a problem,
 * not a silent loss.
 */
import { Result } from "effect"
import type { Observation, Target } from "../../observation/Observation.ts"
import { observationIdOf } from "../../observation/observationId.ts"
import type { SensorRegistry } from "../../observation/sensors/SensorRegistry.ts"
import { parse, type UtcTime } from "../../time/UtcTime.ts"
import type { KvnLine } from "../kvn.ts"
import { type TdmContext, tdmContext } from "./tdmContext.ts"
import { type TdmGroup, tdmGroups } from "./tdmGroups.ts"
import { tdmMetadata } from "./tdmMetadata.ts"
import { type TdmDatum, type TdmProblem, type TdmSegment, tdmSegments } from "./tdmSegments.ts"

/** `raw` is the lines of the file that it comes from; `message` is a TDM of that record alone, which reads to the same observation. */
export interface TdmObservation {
  readonly observation: Observation
  readonly line: number
  readonly raw: string
  readonly message: string
}

export interface TdmReading {
  readonly observations: ReadonlyArray<TdmObservation>
  readonly errors: ReadonlyArray<TdmProblem>
}

const degree = Math.PI / 180
const longestInterval = 1

const around = (angle: number): number => angle - 2 * Math.PI * Math.floor(angle / (2 * Math.PI))

interface Measured {
  readonly target: Target
  readonly time: UtcTime
}

/** The value of a keyword, corrected, in the file's units. */
const valueOf = (group: TdmGroup, context: TdmContext, key: string): number | undefined => {
  const datum = group.records.get(key)
  return datum === undefined ? undefined : Number(datum.value) + context.correction(key)
}

/** Range in metres, or why there is none although the group has one. */
const rangeOf = (group: TdmGroup, context: TdmContext): Result.Result<number | undefined, string> => {
  const value = valueOf(group, context, "RANGE")
  const unit = group.records.get("RANGE")?.unit.toLowerCase() ?? ""
  const declared = (context.metadata.text("RANGE_UNITS") ?? "km").toLowerCase()
  if (unit !== "" && unit !== declared) return Result.fail(`RANGE is in ${unit}, but RANGE_UNITS = ${declared}`)
  if (value === undefined) return Result.succeed(undefined)
  return Result.map(context.metadata.metresPerRangeUnit, (metres) => value * metres)
}

/** A mean range rate, as that of the middle of its interval. */
const integrated = (
  rate: number,
  { time }: TdmGroup,
  { metadata, timeOf }: TdmContext
): Result.Result<Measured, string> => {
  const interval = metadata.number("INTEGRATION_INTERVAL")
  const reference = metadata.listed("INTEGRATION_REF")
  if (interval === undefined || reference === undefined) {
    const absent = interval === undefined ? "INTEGRATION_INTERVAL" : "INTEGRATION_REF"
    return Result.fail(`DOPPLER_INTEGRATED without ${absent}: it is not known over which time it is the mean`)
  }
  if (interval > longestInterval) {
    return Result.fail(
      `DOPPLER_INTEGRATED: a mean over INTEGRATION_INTERVAL = ${interval} s is not the range rate of its middle (up to `
        + `${longestInterval} s are read)`
    )
  }
  const toMiddle = reference === "START" ? interval / 2 : reference === "END" ? -interval / 2 : 0
  return Result.map(timeOf(time + toMiddle * 1000, undefined, "other"), (at) => ({
    time: at,
    target: { _tag: "RangeRate", rangeRate: rate * 1000 }
  }))
}

const angular = (
  first: number,
  second: number,
  group: TdmGroup,
  context: TdmContext
): Result.Result<Measured, string> =>
  Result.flatMap(
    context.angles,
    (frame) =>
      Result.map(context.timeOf(group.time, undefined, frame === "AZEL" ? "other" : "angular"), (time) => ({
        time,
        target: frame === "AZEL"
          ? { _tag: "AzimuthElevation", azimuth: around(first * degree), elevation: second * degree }
          : { _tag: "Angular", rightAscension: around(first * degree), declination: second * degree, frame }
      }))
  )

/** What a group measures, and when. */
const measuredOf = (group: TdmGroup, context: TdmContext): Result.Result<Measured, string> => {
  const mean = valueOf(group, context, "DOPPLER_INTEGRATED")
  const rate = valueOf(group, context, "DOPPLER_INSTANTANEOUS")
  const first = valueOf(group, context, "ANGLE_1")
  const second = valueOf(group, context, "ANGLE_2")
  const given = rangeOf(group, context)
  if (Result.isFailure(given)) return Result.fail(given.failure)
  const range = given.success
  if ([mean, range, rate, first, second].some((value) => value !== undefined && !Number.isFinite(value))) {
    return Result.fail("a value with the correction to be added to it is not a finite number")
  }
  if ((first === undefined) !== (second === undefined)) return Result.fail("ANGLE_1 and ANGLE_2 do not come together")
  const useless = rate ?? mean
  if (useless !== undefined && context.metadata.noRangeRate !== undefined) {
    return Result.fail(context.metadata.noRangeRate)
  }
  if (mean !== undefined) return integrated(mean, group, context)
  if (first !== undefined && Result.isFailure(context.angles)) return Result.fail(context.angles.failure)
  if (first !== undefined && second !== undefined && range === undefined && rate === undefined) {
    return angular(first, second, group, context)
  }
  return Result.map(context.timeOf(group.time, range, "other"), (time) => ({
    time,
    target: {
      _tag: "RangeRate",
      ...(range !== undefined && { range }),
      ...(rate !== undefined && { rangeRate: rate * 1000 }),
      ...(first !== undefined && second !== undefined
        && { azimuth: around(first * degree), elevation: second * degree })
    }
  }))
}

/** The span of the whole segment does not bear on one record, but if it is none then the segment is at fault, and the record with it. */
const bears = ({ key, value }: KvnLine): boolean =>
  (key !== "START_TIME" && key !== "STOP_TIME") || parse(value) === undefined

/** A message of one record, without what does not bear on it, so that the same record has the same bytes in any file. */
export const tdmMessageOf = (
  version: string,
  segment: Pick<TdmSegment, "metadata">,
  data: ReadonlyArray<string>,
  complete = true
): string =>
  [
    `CCSDS_TDM_VERS = ${version}`,
    "META_START",
    ...segment.metadata.filter(bears).map(({ key, value }) => `${key} = ${value}`),
    "META_STOP",
    "DATA_START",
    ...data.map((raw) => raw.trim()),
    ...(complete ? ["DATA_STOP"] : []),
    ""
  ].join("\n")

const readSegment = (
  segment: TdmSegment,
  version: string,
  registry: Pick<SensorRegistry, "bySourceId">,
  ingestTimestamp: UtcTime,
  observations: Array<TdmObservation>,
  errors: Array<TdmProblem>
): void => {
  const metadata = tdmMetadata(segment)
  const context = Result.flatMap(metadata, (known) => tdmContext(known, registry))
  const { groups, malformed, repeated } = tdmGroups(segment.data, Result.getOrUndefined(metadata))
  const refuse = (lines: ReadonlyArray<TdmDatum>, reason: string): void => {
    const raw = lines.map((datum) => datum.raw)
    errors.push({ line: lines[0]?.line ?? segment.line, raw: raw.join("\n"), reason })
  }
  for (const { datum, reason } of malformed) refuse([datum], reason)
  for (const { datum, earlier } of repeated) {
    refuse([datum], `${datum.key} of this epoch is already in line ${earlier.line}`)
  }
  if (Result.isFailure(context)) {
    const { line, reason } = context.failure
    const lost = groups.flatMap(({ records }) => [...records.values()].map(({ raw }) => raw))
    errors.push({ line, raw: lost.join("\n"), reason })
    return
  }
  for (const group of groups) {
    const lines = [...group.records.values()]
    const measured = measuredOf(group, context.success)
    if (Result.isFailure(measured)) {
      refuse(lines, measured.failure)
      continue
    }
    const raw = lines.map((datum) => datum.raw)
    const message = tdmMessageOf(version, segment, raw)
    const { objectHint, sensor } = context.success
    observations.push({
      observation: {
        observationId: observationIdOf(sensor.sourceId, Buffer.from(message, "utf8")),
        sourceId: sensor.sourceId,
        sourceKind: sensor.kind,
        sensorTimestamp: measured.success.time,
        ingestTimestamp,
        target: measured.success.target,
        uncertainty: {},
        ...(objectHint !== undefined && { objectHint })
      },
      line: lines[0]?.line ?? segment.line,
      raw: raw.join("\n"),
      message
    })
  }
}

/**
 * Reads a message. Whatever can be used comes through, in the order of its first line; the rest is listed with line, reason and raw lines. A
 * message without any measurement, although all of it is right, is told too.
 *
 * The observation id is that of the record's `message`: the same record in two files is the same observation.
 */
export const readTdm = (
  text: string,
  registry: Pick<SensorRegistry, "bySourceId">,
  ingestTimestamp: UtcTime
): TdmReading => {
  const { problems, segments, version } = tdmSegments(text)
  if (version === undefined) {
    const raw = text.split(/\r?\n/, 1)[0] ?? ""
    const [first] = problems
    const error = first?.raw.startsWith("<") === true
      ? first
      : { line: 1, raw, reason: "not a TDM: CCSDS_TDM_VERS is absent" }
    return { observations: [], errors: [error] }
  }
  const observations: Array<TdmObservation> = []
  const errors: Array<TdmProblem> = [...problems]
  for (const segment of segments) readSegment(segment, version, registry, ingestTimestamp, observations, errors)
  if (observations.length === 0 && errors.length === 0) {
    errors.push({
      line: segments[0]?.line ?? 1,
      raw: "",
      reason: segments.length === 0 ? "no segment in the message" : "the message measures nothing"
    })
  }
  return {
    observations: observations.toSorted((a, b) => a.line - b.line),
    errors: errors.toSorted((a, b) => a.line - b.line)
  }
}
