/** Lines of JSON, one {@link Observation} each, of any kind of sensor. One that carries its own id or ingest time keeps them. */
import { Result } from "effect"
import { decodeObservationJson } from "../observationJson.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import {
  type Decoded,
  fail,
  jsonOf,
  jsonSensorId,
  type Received,
  type RecordReader,
  registered
} from "./RecordReader.ts"

const fromObservation = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const json = jsonOf(bytes)
  if (Result.isFailure(json)) return Result.fail(json.failure)
  const absent = { observationId: received.observationId, ingestTimestamp: received.receivedAt }
  const decoded = decodeObservationJson(json.success, absent)
  return Result.isFailure(decoded) ? fail("SchemaMismatch", decoded.failure) : registered(decoded.success, registry)
}

export const lineReader: RecordReader = { format: "observation", decode: fromObservation, sensorId: jsonSensorId }
