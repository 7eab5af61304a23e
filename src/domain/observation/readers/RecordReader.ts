/** What reads the raw records of one format, and what all readers have in common. */
import { Result } from "effect"
import { isUtf8 } from "node:buffer"
import type { ErrorKind } from "../../deadletter/DeadLetter.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { parseJson } from "../formats/opticalArchive.ts"
import type { Observation, ObservationId } from "../Observation.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"
import type { SensorKind } from "../sourceKinds.ts"

export interface DecodeFailure {
  readonly errorKind: ErrorKind
  readonly message: string
}

export type Decoded = Result.Result<Observation, DecodeFailure>

/** What every observation of a record has in common. */
export interface Received {
  readonly observationId: ObservationId
  readonly receivedAt: UtcTime
}

export interface RecordReader {
  /** As it stands in a raw record. */
  readonly format: string
  /** Of the sensors that write it; absent where each record says it. */
  readonly kind?: SensorKind
  /** The observation of one record. Garbage never throws. */
  readonly decode: (bytes: Uint8Array, received: Received, registry: SensorRegistry) => Decoded
  /**
   * The registry's name of the sensor, told from the bytes without decoding the rest; of one that is not registered, the name or number that the
   * record has (`radar:7`). `undefined` where the record says nothing that can be read.
   */
  readonly sensorId: (bytes: Uint8Array, registry: SensorRegistry) => string | undefined
}

export const fail = (errorKind: ErrorKind, message: string): Result.Result<never, DecodeFailure> =>
  Result.fail({ errorKind, message })

export const unregisteredReason = "is unregistered: the sensor registry does not know it"

export const unregistered = (what: string) => fail("ValidationFailed", `${what} ${unregisteredReason}`)

export const textOf = (bytes: Uint8Array): Result.Result<string, DecodeFailure> =>
  isUtf8(bytes)
    ? Result.succeed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"))
    : fail("Deserialization", "Not UTF-8 text")

export const jsonOf = (bytes: Uint8Array): Result.Result<unknown, DecodeFailure> => {
  const text = textOf(bytes)
  if (Result.isFailure(text)) return Result.fail(text.failure)
  const json = parseJson(text.success)
  return Result.isFailure(json) ? fail("Deserialization", json.failure) : Result.succeed(json.success)
}

/** The observation, if its source is registered and of the kind that it says (a canary may borrow any registered source). */
export const registered = (observation: Observation, registry: SensorRegistry): Decoded => {
  const sensor = registry.bySourceId.get(observation.sourceId)
  if (sensor === undefined) return unregistered(`Source "${observation.sourceId}"`)
  return observation.sourceKind === sensor.kind || observation.sourceKind === "canary"
    ? Result.succeed(observation)
    : fail("ValidationFailed", `Source "${observation.sourceId}" is ${sensor.kind}, not ${observation.sourceKind}`)
}

/** So far into a record of text a sensor is looked for. */
export const searchedBytes = 64 << 10

const utf8 = new TextDecoder()
const jsonSource = /"sourceId"\s*:\s*"([^"\\]{1,128})"/

/** The sensor that a record of JSON names. */
export const jsonSensorId = (bytes: Uint8Array): string | undefined =>
  jsonSource.exec(utf8.decode(bytes.subarray(0, searchedBytes)))?.[1]
