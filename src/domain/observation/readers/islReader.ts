/** Beacons of inter-satellite links: see `islBeacon.ts`. */
import { Result } from "effect"
import { covarianceMatrix, decodeIslBeacon, type IslBeacon, satelliteIdOf } from "../formats/islBeacon.ts"
import type { Uncertainty } from "../Observation.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import { type Decoded, fail, type Received, type RecordReader, unregistered } from "./RecordReader.ts"

const beaconUncertainty = (beacon: IslBeacon): Uncertainty =>
  beacon.covariance === undefined
    ? {}
    : { covariance: covarianceMatrix(beacon.covariance, beacon.velocity === undefined ? 3 : 6) }

const fromIsl = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const decoded = decodeIslBeacon(bytes)
  if (Result.isFailure(decoded)) return fail("Deserialization", decoded.failure)
  const beacon = decoded.success
  const sensor = registry.bySatelliteId.get(beacon.satelliteId)
  if (sensor === undefined) return unregistered(`Satellite ${beacon.satelliteId}`)
  const numbers = [...beacon.position, ...(beacon.velocity ?? []), ...(beacon.covariance ?? [])]
  if (!numbers.every(Number.isFinite)) return fail("ValidationFailed", "An ISL beacon has a number that is not finite")
  return Result.succeed({
    observationId: received.observationId,
    sourceId: sensor.sourceId,
    sourceKind: sensor.kind,
    sensorTimestamp: beacon.time,
    ingestTimestamp: received.receivedAt,
    target: {
      _tag: "StateVector",
      position: beacon.position,
      ...(beacon.velocity !== undefined && { velocity: beacon.velocity }),
      frame: beacon.frame
    },
    uncertainty: beaconUncertainty(beacon),
    objectHint: String(beacon.satelliteId)
  })
}

export const islReader: RecordReader = {
  format: "isl",
  kind: "isl",
  decode: fromIsl,
  sensorId: (bytes, registry) => {
    const satelliteId = satelliteIdOf(bytes)
    return satelliteId === undefined
      ? undefined
      : registry.bySatelliteId.get(satelliteId)?.sourceId ?? `isl:${satelliteId}`
  }
}
