/**
 * Keeps observations that can be true, and sets the event time: the sensor's time stamp less its known clock error.
 *
 * Stateless; arrays and order kept. A dead letter of kind `ValidationFailed` says which value is wrong and why: a time more than 5 s in the
 * future (it would move the watermark), a range or an angle that no satellite has, a sigma that is not positive, a covariance that does not fit what was measured.
 */
import { mostAheadMillis } from "../../../domain/observation/mostAhead.ts"
import type { Observation } from "../../../domain/observation/Observation.ts"
import { implausibleTarget } from "../../../domain/observation/plausible.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import { componentsOf, dimension, measurementTime } from "../../../domain/orbit/measurement/measurement.ts"
import { type Operator, type StageServices, stateless } from "../../stage/Stage.ts"
import { registeredSensor } from "./registeredSensor.ts"
import { noteTimes, type ObservationTally } from "./tally.ts"

const badSigma = ({ target, uncertainty: { covariance, ...sigmas } }: Observation): string | undefined => {
  for (const [name, sigma] of Object.entries(sigmas)) {
    if (!(sigma > 0)) return `sigma of ${name} is ${sigma}, not positive`
  }
  if (covariance === undefined) return undefined
  const n = dimension(target)
  if (covariance.length !== n || covariance.some((row) => row.length !== n)) {
    return `covariance of ${n} measured components is not ${n} x ${n}`
  }
  const index = covariance.findIndex((row, i) => !((row[i] ?? 0) > 0))
  return index < 0
    ? undefined
    : `variance of ${componentsOf(target)[index]} in the covariance is ${covariance[index]?.[index]}, not positive`
}

/** `tally`, if given, is told the times of what is kept. What a paused sensor sends is given up as `Shed`, and can be brought back. */
export const validate = (
  registry: SensorRegistry,
  tally?: ObservationTally,
  isPaused: (sourceId: string) => boolean = () => false
): Operator<Observation, Observation, never, StageServices> =>
  stateless({
    name: "validate",
    step: (events, emit) => {
      const at = tally?.now() ?? Number.NaN
      for (const event of events) {
        const { context, payload: observation } = event
        const sensor = registeredSensor(event, registry, emit)
        if (sensor === undefined) continue
        if (isPaused(observation.sourceId)) {
          emit.dead(event, "Shed", `${observation.sourceId} is paused`)
          continue
        }
        const eventTime = measurementTime(sensor, observation.sensorTimestamp)
        const ahead = eventTime - context.ingestTime
        const wrong = ahead > mostAheadMillis
          ? `sensor time is ${(ahead / 1000).toFixed(3)} s after its receipt`
          : implausibleTarget(observation.target) ?? badSigma(observation)
        if (wrong !== undefined) {
          tally?.notes?.refused(observation, ahead > mostAheadMillis)
          emit.dead(event, "ValidationFailed", wrong)
          continue
        }
        if (tally !== undefined) noteTimes(tally, observation, at)
        if (eventTime === context.eventTime) emit.out(event, observation)
        else emit.event(event, observation, { ...context, eventTime })
      }
    }
  })
