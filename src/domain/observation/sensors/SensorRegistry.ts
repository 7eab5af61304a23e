/** The sensors that observations are accepted from, by each of the ids that a wire names them with. */
import { Result, Schema } from "effect"
import type { EarthOrientationAt } from "../../orbit/frames/EarthOrientation.ts"
import { topLevelObjects } from "../../text/jsonObjects.ts"
import type { Sensor } from "./Sensor.ts"
import { contradiction, sensorOf, SensorRecord } from "./sensorRecord.ts"

export interface SensorRegistry {
  readonly bySourceId: ReadonlyMap<string, Sensor>
  /** Radars by the array id of their datagrams. */
  readonly byArrayId: ReadonlyMap<number, Sensor>
  /** Inter-satellite links by the satellite id of their beacons. */
  readonly bySatelliteId: ReadonlyMap<number, Sensor>
}

/** A registry file with records that cannot be used: all of them, each with its line (from 1) and reason. */
export class RegistryError extends Schema.TaggedError<RegistryError>()("RegistryError", {
  file: Schema.String,
  problems: Schema.Array(Schema.Struct({ line: Schema.Int, reason: Schema.String }))
}) {
  override get message(): string {
    return this.problems.map(({ line, reason }) => `${this.file}:${line}: ${reason}`).join("\n")
  }
}

/** A registry of sensors whose ids differ; of two with one id the later is found. */
export const makeRegistry = (sensors: Iterable<Sensor>): SensorRegistry => {
  const bySourceId = new Map<string, Sensor>()
  const byArrayId = new Map<number, Sensor>()
  const bySatelliteId = new Map<number, Sensor>()
  for (const sensor of sensors) {
    bySourceId.set(sensor.sourceId, sensor)
    if (sensor.arrayId !== undefined) byArrayId.set(sensor.arrayId, sensor)
    if (sensor.satelliteId !== undefined) bySatelliteId.set(sensor.satelliteId, sensor)
  }
  return { bySourceId, byArrayId, bySatelliteId }
}

const decodeRecord = Schema.decodeUnknownResult(SensorRecord, { onExcessProperty: "error" })
const parseJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ")

/** The ids a sensor is found by, as text. */
const idsOf = (sensor: Sensor): ReadonlyArray<string> => [
  `sourceId "${sensor.sourceId}"`,
  ...(sensor.arrayId === undefined ? [] : [`arrayId ${sensor.arrayId}`]),
  ...(sensor.satelliteId === undefined ? [] : [`satelliteId ${sensor.satelliteId}`])
]

/**
 * Reads a JSON array of {@link SensorRecord}s. `file` names it in the error, which lists every bad record with the line it begins in.
 * A property that no sensor has is an error: a misspelt sigma must not pass for an absent one.
 */
export const decodeRegistry = (
  text: string,
  file: string,
  earthOrientation?: EarthOrientationAt
): Result.Result<SensorRegistry, RegistryError> => {
  const problems: Array<{ readonly line: number; readonly reason: string }> = []
  const sensors: Array<Sensor> = []
  const firstLine = new Map<string, number>()
  const { complete, objects } = topLevelObjects(text)
  for (const { line, text: object } of objects) {
    const json = parseJson(object)
    if (Result.isFailure(json)) {
      problems.push({ line, reason: `not JSON: ${oneLine(json.failure.message)}` })
      continue
    }
    const record = decodeRecord(json.success)
    const reason = Result.isFailure(record) ? oneLine(record.failure.message) : contradiction(record.success)
    if (Result.isFailure(record) || reason !== undefined) {
      problems.push({ line, reason: reason ?? "" })
      continue
    }
    const sensor = sensorOf(record.success, earthOrientation)
    for (const id of idsOf(sensor)) {
      const earlier = firstLine.get(id)
      if (earlier !== undefined) {
        problems.push({ line, reason: `${id} is already that of the sensor in line ${earlier}` })
      } else firstLine.set(id, line)
    }
    sensors.push(sensor)
  }
  if (!complete) problems.push({ line: text.split("\n").length, reason: "not a JSON array of sensors" })
  else if (objects.length === 0) problems.push({ line: 1, reason: "no sensor in the file" })
  return problems.length > 0
    ? Result.fail(new RegistryError({ file, problems }))
    : Result.succeed(makeRegistry(sensors))
}
