/**
 * From the bytes of a raw record to an {@link Observation}, by the record's format.
 *
 * Pure and without state: the same bytes, receive time and registry give the same observation. Sensor biases and clock offsets are
 * not applied here. Garbage never throws; each failure has the error kind that its dead letter carries:
 *
 * - `Deserialization`: the bytes cannot be read as the format says (wrong length, not JSON, unknown version).
 * - `SchemaMismatch`: they can be read, but are not of the published shape.
 * - `ValidationFailed`: a number is not finite, nothing was measured, or the sensor is not registered.
 */
import { Result } from "effect"
import { isUtf8 } from "node:buffer"
import { isCanarySource } from "../../canary/reserved.ts"
import { readTdm } from "../../ccsds/tdm/tdm.ts"
import { tdmLineReason } from "../../ccsds/tdm/tdmRecords.ts"
import type { ErrorKind } from "../../deadletter/DeadLetter.ts"
import type { RawRecord } from "../../stream/Envelope.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Observation, ObservationId, Target, Uncertainty } from "../Observation.ts"
import { observationIdOf } from "../observationId.ts"
import { decodeObservationJson } from "../observationJson.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import { covarianceMatrix, decodeIslBeacon, type IslBeacon } from "./islBeacon.ts"
import { decodeOpticalRecord, parseJson } from "./opticalArchive.ts"
import { decodeRadarFrame, radarFlags, type RadarFrame, radarFrameLength } from "./radarFrame.ts"

interface DecodeFailure {
  readonly errorKind: ErrorKind
  readonly message: string
}

type Decoded = Result.Result<Observation, DecodeFailure>

/** What every observation of a record has in common. */
interface Received {
  readonly observationId: ObservationId
  readonly receivedAt: UtcTime
}

const fail = (errorKind: ErrorKind, message: string): Result.Result<never, DecodeFailure> =>
  Result.fail({ errorKind, message })

const unregisteredReason = "is unregistered: the sensor registry does not know it"

const unregistered = (what: string) => fail("ValidationFailed", `${what} ${unregisteredReason}`)

const nonFinite = (values: Readonly<Record<string, number | undefined>>): string | undefined =>
  Object.keys(values).find((name) => values[name] !== undefined && !Number.isFinite(values[name]))

const sigma = (value: number): number | undefined => value > 0 && Number.isFinite(value) ? value : undefined

const radarTarget = (frame: RadarFrame): Extract<Target, { _tag: "RangeRate" }> => ({
  _tag: "RangeRate",
  ...((frame.flags & radarFlags.rangeAbsent) === 0 && { range: frame.range }),
  ...((frame.flags & radarFlags.rangeRateAbsent) === 0 && { rangeRate: frame.rangeRate }),
  ...((frame.flags & radarFlags.anglesAbsent) === 0 && { azimuth: frame.azimuth, elevation: frame.elevation })
})

const fromRadar = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const frame = decodeRadarFrame(bytes)
  if (frame === undefined) {
    return fail("Deserialization", `A radar frame has ${radarFrameLength} bytes, not ${bytes.length}`)
  }
  const sensor = registry.byArrayId.get(frame.arrayId)
  if (sensor === undefined) return unregistered(`Radar array ${frame.arrayId}`)
  const target = radarTarget(frame)
  const { _tag, ...components } = target
  const bad = nonFinite(components)
  if (bad !== undefined) return fail("ValidationFailed", `The ${bad} of a radar frame is not a finite number`)
  if (Object.keys(components).length === 0) return fail("ValidationFailed", "A radar frame measures nothing")
  const range = target.range === undefined ? undefined : sigma(frame.sigmaRange)
  const rangeRate = target.rangeRate === undefined ? undefined : sigma(frame.sigmaRangeRate)
  return Result.succeed({
    observationId: received.observationId,
    sourceId: sensor.sourceId,
    sourceKind: sensor.kind,
    sensorTimestamp: frame.sensorTime,
    ingestTimestamp: received.receivedAt,
    target,
    uncertainty: { ...(range !== undefined && { range }), ...(rangeRate !== undefined && { rangeRate }) },
    ...(frame.trackId !== 0 && { objectHint: String(frame.trackId) })
  })
}

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

const textOf = (bytes: Uint8Array): Result.Result<string, DecodeFailure> =>
  isUtf8(bytes)
    ? Result.succeed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"))
    : fail("Deserialization", "Not UTF-8 text")

const jsonOf = (bytes: Uint8Array): Result.Result<unknown, DecodeFailure> => {
  const text = textOf(bytes)
  if (Result.isFailure(text)) return Result.fail(text.failure)
  const json = parseJson(text.success)
  return Result.isFailure(json) ? fail("Deserialization", json.failure) : Result.succeed(json.success)
}

/** The observation, if its source is registered and of the kind that it says (a canary may borrow any registered source). */
const registered = (observation: Observation, registry: SensorRegistry): Decoded => {
  const sensor = registry.bySourceId.get(observation.sourceId)
  if (sensor === undefined) return unregistered(`Source "${observation.sourceId}"`)
  return observation.sourceKind === sensor.kind || observation.sourceKind === "canary"
    ? Result.succeed(observation)
    : fail("ValidationFailed", `Source "${observation.sourceId}" is ${sensor.kind}, not ${observation.sourceKind}`)
}

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

const fromObservation = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const json = jsonOf(bytes)
  if (Result.isFailure(json)) return Result.fail(json.failure)
  const absent = { observationId: received.observationId, ingestTimestamp: received.receivedAt }
  const decoded = decodeObservationJson(json.success, absent)
  return Result.isFailure(decoded) ? fail("SchemaMismatch", decoded.failure) : registered(decoded.success, registry)
}

const fromTdm = (bytes: Uint8Array, received: Received, registry: SensorRegistry): Decoded => {
  const text = textOf(bytes)
  if (Result.isFailure(text)) return Result.fail(text.failure)
  if (!text.success.includes("\n")) return fail("Deserialization", tdmLineReason(text.success))
  const { errors, observations } = readTdm(text.success, registry, received.receivedAt)
  const [observation, second] = observations
  const reason = errors[0]?.reason ??
    (second === undefined ? "the message measures nothing" : "a record is one observation")
  return observation === undefined || second !== undefined || errors.length > 0
    ? fail(reason.includes(unregisteredReason) ? "ValidationFailed" : "Deserialization", reason)
    : Result.succeed({ ...observation.observation, observationId: received.observationId })
}

/** What a canary's sensor measured is a canary. */
const tagged = (decoded: Decoded): Decoded =>
  Result.isSuccess(decoded) && isCanarySource(decoded.success.sourceId)
    ? Result.succeed({ ...decoded.success, sourceKind: "canary" })
    : decoded

/**
 * Decodes a raw record. `received` is when it was received and, if already known, its id; without one it is computed.
 * An `observation` record that carries its own id or ingest time keeps them.
 */
export const decodeRawRecord = (
  raw: RawRecord,
  received: { readonly receivedAt: UtcTime; readonly observationId?: ObservationId },
  registry: SensorRegistry
): Decoded => {
  const { receivedAt } = received
  const known: Received = {
    receivedAt,
    observationId: received.observationId ?? observationIdOf(raw.source, raw.bytes)
  }
  switch (raw.format) {
    case "radar":
      return tagged(fromRadar(raw.bytes, known, registry))
    case "isl":
      return tagged(fromIsl(raw.bytes, known, registry))
    case "optical":
      return tagged(fromOptical(raw.bytes, known, registry))
    case "observation":
      return fromObservation(raw.bytes, known, registry)
    case "tdm":
      return fromTdm(raw.bytes, known, registry)
    default:
      return fail("Deserialization", `No reader knows the format "${raw.format}"`)
  }
}
