/**
 * Synthetic traffic: observations of objects that nobody flies, sent through the pipeline to see whether it works. They go the way of all others, and
 * nothing that is said of the catalogue depends on them: sensors, objects, screening and windows are their own, and nothing of theirs leaves.
 */
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import type { Candidates } from "../../domain/orbit/tracking/candidates.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

export interface Synthetics {
  /** Of their branch in the graph, and of their parts of state. */
  readonly name: string
  /** The source kind of their observations, and the reason that they are filtered for where they leave. */
  readonly kind: string
  /** Whether a record is theirs, before it is decoded. */
  readonly hasKey: (key: string) => boolean
  readonly hasObject: (objectId: string) => boolean
  /** A registry with their sensors as well. */
  readonly withSensors: (registry: SensorRegistry) => SensorRegistry
  /** Candidates with their objects as well: neither is ever taken for the other. */
  readonly withObjects: (catalogue: Candidates) => Candidates
  /** Those that may meet in the hour from a time on. */
  readonly objectsAround: (time: UtcTime) => ReadonlyArray<string>
  /** Told of each observation that has reached its end: it was screened and bears on no pair, or its alert came to the sink. */
  readonly arrived: (observationId: string) => void
}

/** There are none. */
export const noSynthetics: Synthetics = {
  name: "synthetics",
  kind: "synthetic",
  hasKey: () => false,
  hasObject: () => false,
  withSensors: (registry) => registry,
  withObjects: (catalogue) => catalogue,
  objectsAround: () => [],
  arrived: () => {}
}
