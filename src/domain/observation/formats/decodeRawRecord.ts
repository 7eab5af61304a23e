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
import { isCanarySource } from "../../canary/reserved.ts"
import type { RawRecord } from "../../stream/Envelope.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { ObservationId } from "../Observation.ts"
import { observationIdOf } from "../observationId.ts"
import { readerOf } from "../readers/readers.ts"
import { type Decoded, fail } from "../readers/RecordReader.ts"
import type { SensorRegistry } from "../sensors/SensorRegistry.ts"

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
  const reader = readerOf(raw.format)
  if (reader === undefined) return fail("Deserialization", `No reader knows the format "${raw.format}"`)
  const { receivedAt } = received
  const observationId = received.observationId ?? observationIdOf(raw.source, raw.bytes)
  const decoded = reader.decode(raw.bytes, { receivedAt, observationId }, registry)
  // A line says itself what it is of.
  return reader.kind === undefined ? decoded : tagged(decoded)
}
