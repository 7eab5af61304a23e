/** Observations of the optical archive: see `opticalArchive.ts`. */
import { Result } from "effect"
import { decodeOpticalRecord } from "../formats/opticalArchive.ts"
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

const fromOptical = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const json = jsonOf(bytes)
  if (Result.isFailure(json)) return Result.fail(json.failure)
  const decoded = decodeOpticalRecord(json.success)
  if (Result.isFailure(decoded)) return fail("SchemaMismatch", decoded.failure)
  const record = decoded.success
  return registered({
    observationId: received.observationId,
    sourceId: record.sourceId,
    sourceKind: "optical",
    sensorTimestamp: record.time,
    ingestTimestamp: received.receivedAt,
    target: {
      _tag: "Angular",
      rightAscension: record.rightAscension,
      declination: record.declination,
      frame: record.frame
    },
    uncertainty: {
      ...(record.sigmaRightAscension !== undefined && { rightAscension: record.sigmaRightAscension }),
      ...(record.sigmaDeclination !== undefined && { declination: record.sigmaDeclination })
    },
    ...(record.trackId !== undefined && { objectHint: record.trackId })
  }, registry)
}

export const opticalReader: RecordReader = {
  format: "optical",
  kind: "optical",
  decode: fromOptical,
  sensorId: jsonSensorId
}
