/**
 * Where the catalogue puts every object at an instant, filed by place: what may be near a measurement is found without asking all.
 *
 * Filed at whole multiples of ten seconds; a measurement is at most five away, and where an object is at its own time is read from polynomials over
 * ten minutes (`SliceEphemeris.ts`), so an instant costs a twentieth of its SGP4. There are two
 * grids: up to 10,000 km from the Earth's centre in cells of 400 km, up to 50,000 km in cells of 2500 km. A measurement is a point or a line of
 * sight, and looks into the cells along it. What is higher, or has no state at some time of the ten minutes, is always given.
 *
 * State: eight instants (40 bytes an object each) and four stretches of ten minutes (350 bytes an object each); the one made first goes first.
 */
import type { Observation } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { makePolynomials, type Polynomials } from "../ephemeris/polynomials.ts"
import { sampleSlice } from "../ephemeris/SliceEphemeris.ts"
import type { Trajectory } from "../ephemeris/Trajectory.ts"
import { measuredPlace } from "../measurement/measuredPlace.ts"
import { coarseMetres } from "./coarseGate.ts"
import { makePlaces } from "./places.ts"

const instantMillis = 10_000
const stretchMillis = 600_000
const keptInstants = 8
const keptStretches = 4
/** Twice the coarse gate: what light time, aberration and angles near the zenith make of it is well within. */
const wideMetres = 2 * coarseMetres
/** m: farther than an object moves between an instant and a measurement. */
const carriedMetres = 60_000

const lowRadius = 10_000_000
const highRadius = 50_000_000

export interface Sky {
  /** By index, in rising order, all that can pass the coarse gate and a few more. */
  readonly around: (observation: Observation, sensor: Sensor, time: UtcTime) => ReadonlyArray<number>
}

/** The last so many of what was made, by a key. */
const keeping = <A>(capacity: number, make: (key: number) => A): (key: number) => A => {
  const kept = new Map<number, A>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(key)
    kept.set(key, made)
    const [oldest] = kept.keys()
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest)
    return made
  }
}

interface Stretch {
  readonly polynomials: Polynomials
  /** Objects with all their states, and those that lack some. */
  readonly filed: Int32Array
  readonly unsure: ReadonlyArray<number>
}

const stretchOf = (objects: ReadonlyArray<Trajectory>, index: number): Stretch => {
  const slice = sampleSlice(objects, index * stretchMillis, (index + 1) * stretchMillis)
  const whole = (i: number): boolean => {
    const [first, last] = [slice.first[i] ?? 0, (slice.first[i] ?? 0) + (slice.intervals[i] ?? 0)]
    if (first === last) return false
    for (let node = first; node <= last; node++) if (Number.isNaN(slice.nodes[6 * node] ?? Number.NaN)) return false
    return true
  }
  const all = objects.map((_, i) => i)
  return {
    polynomials: makePolynomials(slice),
    filed: Int32Array.from(all.filter(whole)),
    unsure: all.filter((i) => !whole(i))
  }
}

const skyOf = ({ filed, polynomials, unsure }: Stretch, instant: UtcTime): Sky => {
  const count = filed.length
  const positions = new Float64Array(3 * count)
  /** Numbers in `filed`, from the front those of the low grid, from the back those of the high one, and what is beyond. */
  const which = new Int32Array(count)
  const beyond: Array<number> = []
  let [lows, highs] = [0, count]
  for (let p = 0; p < count; p++) {
    polynomials.positionInto(filed[p] ?? 0, instant, positions, 3 * p)
    const [x, y, z] = [positions[3 * p] ?? 0, positions[3 * p + 1] ?? 0, positions[3 * p + 2] ?? 0]
    const radius = Math.sqrt(x * x + y * y + z * z)
    if (radius < lowRadius) which[lows++] = p
    else if (radius < highRadius) which[--highs] = p
    else beyond.push(p)
  }
  const reach = wideMetres + carriedMetres
  const grids = [
    makePlaces(positions, which.subarray(0, lows), lowRadius, 400_000, reach),
    makePlaces(positions, which.subarray(highs), highRadius, 2_500_000, reach)
  ]
  const position = new Float64Array(3)

  return {
    around: (observation, sensor, time) => {
      const place = measuredPlace(observation, sensor, time, reach)
      if (place === undefined) return []
      const found = [...unsure]
      const isNear = typeof place === "function" ? place : place.isNear
      const look = (p: number): void => {
        const i = filed[p] ?? 0
        polynomials.positionInto(i, time, position, 0)
        if (isNear(position[0] ?? 0, position[1] ?? 0, position[2] ?? 0, wideMetres)) found.push(i)
      }
      if (typeof place === "function") { for (let p = 0; p < count; p++) look(p) }
      else {
        for (const grid of grids) grid.along(place, look)
        for (const p of beyond) look(p)
      }
      return found.sort((a, b) => a - b)
    }
  }
}

/** The sky at any time, of objects given when it is first asked for. Their ids play no part. */
export const makeSkies = (
  stateFunctions: () => ReadonlyArray<Trajectory["stateInto"]>
): (time: UtcTime) => Sky => {
  let objects: ReadonlyArray<Trajectory> | undefined
  const stretchAt = keeping(keptStretches, (index) => {
    objects ??= stateFunctions().map((stateInto) => ({ objectId: "", stateInto }))
    return stretchOf(objects, index)
  })
  const instantAt = keeping(keptInstants, (index) => {
    const instant = index * instantMillis
    return skyOf(stretchAt(Math.floor(instant / stretchMillis)), instant)
  })
  return (time) => instantAt(Math.round(time / instantMillis))
}
