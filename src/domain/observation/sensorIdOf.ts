/** Which sensor a raw record is of, told from its bytes without decoding the rest: also for what cannot be decoded. */
import { readerOf } from "./readers/readers.ts"
import type { SensorRegistry } from "./sensors/SensorRegistry.ts"

/** See `RecordReader.sensorId`. `undefined` also for a format that nobody reads. */
export const sensorIdOf = (format: string, bytes: Uint8Array, registry: SensorRegistry): string | undefined =>
  readerOf(format)?.sensorId(bytes, registry)
