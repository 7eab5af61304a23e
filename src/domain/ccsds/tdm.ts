/**
 * CCSDS Tracking Data Message 503.0-B (KVN) to observations.
 *
 * Read: RANGE (km, or s: light time along PATH), DOPPLER_INSTANTANEOUS (range rate, km/s), ANGLE_1 and ANGLE_2 (degrees; AZEL or RADEC).
 * Records of a segment at one epoch are one observation; right ascension beside a range is one of its own. The sensor is the participant of the
 * path that the registry knows; TRACK_ID, else the other participant, is the hint. Epochs are the target's: TIMETAG_REF is not used.
 *
 * What is ancillary (RCS, MAG, signal levels, weather, clocks, frequencies) is passed over. Any other keyword is a problem, not a silent loss.
 */
import { Result } from "effect"
import type { Observation, Target } from "../observation/Observation.ts"
import { observationIdOf } from "../observation/observationId.ts"
import type { SensorRegistry } from "../observation/sensors/SensorRegistry.ts"
import { parse, type UtcTime } from "../time/UtcTime.ts"
import { type TdmContext, tdmContext } from "./tdmContext.ts"
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
const measuredKeys = new Set(["RANGE", "DOPPLER_INSTANTANEOUS", "ANGLE_1", "ANGLE_2"])
const ancillary =
  /^(RCS|MAG|CARRIER_POWER|P[CR]_N0|PRESSURE|RHUMIDITY|TEMPERATURE|TROPO_(DRY|WET)|STEC|CLOCK_(BIAS|DRIFT)|(TRANSMIT|RECEIVE)_(FREQ|PHASE_CT)(_[1-5])?|TRANSMIT_FREQ_RATE_[1-5])$/
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** True for what is passed over: it measures nothing that an observation holds. */
export const isAncillary = (datum: TdmDatum): boolean => ancillary.test(datum.key)

/** Why a data line can be no measurement whatever its segment says; `undefined` when it can be one. */
export const datumProblem = (datum: TdmDatum): string | undefined => {
  if (!measuredKeys.has(datum.key)) return `the keyword ${datum.key} is not supported`
  if (parse(datum.epoch) === undefined) return `"${datum.epoch}" is not an epoch`
  return decimal.test(datum.value) ? undefined : `"${datum.value}" is not a number`
}

const around = (angle: number): number => angle - 2 * Math.PI * Math.floor(angle / (2 * Math.PI))

/** The records of one epoch that go into one target. */
type Group = Map<string, TdmDatum>

const targetOf = (group: Group, context: TdmContext): Result.Result<Target, string> => {
  const value = (key: string): number | undefined => {
    const datum = group.get(key)
    return datum === undefined ? undefined : Number(datum.value) + context.correction(key)
  }
  const [range, doppler] = [value("RANGE"), value("DOPPLER_INSTANTANEOUS")]
  const [first, second] = [value("ANGLE_1"), value("ANGLE_2")]
  const angles = context.angles
  if ([range, doppler, first, second].some((given) => given !== undefined && !Number.isFinite(given))) {
    return Result.fail("a value, or the correction to be added to it, is not a finite number")
  }
  if (first !== undefined || second !== undefined) {
    if (Result.isFailure(angles)) return Result.fail(angles.failure)
    if (first === undefined || second === undefined) return Result.fail("ANGLE_1 and ANGLE_2 do not come together")
    if (angles.success !== "AZEL") {
      return Result.succeed({
        _tag: "Angular",
        rightAscension: around(first * degree),
        declination: second * degree,
        frame: angles.success
      })
    }
    if (range === undefined && doppler === undefined) {
      return Result.succeed({ _tag: "AzimuthElevation", azimuth: around(first * degree), elevation: second * degree })
    }
  }
  const unit = context.metresPerRangeUnit
  if (range !== undefined && Result.isFailure(unit)) return Result.fail(unit.failure)
  return Result.succeed({
    _tag: "RangeRate",
    ...(range !== undefined && Result.isSuccess(unit) && { range: range * unit.success }),
    ...(doppler !== undefined && { rangeRate: doppler * 1000 }),
    ...(first !== undefined && second !== undefined
      && { azimuth: around(first * degree), elevation: second * degree })
  })
}

/** A message of one record, without what does not bear on it, so that the same record has the same bytes in any file. */
export const tdmMessageOf = (version: string, segment: TdmSegment, data: ReadonlyArray<string>): string =>
  [
    `CCSDS_TDM_VERS = ${version}`,
    "META_START",
    ...segment.metadata.filter(({ key }) => key !== "START_TIME" && key !== "STOP_TIME").map(({ key, value }) =>
      `${key} = ${value}`
    ),
    "META_STOP",
    "DATA_START",
    ...data.map((raw) => raw.trim()),
    "DATA_STOP",
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
  const context = tdmContext(segment, registry)
  const angular = Result.isSuccess(context) && Result.isSuccess(context.success.angles)
    && context.success.angles.success !== "AZEL"
  const groups = new Map<string, { readonly time: UtcTime; readonly records: Group }>()
  const refuse = (lines: ReadonlyArray<TdmDatum>, reason: string): void => {
    const raw = lines.map((datum) => datum.raw)
    errors.push({ line: lines[0]?.line ?? segment.line, raw: raw.join("\n"), reason })
  }
  for (const datum of segment.data) {
    if (isAncillary(datum)) continue
    const problem = datumProblem(datum)
    const time = parse(datum.epoch)
    const key = `${time}${angular && datum.key.startsWith("ANGLE") ? " angular" : ""}`
    const group = groups.get(key)
    const earlier = group?.records.get(datum.key)
    if (problem !== undefined || time === undefined) refuse([datum], problem ?? "")
    else if (earlier !== undefined) refuse([datum], `${datum.key} of this epoch is already in line ${earlier.line}`)
    else if (group === undefined) groups.set(key, { time, records: new Map([[datum.key, datum]]) })
    else group.records.set(datum.key, datum)
  }
  for (const { records, time } of groups.values()) {
    const lines = [...records.values()]
    const target = Result.flatMap(context, (known) => targetOf(records, known))
    if (Result.isFailure(target) || Result.isFailure(context)) {
      refuse(lines, Result.isFailure(target) ? target.failure : "")
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
        sensorTimestamp: time,
        ingestTimestamp,
        target: target.success,
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
 * Reads a message. Whatever can be used comes through, in the order of its first line; the rest is listed with line, reason and raw lines.
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
    return { observations: [], errors: [{ line: 1, raw, reason: "not a TDM: CCSDS_TDM_VERS is absent" }] }
  }
  const observations: Array<TdmObservation> = []
  const errors: Array<TdmProblem> = [...problems]
  if (segments.length === 0) errors.push({ line: 1, raw: "", reason: "no segment in the message" })
  for (const segment of segments) readSegment(segment, version, registry, ingestTimestamp, observations, errors)
  return {
    observations: observations.toSorted((a, b) => a.line - b.line),
    errors: errors.toSorted((a, b) => a.line - b.line)
  }
}
