/**
 * What a sensor could see now, by the catalogue: what its silence is judged by.
 *
 * - A radar: objects over its mask and within its greatest range.
 * - A telescope: objects over its mask, in sunlight, while the sun is 12 degrees under its horizon.
 * - An inter-satellite link: its own satellite, always: it sends a beacon a second.
 *
 * Neither cross-section nor brightness is known: what it can see is an upper bound, and how much of that it tells is learnt from the sensor itself.
 * Of a large catalogue a sample is taken, every n-th object, and the count scaled. Cost: an SGP4 call for each of them and a few multiplications for
 * each sensor, about 2 ms. State: the positions of one instant.
 */
import { Result } from "effect"
import type { MeanElements } from "../../orbit/catalogue/MeanElements.ts"
import { makePropagator, type Propagator } from "../../orbit/propagation/Propagator.ts"
import { isDark, isSunlit } from "../../orbit/propagation/Sun.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Sensor } from "../sensors/Sensor.ts"

export interface Sight {
  /** Objects that can be seen; `undefined`: it cannot be told. */
  readonly visible: number | undefined
  /** In words. */
  readonly basis: string
}

export type SightOf = (sensor: Sensor, time: UtcTime) => Sight

/** Nautical twilight is over: earlier, whether a telescope works is its own choice. */
const darkness = -12 * Math.PI / 180

const mostSampled = 500

const unknown: Sight = { visible: undefined, basis: "not known: it has no site" }

export const makeSight = (catalogue: ReadonlyArray<MeanElements>): SightOf => {
  const stride = Math.max(1, Math.ceil(catalogue.length / mostSampled))
  const sampled: ReadonlyArray<Propagator> = catalogue.filter((_, index) => index % stride === 0).flatMap(
    (elements) => {
      const made = makePropagator(elements)
      return Result.isSuccess(made) ? [made.success] : []
    }
  )
  const states = new Float64Array(6 * sampled.length)
  let statesAt: UtcTime | undefined
  const propagate = (time: UtcTime): void => {
    if (statesAt === time) return
    statesAt = time
    sampled.forEach((object, index) => {
      if (!object.stateInto(time, states, 6 * index)) states.fill(Number.NaN, 6 * index, 6 * index + 6)
    })
  }

  const overhead = ({ mask, observer }: Sensor, time: UtcTime, lit: boolean): number => {
    if (observer === undefined) return 0
    propagate(time)
    const { position: [sx, sy, sz], up: [ux, uy, uz] } = observer.at(time)
    const sine = Math.sin(mask.minimumElevation)
    const farthest = mask.maximumRange ?? Number.POSITIVE_INFINITY
    let count = 0
    for (let index = 0; index < sampled.length; index++) {
      const [px, py, pz] = [states[6 * index] ?? 0, states[6 * index + 1] ?? 0, states[6 * index + 2] ?? 0]
      const [x, y, z] = [px - sx, py - sy, pz - sz]
      const range = Math.sqrt(x * x + y * y + z * z)
      if (!(range <= farthest) || x * ux + y * uy + z * uz < sine * range) continue
      if (!lit || isSunlit([px, py, pz], time)) count++
    }
    return count * stride
  }

  return (sensor, time) => {
    switch (sensor.kind) {
      case "isl":
        return { visible: 1, basis: "a beacon a second" }
      case "radar":
        return sensor.observer === undefined ? unknown : {
          visible: overhead(sensor, time, false),
          basis: "objects of the catalogue over its mask and within its range"
        }
      case "optical":
        if (sensor.observer === undefined || sensor.site === undefined) return unknown
        return isDark(sensor.site, time, darkness)
          ? { visible: overhead(sensor, time, true), basis: "sunlit objects of the catalogue over its mask" }
          : { visible: 0, basis: "the sky over it is not dark" }
      default:
        return { visible: undefined, basis: "not known for sensors of its kind" }
    }
  }
}
