/**
 * Screening by brute force, to hold the real one against: every pair at every second, no filter, no interpolation, nothing shared with it but SGP4.
 *
 * A pair's distance at whole seconds has a minimum wherever it is nearer than a second before and after; golden section on the distance itself finds the
 * time. Two objects close by less than 11 km in half a second, so those farther than that beyond the threshold need no look.
 */
import { pairOf } from "../../src/domain/orbit/screening/objectPair.ts"
import type { ScreenEvent, ScreenResult } from "../../src/domain/orbit/screening/ScreenResult.ts"

/** What is flown: a state at a time, m and m/s, or none. */
export interface Flyer {
  readonly objectId: string
  readonly stateAt: (
    time: number
  ) => { readonly position: ReadonlyArray<number>; readonly velocity: ReadonlyArray<number> } | undefined
}

const closing = 11_000
const second = 1000
const golden = (Math.sqrt(5) - 1) / 2

const between = (a: Flyer, b: Flyer, time: number) => {
  const [p, q] = [a.stateAt(time), b.stateAt(time)]
  if (p === undefined || q === undefined) return { distance: Infinity, speed: Number.NaN }
  const apart = (x: ReadonlyArray<number>, y: ReadonlyArray<number>) =>
    Math.hypot((y[0] ?? 0) - (x[0] ?? 0), (y[1] ?? 0) - (x[1] ?? 0), (y[2] ?? 0) - (x[2] ?? 0))
  return { distance: apart(p.position, q.position), speed: apart(p.velocity, q.velocity) }
}

/** The least distance within a second of a time, by golden section. */
const least = (a: Flyer, b: Flyer, around: number) => {
  let [low, high] = [around - second, around + second]
  while (high - low > 0.001) {
    const width = golden * (high - low)
    if (between(a, b, high - width).distance < between(a, b, low + width).distance) high = low + width
    else low = high - width
  }
  const tca = (low + high) / 2
  return { tca, ...between(a, b, tca) }
}

/**
 * Every closest approach in [from, to) under the threshold. `sorted`: the objects of a second are put in order of x first, and those farther along it than the reach not
 * looked at, which leaves out no pair and is some hundred times faster. `onSecond` is told of each whole second that is done.
 */
export const bruteForceScreen = (
  objects: ReadonlyArray<Flyer>,
  from: number,
  to: number,
  threshold: number,
  options: { readonly sorted?: boolean; readonly onSecond?: (done: number) => void } = {}
): ReadonlyArray<ScreenEvent> => {
  const { onSecond, sorted = false } = options
  const count = objects.length
  const [x, y, z] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  const reach2 = (threshold + closing) ** 2
  /** By pair: the last two seconds at which it was in reach, and how far apart it was. */
  let before = new Map<number, number>()
  let here = new Map<number, number>()
  const events: Array<ScreenEvent> = []
  const minimum = (key: number, time: number): void => {
    const [one, other] = [objects[Math.floor(key / count)], objects[key % count]]
    if (one === undefined || other === undefined) return
    const { distance, speed, tca } = least(one, other, time)
    if (!(distance <= threshold && tca >= from && tca < to)) return
    const [a, b] = pairOf(one.objectId, other.objectId)
    events.push({ a, b, tca, missDistance: distance, relativeSpeed: speed })
  }
  for (let time = from - 2 * second; time <= to + 2 * second; time += second) {
    for (const [i, object] of objects.entries()) {
      const position = object.stateAt(time)?.position
      x[i] = position?.[0] ?? Number.NaN
      y[i] = position?.[1] ?? Number.NaN
      z[i] = position?.[2] ?? Number.NaN
    }
    const now = new Map<number, number>()
    const look = (i: number, j: number): void => {
      const dx = (x[j] ?? 0) - (x[i] ?? 0)
      const dy = (y[j] ?? 0) - (y[i] ?? 0)
      const dz = (z[j] ?? 0) - (z[i] ?? 0)
      const d2 = dx * dx + dy * dy + dz * dz
      if (d2 < reach2) now.set(Math.min(i, j) * count + Math.max(i, j), d2)
    }
    if (sorted) {
      const order = objects.map((_, i) => i).filter((i) => !Number.isNaN(x[i])).sort((a, b) =>
        (x[a] ?? 0) - (x[b] ?? 0)
      )
      for (const [p, i] of order.entries()) {
        for (let q = p + 1; q < order.length; q++) {
          const j = order[q] ?? 0
          if ((x[j] ?? 0) - (x[i] ?? 0) > threshold + closing) break
          look(i, j)
        }
      }
    } else {
      for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) look(i, j)
    }
    for (const [key, d2] of here) {
      if ((before.get(key) ?? Infinity) >= d2 && d2 < (now.get(key) ?? Infinity)) minimum(key, time - second)
    }
    ;[before, here] = [here, now]
    onSecond?.((time - from) / second)
  }
  return events
}

/** ms: two minima of one pair are minutes apart. */
const sameTime = 2000

/**
 * What one screening has and the other has not. Docked pairs are no events of either. The TCA is the root of r·v, where SGP4's velocity is the derivative
 * of its position to about a cm/s alone: for pairs at some m/s the least distance is up to half a second away, by millimetres. So the same event is one with the miss
 * to 10 cm; `farthest` is how far the times of the same were apart, ms, among pairs faster than 100 m/s and among slower ones.
 */
export const compareScreens = (found: ScreenResult, expected: ReadonlyArray<ScreenEvent>) => {
  const docked = new Set(found.suppressed.map(({ a, b }) => `${a} ${b}`))
  const wanted = expected.filter(({ a, b }) => !docked.has(`${a} ${b}`))
  const byPair = Map.groupBy(wanted, ({ a, b }) => `${a} ${b}`)
  const matched = new Set<ScreenEvent>()
  const farthest = { fast: 0, slow: 0 }
  const extra = found.events.filter((event) => {
    const same = byPair.get(`${event.a} ${event.b}`)?.find((other) =>
      !matched.has(other) && Math.abs(other.tca - event.tca) < sameTime
      && Math.abs(other.missDistance - event.missDistance) < 0.1
    )
    if (same === undefined) return true
    matched.add(same)
    const kind = event.relativeSpeed < 100 ? "slow" : "fast"
    farthest[kind] = Math.max(farthest[kind], Math.abs(same.tca - event.tca))
    return false
  })
  return { missed: wanted.filter((event) => !matched.has(event)), extra, farthest }
}
