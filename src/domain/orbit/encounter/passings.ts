/**
 * The passings of an encounter: the times at which a meeting of the two objects is more probable than just before and after.
 *
 * A straight encounter has one, near the closest approach of the means; a slow one on bent paths may have several, the most probable of them
 * far from it. They are where the slope of the squared Mahalanobis distance of the overlap (`peakOverlap.ts`) turns from falling to rising.
 *
 * Bound: an encounter lasts from the greatest distance of the two means before the closest approach to the next one after it, at most a
 * period to either side: not its repetitions revolutions later.
 */
import type { OverlapModel, RelativeMotion } from "./peakOverlap.ts"

/** Seconds after the epoch. */
export type Span = readonly [from: number, to: number]

export interface Passing {
  readonly seconds: number
  readonly motion: RelativeMotion
  /** 1-sigma time of the crossing in straight motion, s. */
  readonly crossing: number
}

const passingAt = (seconds: number, motion: RelativeMotion): Passing => ({
  seconds,
  motion,
  crossing: 1 / Math.sqrt(motion.crossingRate2)
})

/** -2 log of the density of a meeting, but for a constant. */
export const depth = ({ distanceSquared, logDeterminant }: RelativeMotion): number => distanceSquared + logDeterminant

const steps = 128
/** A greatest distance nearer than this part of a period is a ripple, no end. */
const shortest = 1 / 5

/** From one greatest distance of the means to the next; where there is none within a period, half a period to either side. */
export const encounterSpan = ({ distance, period }: OverlapModel): Span => {
  const step = period / steps
  const end = (direction: -1 | 1): number => {
    const first = Math.ceil(shortest * steps)
    let before = distance(direction * (first - 1) * step)
    let here = distance(direction * first * step)
    for (let i = first + 1; i <= steps; i++) {
      const next = distance(direction * i * step)
      if (here > before && here >= next) return direction * (i - 1) * step
      before = here
      here = next
    }
    return direction * period / 2
  }
  return [end(-1), end(1)]
}

const maxSteps = 60

/** The root of the slope between a time where it falls and one where it rises: Illinois' false position. */
const refined = (
  model: OverlapModel,
  [from, slopeFrom]: readonly [number, number],
  [to, slopeTo]: readonly [number, number]
): Passing | undefined => {
  let [t0, s0, t1, s1] = [from, slopeFrom, to, slopeTo]
  for (let i = 0; i < maxSteps; i++) {
    const t = (t0 * s1 - t1 * s0) / (s1 - s0)
    const motion = model.at(t)
    if (motion === undefined) return undefined
    // A hundredth of the crossing off moves the squared distance by 1e-4.
    if (Math.abs(motion.slope) < 2e-2 * Math.sqrt(motion.crossingRate2)) return passingAt(t, motion)
    if (Math.sign(motion.slope) === Math.sign(s1)) s0 /= 2
    else {
      t0 = t1
      s0 = s1
    }
    t1 = t
    s1 = motion.slope
  }
  const motion = model.at(t1)
  return motion === undefined ? undefined : passingAt(t1, motion)
}

/** Downhill from the closest approach of the means to the next passing; `undefined` when there is none within half a period. */
export const nearestPassing = (model: OverlapModel): Passing | undefined => {
  const reach = model.period / 2
  const first = model.at(0)
  if (first === undefined) return undefined
  if (first.slope === 0) return passingAt(0, first)
  const direction = -Math.sign(first.slope)
  let [before, slope] = [0, first.slope]
  // As far as straight motion would have it, and on from there.
  let step = Math.min(reach / 50, 1.01 * Math.abs(slope) / (2 * first.crossingRate2))
  for (let i = 0; i < maxSteps && Math.abs(before) < reach; i++) {
    const time = before + direction * step
    const motion = model.at(time)
    if (motion === undefined) return undefined
    if (Math.sign(motion.slope) !== Math.sign(slope)) return refined(model, [before, slope], [time, motion.slope])
    before = time
    slope = motion.slope
    step = Math.min(reach / 20, 2 * step)
  }
  return undefined
}

/** A passing with the stretch of time that it has to itself. */
export interface Reign {
  readonly passing: Passing
  readonly span: Span
}

/** The best of a stretch of the grid: refined where the slope turns there, else its end or its least point. */
const bestNear = (model: OverlapModel, grid: Grid, i: number, nearest: Passing | undefined): Passing | undefined => {
  const [before, here, after] = [grid[i - 1], grid[i], grid[i + 1]]
  if (here?.motion === undefined) return undefined
  const [from, to] = [before?.seconds ?? here.seconds, after?.seconds ?? here.seconds]
  if (nearest !== undefined && nearest.seconds >= from && nearest.seconds <= to) return nearest
  const [left, right] = here.motion.slope > 0 ? [before, here] : [here, after]
  if (left?.motion !== undefined && right?.motion !== undefined && left.motion.slope <= 0 && right.motion.slope > 0) {
    return refined(model, [left.seconds, left.motion.slope], [right.seconds, right.motion.slope])
  }
  return passingAt(here.seconds, here.motion)
}

type Grid = ReadonlyArray<
  { readonly seconds: number; readonly motion: RelativeMotion | undefined; readonly depth: number }
>

/**
 * The passings in a span, each with its time between the crests to either side: those that a grid of a 128th of it shows, and the nearest
 * to the closest approach of the means, however short. Where no overlap is found, far from any meeting, there is none.
 */
export const passingsIn = (model: OverlapModel, [from, to]: Span): ReadonlyArray<Reign> => {
  const nearest = nearestPassing(model)
  const grid: Grid = Array.from({ length: steps + 1 }, (_, i) => {
    const seconds = from + (to - from) * i / steps
    const motion = model.at(seconds)
    return { seconds, motion, depth: motion === undefined ? Infinity : depth(motion) }
  })
  const depthAt = (i: number): number => grid[i]?.depth ?? Infinity
  const passings: Array<Passing> = []
  for (let i = 0; i <= steps; i++) {
    if (depthAt(i) <= depthAt(i - 1) && depthAt(i) < depthAt(i + 1)) {
      const found = bestNear(model, grid, i, nearest)
      if (found !== undefined) passings.push(found)
    }
  }
  if (nearest !== undefined && nearest.seconds > from && nearest.seconds < to && !passings.includes(nearest)) {
    passings.push(nearest)
  }
  passings.sort((a, b) => a.seconds - b.seconds)
  // One found twice, by the grid and from the means, is one.
  const apart = passings.filter((passing, i) =>
    passing === nearest || (
      Math.abs(passing.seconds - (nearest?.seconds ?? Infinity)) > passing.crossing
      && passing.seconds - (passings[i - 1]?.seconds ?? -Infinity) > 0
    )
  )
  const crest = (a: Passing, b: Passing): number => {
    let [at, most] = [(a.seconds + b.seconds) / 2, -Infinity]
    for (const point of grid) {
      if (point.seconds > a.seconds && point.seconds < b.seconds && point.depth > most) {
        at = point.seconds
        most = point.depth
      }
    }
    return at
  }
  return apart.map((passing, i) => {
    const [before, after] = [apart[i - 1], apart[i + 1]]
    return {
      passing,
      span: [
        before === undefined ? from : crest(before, passing),
        after === undefined ? to : crest(passing, after)
      ]
    }
  })
}
