/**
 * Who looks at what: tracklets, planned slot by slot of 10 s from where the objects truly are in the middle of the slot.
 *
 * - A radar follows every object it detects over its mask, 5 to 30 observations 80 to 300 ms apart, as long as its rate of 300 Hz
 *   lasts; over that it takes another part of the sky each slot.
 * - A telescope takes one object a slot, 4 frames 2 s apart, three times in four one that is too far for radars.
 * - A satellite with a link tells its state once a second.
 *
 * State: the random streams. Memory: the positions of one slot, 48 bytes an object.
 */
import type { Vector3 } from "../observation/Observation.ts"
import type { Propagator } from "../orbit/propagation/Propagator.ts"
import { isDark, isSunlit, sunPosition } from "../orbit/propagation/Sun.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import type { FlownSensor } from "./Emission.ts"
import { type Random, stream } from "./random.ts"
import { brightEnough, crossSection, darkness, detected, magnitude, opticalElevation } from "./visibility.ts"

/** One object followed by one sensor for part of a slot. Times are of the measurement, in UTC. */
export interface Tracklet {
  readonly sensor: FlownSensor
  readonly target: Propagator
  /** The object the sensor says it follows. */
  readonly reportedId: string
  readonly first: UtcTime
  /** Milliseconds between observations. */
  readonly spacing: number
  readonly count: number
}

export const slotMillis = 10_000
/** Observations of one radar in a slot: 300 Hz. */
const radarBudget = 3000
const opticalFrames = 4
const opticalSpacing = 2000
/** Metres from the Earth's centre beyond which telescopes are first choice. */
const deepSpace = 15_000_000

interface SensorPlan {
  readonly sensor: FlownSensor
  readonly random: Random
}

/** Where the objects are, and how large. */
interface Sky {
  readonly time: UtcTime
  readonly objects: ReadonlyArray<Propagator>
  readonly sections: Float64Array
  /** Six numbers an object, TEME; NaN for one that SGP4 gave up. */
  readonly states: Float64Array
}

const positionOf = (sky: Sky, index: number): Vector3 => [
  sky.states[6 * index] ?? Number.NaN,
  sky.states[6 * index + 1] ?? Number.NaN,
  sky.states[6 * index + 2] ?? Number.NaN
]

/** Calls `visit` with index and range (m) of each object above an elevation, from object `from` on, until it answers false. */
const overhead = (
  { observer, mask }: FlownSensor,
  sky: Sky,
  minimumElevation: number,
  from: number,
  visit: (index: number, range: number) => boolean
): void => {
  if (observer === undefined) return
  const { position: [sx, sy, sz], up: [ux, uy, uz] } = observer.at(sky.time)
  const sine = Math.sin(Math.max(minimumElevation, mask.minimumElevation))
  const farthest = mask.maximumRange ?? Number.POSITIVE_INFINITY
  const n = sky.objects.length
  for (let step = 0; step < n; step++) {
    const index = (from + step) % n
    const x = (sky.states[6 * index] ?? Number.NaN) - sx
    const y = (sky.states[6 * index + 1] ?? Number.NaN) - sy
    const z = (sky.states[6 * index + 2] ?? Number.NaN) - sz
    const height = x * ux + y * uy + z * uz
    if (!(height > 0)) continue
    const range = Math.sqrt(x * x + y * y + z * z)
    if (height >= sine * range && range <= farthest && !visit(index, range)) return
  }
}

const planRadar = ({ random, sensor }: SensorPlan, sky: Sky, slot: UtcTime, into: Array<Tracklet>): void => {
  let budget = radarBudget
  overhead(sensor, sky, 0, random.integer(0, Math.max(0, sky.objects.length - 1)), (index, range) => {
    const target = sky.objects[index]
    const fluctuation = -Math.log(1 - random.uniform())
    if (target === undefined || !detected(range, sky.sections[index] ?? 0, fluctuation)) return true
    const count = Math.min(random.integer(5, 30), budget)
    const spacing = random.between(80, 300)
    const first = slot + random.between(0, slotMillis - count * spacing)
    into.push({ sensor, target, reportedId: target.elements.objectId, first, spacing, count })
    budget -= count
    return budget >= 5
  })
}

const planTelescope = ({ random, sensor }: SensorPlan, sky: Sky, slot: UtcTime, into: Array<Tracklet>): void => {
  const { observer, site } = sensor
  if (observer === undefined || site === undefined || !isDark(site, sky.time, darkness)) return
  const sun = sunPosition(sky.time)
  const near: Array<number> = []
  const far: Array<number> = []
  overhead(sensor, sky, opticalElevation, 0, (index) => {
    const position = positionOf(sky, index)
    const bright = brightEnough(magnitude(observer.at(sky.time), position, sun, sky.sections[index] ?? 0))
    if (bright && isSunlit(position, sky.time)) (Math.hypot(...position) > deepSpace ? far : near).push(index)
    return true
  })
  const preferred = random.uniform() < 0.75 ? far : near
  const chosen = preferred.length > 0 ? preferred : preferred === far ? near : far
  const target = sky.objects[chosen[random.integer(0, chosen.length - 1)] ?? -1]
  if (target === undefined) return
  const first = slot + random.between(0, slotMillis - opticalFrames * opticalSpacing)
  const reportedId = target.elements.objectId
  into.push({ sensor, target, reportedId, first, spacing: opticalSpacing, count: opticalFrames })
}

const planBeacon = (
  { random, sensor }: SensorPlan,
  byId: ReadonlyMap<string, Propagator>,
  phase: number,
  slot: UtcTime,
  into: Array<Tracklet>
): void => {
  const target = byId.get(String(sensor.satelliteId))
  // Drawn for absent satellites too, so that the stream does not depend on the catalogue.
  const jitter = random.between(0, 1)
  if (target === undefined) return
  const reportedId = target.elements.objectId
  into.push({ sensor, target, reportedId, first: slot + phase + jitter, spacing: 1000, count: slotMillis / 1000 })
}

/** Plans the tracklets of the slot that begins at a time: call it with successive slots. They are grouped by sensor. */
export const planner = (
  seed: number,
  sensors: Iterable<FlownSensor>,
  objects: ReadonlyArray<Propagator>
): (slot: UtcTime) => Array<Tracklet> => {
  const plans = Array.from(sensors, (sensor): SensorPlan & { readonly phase: number } => {
    const random = stream(seed, "plan", sensor.sourceId)
    return { sensor, random, phase: random.between(0, 900) }
  })
  const sections = Float64Array.from(objects, ({ elements }) => crossSection(seed, elements.objectId))
  const states = new Float64Array(6 * objects.length)
  const byId = new Map(objects.map((object) => [object.elements.objectId, object]))
  return (slot) => {
    const time = slot + slotMillis / 2
    objects.forEach((object, index) => {
      if (!object.stateInto(time, states, 6 * index)) states.fill(Number.NaN, 6 * index, 6 * index + 6)
    })
    const sky: Sky = { time, objects, sections, states }
    const tracklets: Array<Tracklet> = []
    for (const plan of plans) {
      switch (plan.sensor.kind) {
        case "radar":
          planRadar(plan, sky, slot, tracklets)
          break
        case "optical":
          planTelescope(plan, sky, slot, tracklets)
          break
        case "isl":
          planBeacon(plan, byId, plan.phase, slot, tracklets)
      }
    }
    return tracklets
  }
}
