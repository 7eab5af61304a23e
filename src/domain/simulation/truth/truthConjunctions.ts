/** The conjunctions that truly happen in a scenario: what the pipeline's alerts can be held against. */
import { trajectoryOf } from "../../orbit/ephemeris/Trajectory.ts"
import type { Propagator } from "../../orbit/propagation/Propagator.ts"
import { screenSlice } from "../../orbit/screening/screen.ts"
import type { ScreenEvent } from "../../orbit/screening/ScreenResult.ts"
import { format, type UtcTime } from "../../time/UtcTime.ts"

/** Metres: the pipeline's own screening threshold. */
const threshold = 10_000
const sliceMillis = 3_600_000

/** Closest approaches under 10 km of the true orbits in [from, to), in order of time. Memory: one hour of ephemerides. */
export function* truthConjunctions(
  truth: ReadonlyArray<Propagator>,
  from: UtcTime,
  to: UtcTime
): Generator<ScreenEvent, void> {
  const trajectories = truth.map(trajectoryOf)
  for (let start = from; start < to; start += sliceMillis) {
    yield* screenSlice(trajectories, start, Math.min(start + sliceMillis, to), { threshold }).events
  }
}

/** One line of a truth file, without its newline. */
export const truthLine = ({ a, b, missDistance, relativeSpeed, tca }: ScreenEvent): string =>
  JSON.stringify({
    objects: [a, b],
    tca: format(tca),
    missDistanceMetres: missDistance,
    relativeSpeedMetresPerSecond: relativeSpeed
  })
