/**
 * Screening: every closest approach under a threshold among many objects, slice by slice of time.
 *
 * Per slice: states at nodes, as few as each orbit allows (`SliceEphemeris.ts`); every 30 s all positions, by polynomials of degree five; a grid whose
 * cells are as wide as two objects can close in half a step, in which only those meet whose radii can be equal within it; the straight-line
 * miss of fast pairs and the sign of r·v of slow ones; Newton's method on the trajectories for what is left. The caller
 * goes hour by hour. Approaches in [from, to) belong to the slice, so slices neither miss nor repeat one. Objects without a state are left
 * out while there is none.
 *
 * State: the slice's ephemeris, 600 bytes an object while it is screened, and its candidates; nothing outlives the slice but what is returned.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { inOneGo } from "../ephemeris/inOneGo.ts"
import { makeMotion } from "../ephemeris/motion.ts"
import { sampleSliceInSteps, type SliceEphemeris } from "../ephemeris/SliceEphemeris.ts"
import type { Trajectory } from "../ephemeris/Trajectory.ts"
import { makeCandidates, missPad, stepReach, stepsOf } from "./screenCandidates.ts"
import type { ScreenResult } from "./ScreenResult.ts"
import { makeSpatialHash } from "./spatialHash.ts"

export interface ScreenOptions {
  /** Greatest miss distance to report, m. */
  readonly threshold: number
}

/** m: radii between nodes may pass the bounds by this much (J2 moves them by a third of a kilometre). */
export const shellPad = 5_000

/** Which objects share their shell of radii with another. */
const sharedShells = ({ highest, lowest, objectIds }: SliceEphemeris, threshold: number): ReadonlyArray<number> => {
  const pad = threshold + shellPad
  const order = objectIds.map((_, i) => i).filter((i) => !Number.isNaN(lowest[i] ?? Number.NaN))
    .sort((a, b) => (lowest[a] ?? 0) - (lowest[b] ?? 0))
  const keep = new Set<number>()
  let top = -1
  for (const i of order) {
    if (top >= 0 && (lowest[i] ?? 0) <= (highest[top] ?? 0) + pad) {
      keep.add(i)
      keep.add(top)
    }
    if (top < 0 || (highest[i] ?? 0) > (highest[top] ?? 0)) top = i
  }
  return [...keep].sort((a, b) => a - b)
}

/** m/s: nothing on a circle is faster. What passes its perigee at more looks around twice as far. */
const circularSpeed = 7_900

/** All against all in a slice that is already propagated, with pauses. `objects` are those of the slice, in its order. */
export function* screenEphemerisInSteps(
  slice: SliceEphemeris,
  objects: ReadonlyArray<Trajectory>,
  { threshold }: ScreenOptions
): Generator<void, ScreenResult> {
  const grid = stepsOf(slice.from, slice.to)
  const { stepMillis, steps } = grid
  const seconds = stepReach * stepMillis / 1000
  const active = Int32Array.from(sharedShells(slice, threshold))
  const speeds = Array.from(active, (i) => slice.fastest[i] ?? 0)
  const candidates = makeCandidates(objects, threshold, grid)
  const usual = speeds.reduce((most, speed) => Math.min(circularSpeed, Math.max(most, speed)), 0)
  const hash = makeSpatialHash(speeds.map((speed) => speed > usual), threshold + missPad + 2 * usual * seconds)
  const motion = makeMotion(slice, active, seconds, (threshold + missPad) / 2)
  const [first, second] = [new Float64Array(6), new Float64Array(6)]
  let [step, time, p, q] = [0, slice.from, 0, 0]
  const closing = (at: UtcTime) => {
    motion.stateNear(p, at, first)
    motion.stateNear(q, at, second)
    return relative(first, second)
  }
  const near = (one: number, other: number): void => {
    ;[p, q] = [one, other]
    motion.stateNear(p, time, first)
    motion.stateNear(q, time, second)
    candidates.consider(active[p] ?? 0, active[q] ?? 0, step, first, second, closing)
  }
  for (step = 0; step < steps; step++) {
    yield
    time = slice.from + step * stepMillis
    motion.moveTo(time)
    hash.neighbours(motion, near)
  }
  return yield* candidates.refine()
}

/** r·v and distance of two states. */
export const relative = (a: Float64Array, b: Float64Array): { readonly rv: number; readonly distance: number } => {
  let [rv, r2] = [0, 0]
  for (let axis = 0; axis < 3; axis++) {
    const r = (b[axis] ?? 0) - (a[axis] ?? 0)
    rv += r * ((b[axis + 3] ?? 0) - (a[axis + 3] ?? 0))
    r2 += r * r
  }
  return { rv, distance: Math.sqrt(r2) }
}

/** {@link screenEphemerisInSteps} in one go. */
export const screenEphemeris = (
  slice: SliceEphemeris,
  objects: ReadonlyArray<Trajectory>,
  options: ScreenOptions
): ScreenResult => inOneGo(screenEphemerisInSteps(slice, objects, options))

/**
 * All against all over [from, to), with pauses: an hour of 11,000 objects is a third of a second of work, in steps of some milliseconds, so that who
 * has something else to do can do it in between. The result is that of {@link screenSlice}, wherever the pauses are.
 */
export function* screenSliceInSteps(
  objects: ReadonlyArray<Trajectory>,
  from: UtcTime,
  to: UtcTime,
  options: ScreenOptions
): Generator<void, ScreenResult> {
  const slice = yield* sampleSliceInSteps(objects, from, to)
  return yield* screenEphemerisInSteps(slice, objects, options)
}

/** All against all over [from, to). */
export const screenSlice = (
  objects: ReadonlyArray<Trajectory>,
  from: UtcTime,
  to: UtcTime,
  options: ScreenOptions
): ScreenResult => inOneGo(screenSliceInSteps(objects, from, to, options))
