/**
 * The error of one measured component: white noise and a slow bias that no registry knows.
 *
 * The bias is a sine of 10 to 20 % of the noise's sigma with a period of 3 to 9 hours, its size, period and phase drawn once per
 * sensor and component.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import { type Random, stream } from "./random.ts"

const hour = 3_600_000

/** Error of a component at a time, in its own unit. Draws one normal deviate a call. */
export type ComponentError = (time: UtcTime) => number

/** The error of a sensor's component with a 1-sigma noise. `noise` is the sensor's stream, drawn from in the order of calls. */
export const componentError = (
  seed: number,
  sourceId: string,
  component: string,
  sigma: number,
  noise: Random
): ComponentError => {
  const draw = stream(seed, "bias", sourceId, component)
  const amplitude = sigma * draw.between(0.1, 0.2)
  const rate = 2 * Math.PI / (draw.between(3, 9) * hour)
  const phase = draw.between(0, 2 * Math.PI)
  return (time) => sigma * noise.normal() + amplitude * Math.sin(rate * time + phase)
}
