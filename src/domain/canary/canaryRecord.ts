/**
 * A canary's observation as its source's own wire has it: a radar frame, a record of an optical archive, or an ISL beacon.
 *
 * Exact: what the pipeline's own propagation and measurement model give for the canary's elements, without noise. A function of its
 * arguments alone.
 */
import { Result } from "effect"
import type { Sensor } from "../observation/sensors/Sensor.ts"
import { makePropagator } from "../orbit/propagation/Propagator.ts"
import { isFlown, type Wire } from "../simulation/Emission.ts"
import { observing } from "../simulation/observe.ts"
import { sineOfElevation } from "../simulation/visibility.ts"
import { wireRecord } from "../simulation/wireRecord.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { apartObjects } from "./reserved.ts"
import { canarySensors } from "./sensors.ts"
import { approachingObjects, canaryElements } from "./tracks.ts"

/** The wires that canaries are sent over. */
export type CanaryWireKind = Wire

/** Which way through the pipeline a canary takes: screened and rejected, or to the alert sink. */
type CanaryPath = "apart" | "approaching"

interface CanaryRecord {
  readonly objectId: string
  readonly sourceId: string
  readonly bytes: Uint8Array
}

/** The sensor that sees the object best. */
const sensorFor = (kind: CanaryWireKind, objectId: string, elevation: (sensor: Sensor) => number) => {
  const sensors = canarySensors.filter(isFlown).filter((sensor) => sensor.kind === kind)
  if (kind === "isl") return sensors.find(({ satelliteId }) => String(satelliteId) === objectId)
  return sensors.toSorted((a, b) => elevation(b) - elevation(a))[0]
}

/**
 * The `sequence`-th canary of a wire, at a time. Sequences alternate between the two objects of a pair. A beacon names its satellite, which
 * the registry knows beforehand: links carry the pair that stays apart only, whatever `path` says.
 */
export const canaryRecord = (
  kind: CanaryWireKind,
  path: CanaryPath,
  time: UtcTime,
  sequence: number
): CanaryRecord | undefined => {
  const pair = kind === "isl" || path === "apart" ? apartObjects : approachingObjects(time)
  const objectId = pair[sequence % 2 === 0 ? 0 : 1]
  const elements = canaryElements(objectId)
  const propagator = elements === undefined ? undefined : makePropagator(elements)
  const state = propagator === undefined || Result.isFailure(propagator) ? undefined : propagator.success.stateAt(time)
  if (state === undefined) return undefined
  const sensor = sensorFor(
    kind,
    objectId,
    ({ observer }) => observer === undefined ? -1 : sineOfElevation(observer.at(time), state.position)
  )
  if (sensor === undefined) return undefined
  const target = observing(0, { ...sensor, sigmas: {} })(state, time)
  const bytes = target === undefined ? undefined : wireRecord(sensor, target, time, objectId, sequence, 1)
  return bytes === undefined ? undefined : { objectId, sourceId: sensor.sourceId, bytes }
}
