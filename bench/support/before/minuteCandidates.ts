/** Pairs that may come close, gathered over a slice by a linear estimate, then refined by Newton's method on SGP4 itself. */
import { closestApproach, type Encounter } from "../../../src/domain/orbit/encounter/encounter.ts"
import { pairOf } from "../../../src/domain/orbit/screening/objectPair.ts"
import type { UtcTime } from "../../../src/domain/time/UtcTime.ts"
import type { SliceEphemeris } from "./minuteEphemeris.ts"

/** A closest approach under the threshold. `a` sorts before `b`; `a` is the primary. */
export interface ScreenEvent {
  readonly a: string
  readonly b: string
  readonly tca: UtcTime
  /** m. */
  readonly missDistance: number
  /** m/s. */
  readonly relativeSpeed: number
}

/** A pair that stays together, so that its closest approaches are no events. */
export interface SuppressedPair {
  readonly a: string
  readonly b: string
  readonly reason: string
}

export interface ScreenResult {
  readonly events: ReadonlyArray<ScreenEvent>
  readonly suppressed: ReadonlyArray<SuppressedPair>
}

/** m: what the straight-line estimate over half a step and the interpolation can be wrong by (tens of metres). */
export const missPad = 500
/** m/s: slower pairs count as staying together while they are under the threshold. */
const togetherSpeed = 10
/** m/s, and s: below this speed a straight line is too coarse to be trusted to one step, and is followed further. */
const slowSpeed = 100
const slowReach = 90

/** Steps before or after that a straight line is followed: half, and a little for its error. */
export const stepReach = 0.52

/** Pairs that are refined between two pauses. */
const refinedAtOnce = 256

interface Candidate {
  readonly i: number
  readonly j: number
  readonly guesses: Array<UtcTime>
  together: number
}

interface Candidates {
  /** Looks at a pair at one step: relative position and velocity, m and m/s. */
  readonly consider: (
    i: number,
    j: number,
    time: UtcTime,
    rx: number,
    ry: number,
    rz: number,
    vx: number,
    vy: number,
    vz: number
  ) => void
  /** Refines all, drops what is over the threshold or outside [from, to), and sorts by time, then pair. Pauses between milliseconds of work. */
  readonly refine: () => Generator<void, ScreenResult>
}

/** `steps` is the number of times at which each pair can be considered, `stepSeconds` the time between. */
export const makeCandidates = (
  slice: SliceEphemeris,
  threshold: number,
  steps: number,
  stepSeconds: number
): Candidates => {
  const found = new Map<number, Candidate>()
  const limit2 = (threshold + missPad) ** 2
  const count = slice.objects.length

  const candidateOf = (i: number, j: number): Candidate => {
    const key = Math.min(i, j) * count + Math.max(i, j)
    const known = found.get(key)
    if (known !== undefined) return known
    const made: Candidate = { i, j, guesses: [], together: 0 }
    found.set(key, made)
    return made
  }

  const consider: Candidates["consider"] = (i, j, time, rx, ry, rz, vx, vy, vz) => {
    const v2 = vx * vx + vy * vy + vz * vz
    const r2 = rx * rx + ry * ry + rz * rz
    if (v2 < togetherSpeed * togetherSpeed && r2 < threshold * threshold) candidateOf(i, j).together++
    if (v2 === 0) return
    const rv = rx * vx + ry * vy + rz * vz
    const until = -rv / v2
    const reach = v2 < slowSpeed * slowSpeed ? slowReach : stepReach * stepSeconds
    if (Math.abs(until) > reach || r2 + rv * until > limit2) return
    const { guesses } = candidateOf(i, j)
    const last = guesses.at(-1)
    const guess = time + until * 1000
    // Neighbouring steps see one approach twice.
    if (last === undefined || Math.abs(guess - last) > 500) guesses.push(guess)
  }

  const eventsOf = ({ guesses, i, j }: Candidate): ReadonlyArray<ScreenEvent> => {
    const [first, second] = [slice.objects[i], slice.objects[j]]
    if (first === undefined || second === undefined) return []
    const [a, b] = pairOf(first.elements.objectId, second.elements.objectId)
    const [primary, secondary] = first.elements.objectId === a ? [first, second] : [second, first]
    const encounters: Array<Encounter> = []
    for (const guess of guesses) {
      const encounter = closestApproach(primary.stateAt, secondary.stateAt, guess)
      if (
        encounter !== undefined && encounter.missDistance <= threshold && encounter.tca >= slice.from
        && encounter.tca < slice.to && !encounters.some(({ tca }) => Math.abs(tca - encounter.tca) < 500)
      ) encounters.push(encounter)
    }
    return encounters.map(({ missDistance, relativeSpeed, tca }) => ({ a, b, tca, missDistance, relativeSpeed }))
  }

  function* refine(): Generator<void, ScreenResult> {
    const events: Array<ScreenEvent> = []
    const suppressed: Array<SuppressedPair> = []
    let refined = 0
    for (const candidate of found.values()) {
      if (++refined % refinedAtOnce === 0) yield
      if (candidate.together >= steps) {
        const ids = [candidate.i, candidate.j].map((index) => slice.objects[index]?.elements.objectId ?? "")
        const [a, b] = pairOf(ids[0] ?? "", ids[1] ?? "")
        const km = threshold / 1000
        suppressed.push({
          a,
          b,
          reason: `co-located or docked: within ${km} km at under ${togetherSpeed} m/s throughout the slice`
        })
      } else events.push(...eventsOf(candidate))
    }
    const byPair = (
      x: SuppressedPair,
      y: SuppressedPair
    ): number => (x.a === y.a ? (x.b < y.b ? -1 : 1) : x.a < y.a ? -1 : 1)
    return {
      events: events.toSorted((x, y) => x.tca - y.tca || byPair({ ...x, reason: "" }, { ...y, reason: "" })),
      suppressed: suppressed.toSorted(byPair)
    }
  }
  return { consider, refine }
}
