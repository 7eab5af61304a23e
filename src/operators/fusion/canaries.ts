/** Canaries as the synthetic traffic of the pipeline (see docs/canaries.md). */
import { isCanaryKey, isCanaryObject } from "../../domain/canary/reserved.ts"
import { withCanarySensors } from "../../domain/canary/sensors.ts"
import { canariesAround } from "../../domain/canary/tracks.ts"
import { withCanaries } from "../../domain/canary/withCanaries.ts"
import type { Synthetics } from "./Synthetics.ts"

/** `arrived`: told of each that has reached its end. */
export const canaries = (arrived: Synthetics["arrived"] = () => {}): Synthetics => ({
  name: "canaries",
  kind: "canary",
  hasKey: isCanaryKey,
  hasObject: isCanaryObject,
  withSensors: withCanarySensors,
  withObjects: withCanaries,
  objectsAround: canariesAround,
  arrived
})
