/** Pairs that may come close, gathered over a slice step by step, then refined by Newton's method on the trajectories themselves. */
import type { UtcTime } from "../../time/UtcTime.ts"
import { closestApproach, type Encounter, encounterOf, type StateFunction } from "../encounter/encounter.ts"
import { stateFunctionOf, type Trajectory } from "../ephemeris/Trajectory.ts"
import { pairOf } from "./objectPair.ts"
import type { ScreenEvent, ScreenResult, TogetherPair } from "./ScreenResult.ts"
import { isDocked, togetherSpeed } from "./together.ts"

/** m: what the straight line over half a step and the interpolation can be wrong by (tens of metres). */
export const missPad = 500

/** Steps before or after that a straight line is followed: half, and a little for its error. */
export const stepReach = 0.52

/** m/s: below this speed a straight line is too coarse, and the sign of r·v at both ends of the step decides. */
const slowSpeed = 100
/**
 * 1/s²: near each other two objects fall apart by at most twice n² of their distance. Where that is over 2 % of v², the line is too coarse too.
 */
const tidalRate = 50 * 3.1e-6
/**
 * m/s: a closing speed that the interpolation cannot tell from none: it is good to some hundredths, since SGP4's velocity is the derivative of its position
 * to no more. The trajectories are asked.
 */
const unsureSpeed = 0.2
/** s: at both ends of the slice slow approaches are looked for as far beyond it, since they may be off by some seconds. */
const slowReach = 60

/** Pairs that are refined between two pauses. */
const refinedAtOnce = 256

interface Candidate {
  readonly i: number
  readonly j: number
  readonly guesses: Array<UtcTime>
  /** Steps at which the pair is together; the greatest distance² and speed² among them, and the least with its time. */
  together: number
  farthest2: number
  fastest2: number
  nearest2: number
  nearestAt: UtcTime
}

/** r·v of a pair, and its distance, at a time near the step: secondary minus primary. */
type Closing = (time: UtcTime) => { readonly rv: number; readonly distance: number }

interface Candidates {
  /**
   * Looks at a pair at a step: the states of both, m and m/s. `closing` is asked for slow pairs only. No pair may be looked at twice at a
   * step, and a pair can be left out at steps where it is farther than it can close in half of one.
   */
  readonly consider: (
    i: number,
    j: number,
    step: number,
    first: Float64Array,
    second: Float64Array,
    closing: Closing
  ) => void
  /** Refines all, drops what is over the threshold or outside [from, to), and sorts by time, then pair. Pauses between milliseconds of work. */
  readonly refine: () => Generator<void, ScreenResult>
}

/** A slice cut into steps: times `from + step * stepMillis`, step 0 to `steps - 1`, the last at `to`. */
export interface Steps {
  readonly from: UtcTime
  readonly to: UtcTime
  readonly steps: number
  readonly stepMillis: number
}

/** ms: most that a straight line is followed is half of this. */
const longestStep = 30_000

export const stepsOf = (from: UtcTime, to: UtcTime): Steps => {
  const intervals = Math.max(1, Math.ceil((to - from) / longestStep))
  return { from, to, steps: intervals + 1, stepMillis: (to - from) / intervals }
}

export const makeCandidates = (
  objects: ReadonlyArray<Trajectory>,
  threshold: number,
  { from, stepMillis, steps, to }: Steps
): Candidates => {
  const found = new Map<number, Candidate>()
  const limit = threshold + missPad
  const limit2 = limit * limit
  const threshold2 = threshold * threshold
  const count = objects.length
  const reach = stepReach * stepMillis / 1000
  /** By index, made on first use: not every object comes near another. */
  const stateFunctions: Array<StateFunction | undefined> = []

  const stateAt = (i: number): StateFunction => {
    const known = stateFunctions[i]
    if (known !== undefined) return known
    const object = objects[i]
    const made: StateFunction = object === undefined ? () => undefined : stateFunctionOf(object)
    stateFunctions[i] = made
    return made
  }

  const candidateOf = (i: number, j: number): Candidate => {
    const key = Math.min(i, j) * count + Math.max(i, j)
    const known = found.get(key)
    if (known !== undefined) return known
    const made = {
      i,
      j,
      guesses: [],
      together: 0,
      farthest2: 0,
      fastest2: 0,
      nearest2: Infinity,
      nearestAt: from
    }
    found.set(key, made)
    return made
  }

  /** Closing speed at a time, m/s, positive when going apart; from the trajectories where the interpolation cannot be sure of its sign. */
  const range = (i: number, j: number, time: UtcTime, closing: Closing): number => {
    const { distance, rv } = closing(time)
    const rate = rv / distance
    if (Math.abs(rate) > unsureSpeed) return rate
    const [a, b] = [stateAt(i)(time), stateAt(j)(time)]
    if (a === undefined || b === undefined) return Number.NaN
    const { missDistance, missRtn, relativeVelocityRtn } = encounterOf(time, a, b)
    const [r, t, n] = missRtn
    const [vr, vt, vn] = relativeVelocityRtn
    return missDistance > 0 ? (r * vr + t * vt + n * vn) / missDistance : 0
  }

  const slow = (i: number, j: number, step: number, closing: Closing): void => {
    const time = from + step * stepMillis
    const before = step === 0 ? from - 1000 * slowReach : time - stepMillis / 2
    const after = step === steps - 1 ? to + 1000 * slowReach : time + stepMillis / 2
    const closes = range(i, j, before, closing)
    if (!(closes < 0)) return
    const opens = range(i, j, after, closing)
    if (!(opens >= 0)) return
    candidateOf(i, j).guesses.push(before + (after - before) * closes / (closes - opens))
  }

  const consider: Candidates["consider"] = (i, j, step, first, second, closing) => {
    const rx = (second[0] ?? 0) - (first[0] ?? 0)
    const ry = (second[1] ?? 0) - (first[1] ?? 0)
    const rz = (second[2] ?? 0) - (first[2] ?? 0)
    const vx = (second[3] ?? 0) - (first[3] ?? 0)
    const vy = (second[4] ?? 0) - (first[4] ?? 0)
    const vz = (second[5] ?? 0) - (first[5] ?? 0)
    const v2 = vx * vx + vy * vy + vz * vz
    const r2 = rx * rx + ry * ry + rz * rz
    const far = limit + Math.sqrt(v2) * reach
    // What falls apart or together by itself in a step is well within the pad.
    if (r2 > far * far) return
    if (v2 < togetherSpeed * togetherSpeed && r2 < threshold2) {
      const candidate = candidateOf(i, j)
      candidate.together++
      candidate.farthest2 = Math.max(candidate.farthest2, r2)
      candidate.fastest2 = Math.max(candidate.fastest2, v2)
      if (r2 < candidate.nearest2) {
        candidate.nearest2 = r2
        candidate.nearestAt = from + step * stepMillis
      }
    }
    if (v2 < slowSpeed * slowSpeed || v2 < tidalRate * r2) {
      slow(i, j, step, closing)
      return
    }
    const rv = rx * vx + ry * vy + rz * vz
    const until = -rv / v2
    if (Math.abs(until) > reach || r2 + rv * until > limit2) return
    const { guesses } = candidateOf(i, j)
    const last = guesses.at(-1)
    const guess = from + step * stepMillis + until * 1000
    // Neighbouring steps see one approach twice.
    if (last === undefined || Math.abs(guess - last) > 500) guesses.push(guess)
  }

  /** Sorted ids, and the states of each in that order. */
  const named = ({ i, j }: Candidate) => {
    const [first, second] = [objects[i]?.objectId ?? "", objects[j]?.objectId ?? ""]
    const [a, b] = pairOf(first, second)
    const [primary, secondary] = first === a ? [i, j] : [j, i]
    return { a, b, primary: stateAt(primary), secondary: stateAt(secondary) }
  }

  const eventsOf = (candidate: Candidate): ReadonlyArray<ScreenEvent> => {
    const { a, b, primary, secondary } = named(candidate)
    const encounters: Array<Encounter> = []
    for (const guess of candidate.guesses) {
      const encounter = closestApproach(primary, secondary, guess)
      if (
        encounter !== undefined && encounter.missDistance <= threshold && encounter.tca >= from
        && encounter.tca < to && !encounters.some(({ tca }) => Math.abs(tca - encounter.tca) < 500)
      ) encounters.push(encounter)
    }
    return encounters.map(({ missDistance, relativeSpeed, tca }) => ({ a, b, tca, missDistance, relativeSpeed }))
  }

  /** Where a pair that is together throughout was nearest: its nearest event, else the nearest step. */
  const nearestOf = (candidate: Candidate, events: ReadonlyArray<ScreenEvent>): ScreenEvent => {
    const { a, b, primary, secondary } = named(candidate)
    const [first, second] = [primary(candidate.nearestAt), secondary(candidate.nearestAt)]
    const seen = first === undefined || second === undefined
      ? undefined
      : encounterOf(candidate.nearestAt, first, second)
    const least = events.reduce<ScreenEvent | undefined>(
      (best, event) => best === undefined || event.missDistance < best.missDistance ? event : best,
      undefined
    )
    if (least !== undefined && !(seen !== undefined && seen.missDistance < least.missDistance)) return least
    return {
      a,
      b,
      tca: candidate.nearestAt,
      missDistance: seen?.missDistance ?? Math.sqrt(candidate.nearest2),
      relativeSpeed: seen?.relativeSpeed ?? Math.sqrt(candidate.fastest2)
    }
  }

  function* refine(): Generator<void, ScreenResult> {
    const events: Array<ScreenEvent> = []
    const suppressed: Array<TogetherPair> = []
    const coLocated: Array<TogetherPair> = []
    let refined = 0
    for (const candidate of found.values()) {
      if (++refined % refinedAtOnce === 0) yield
      const own = eventsOf(candidate)
      const company = { farthest: Math.sqrt(candidate.farthest2), fastest: Math.sqrt(candidate.fastest2) }
      const together = candidate.together >= steps
      const docked = together && isDocked(company)
      if (!docked) events.push(...own)
      if (together) {
        const reason = docked
          ? `docked: within ${company.farthest.toFixed(1)} m at under ${company.fastest.toFixed(3)} m/s throughout`
          : `co-located: within ${(company.farthest / 1000).toFixed(3)} km at under ${
            company.fastest.toFixed(1)
          } m/s throughout`
        const list = docked ? suppressed : coLocated
        list.push({ ...nearestOf(candidate, own), reason })
      }
    }
    return {
      events: events.toSorted((x, y) => x.tca - y.tca || byPair(x, y)),
      suppressed: suppressed.toSorted(byPair),
      coLocated: coLocated.toSorted(byPair)
    }
  }
  return { consider, refine }
}

const byPair = (x: ScreenEvent, y: ScreenEvent): number => (x.a === y.a ? (x.b < y.b ? -1 : 1) : x.a < y.a ? -1 : 1)
