/** The sensor of an observation; without one the event is a dead letter. */
import type { Observation } from "../../../domain/observation/Observation.ts"
import type { Sensor } from "../../../domain/observation/sensors/Sensor.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import type { Envelope } from "../../../domain/stream/Envelope.ts"
import type { Emit } from "../../stage/Stage.ts"

export const registeredSensor = (
  event: Envelope<Observation>,
  { bySourceId }: SensorRegistry,
  emit: Emit<never>
): Sensor | undefined => {
  const { sourceId } = event.payload
  const sensor = bySourceId.get(sourceId)
  if (sensor === undefined) emit.dead(event, "ValidationFailed", `source ${sourceId} is not registered`)
  return sensor
}
