/**
 * A scenario: what all simulated sensors send, in the order in which they send it.
 *
 * Time goes in steps of 250 ms: measurements of a step are made in time order, encoded with the sequence number of their sensor, given
 * their delay, and sent when the step they fall due in is over. Without faults the delays keep each sensor's order: a radar 5 to 15 ms,
 * a link 50 to 300 ms, a telescope uploads what it has every 4 s and that is published 1 to 2.5 s later.
 *
 * Memory: the tracklets of one slot of 10 s, and the records that are on their way (at most 15 s of telescopes, 6 s of links).
 */
import type { Sensor } from "../observation/sensors/Sensor.ts"
import type { MeanElements } from "../orbit/catalogue/MeanElements.ts"
import type { Propagator } from "../orbit/propagation/Propagator.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { type Emission, type FlownSensor, isFlown } from "./Emission.ts"
import { type Fault, type FaultCounts, type FaultInjector, faultInjector } from "./faults.ts"
import { type Observe, observing } from "./observe.ts"
import { stream } from "./random.ts"
import { planner, slotMillis, type Tracklet } from "./schedule.ts"
import { type PlannedConjunction, type TruthModel, truthOf } from "./truth/truth.ts"
import { wireRecord } from "./wireRecord.ts"

export interface ScenarioOptions {
  readonly seed: number
  readonly start: UtcTime
  /** May be infinite. */
  readonly durationMillis: number
  /** The nominal elements, one set an object. */
  readonly catalogue: Iterable<MeanElements>
  /** Those of kinds that the simulator does not fly are silent: {@link Scenario.silent}. */
  readonly sensors: Iterable<Sensor>
  /** Scale of the offsets of the true orbits from the nominal ones (default 1); 0: none. */
  readonly perturbation?: number
  readonly faults?: ReadonlyArray<Fault>
  readonly planned?: PlannedConjunction
  /** By what the true orbits move (default {@link defaultTruthModel}). */
  readonly truthModel?: TruthModel
  /** When an integrated orbit has the state of its element set (default: the start). */
  readonly anchor?: UtcTime
}

/** As the pipeline's tracks are by default: see PERIGEE_TRACK_DYNAMICS. */
export const defaultTruthModel: TruthModel = "sgp4"

export interface Scenario {
  readonly start: UtcTime
  readonly end: UtcTime
  /** The true orbits, in the catalogue's order. */
  readonly truth: ReadonlyArray<Propagator>
  /** The sensors that nothing is simulated of, as the simulator does not know their kind. */
  readonly silent: ReadonlyArray<Sensor>
  /** Grows while the emissions are drawn. */
  readonly faultCounts: FaultCounts
  /** In order of `sendAt`, from start (inclusive) to end (exclusive). Made as they are drawn, once: a second pass is empty. */
  readonly emissions: Iterable<Emission>
}

/** When a seeded run starts unless it is told otherwise. */
export const seededStart: UtcTime = Date.UTC(2026, 2, 20)

const stepMillis = 250
const uploadMillis = 4000

/** One sensor at work. State: its noise, its sequence counter. */
interface Station {
  readonly sensor: FlownSensor
  readonly observe: Observe
  /** Scenario time at which what was measured at a time is sent. Grows with it. */
  readonly sendTime: (measuredAt: UtcTime) => UtcTime
  sequence: number
}

const station = (seed: number, sensor: FlownSensor): Station => {
  const draw = stream(seed, "delay", sensor.sourceId).uniform()
  const phase = draw * uploadMillis
  const sendTime = (time: UtcTime): UtcTime => {
    switch (sensor.kind) {
      case "radar":
        return time + 5 + 10 * draw
      case "isl":
        return time + 50 + 250 * draw
      case "optical":
        return Math.ceil((time - phase) / uploadMillis) * uploadMillis + phase + 1000 + 1500 * draw
    }
  }
  return { sensor, observe: observing(seed, sensor), sendTime, sequence: 0 }
}

/** A tracklet under way: how many of its observations have been made. */
interface Active {
  readonly tracklet: Tracklet
  readonly station: Station
  done: number
}

/** Exchanges the reported objects of the first two tracklets of each sensor that the fault strikes. */
const crossTagged = (tracklets: Array<Tracklet>, faults: FaultInjector, slot: UtcTime): ReadonlyArray<Tracklet> => {
  for (let i = 0; i + 1 < tracklets.length; i++) {
    const [before, a, b] = [tracklets[i - 1], tracklets[i], tracklets[i + 1]]
    if (a === undefined || b === undefined || a.sensor !== b.sensor || before?.sensor === a.sensor) continue
    if (a.sensor.kind !== "radar" || !faults.crossTags(a.sensor.sourceId, slot)) continue
    tracklets[i] = { ...a, reportedId: b.reportedId }
    tracklets[i + 1] = { ...b, reportedId: a.reportedId }
  }
  return tracklets
}

/** Makes the emission of one observation, or none: under the mask, lost by a fault, or SGP4 gave up. */
const emissionOf = ({ station, tracklet }: Active, time: UtcTime, faults: FaultInjector): Emission | undefined => {
  const { sensor } = station
  const { sourceId, kind } = sensor
  const state = tracklet.target.stateAt(time)
  const target = state && station.observe(state, time)
  if (target === undefined || faults.silenced(sourceId, time)) return undefined
  const stamp = time + sensor.clockOffset * 1000 + faults.clockOffset(sourceId, time)
  const factor = kind === "radar" ? faults.rangeFactor(sourceId, time) : 1
  const bytes = wireRecord(sensor, target, stamp, tracklet.reportedId, station.sequence, factor)
  if (bytes === undefined) return undefined
  station.sequence = (station.sequence + 1) % 2 ** 32
  if (tracklet.reportedId !== tracklet.target.elements.objectId) faults.countCrossTag()
  return {
    sendAt: station.sendTime(time) + faults.holdBack(kind, time),
    wire: kind,
    sourceId,
    sensorTimestamp: stamp,
    bytes,
    truthObject: tracklet.target.elements.objectId,
    again: false
  }
}

function* emissionsOf(
  start: UtcTime,
  end: UtcTime,
  plan: (slot: UtcTime) => Array<Tracklet>,
  stations: ReadonlyMap<FlownSensor, Station>,
  faults: FaultInjector
): Generator<Emission, void> {
  let active: Array<Active> = []
  let onTheWay: Array<Emission> = []
  for (let step = 0; start + step * stepMillis < end; step++) {
    const from = start + step * stepMillis
    const to = from + stepMillis
    if (step % (slotMillis / stepMillis) === 0) {
      active = crossTagged(plan(from), faults, from).flatMap((tracklet) => {
        const station = stations.get(tracklet.sensor)
        return station === undefined ? [] : [{ tracklet, station, done: 0 }]
      })
    }
    const due: Array<{ readonly time: UtcTime; readonly of: Active }> = []
    for (const of of active) {
      const { count, first, spacing } = of.tracklet
      for (; of.done < count && first + of.done * spacing < to; of.done++) {
        due.push({ time: first + of.done * spacing, of })
      }
    }
    due.sort((a, b) => a.time - b.time)
    for (const { of, time } of due) {
      const emission = emissionOf(of, time, faults)
      if (emission === undefined) continue
      onTheWay.push(emission)
      const later = faults.duplicateAfter(time)
      if (later !== undefined) onTheWay.push({ ...emission, sendAt: emission.sendAt + later, again: true })
    }
    // Nothing measured later can be sent before the step's end. The sort is stable: what was made first goes first.
    onTheWay.sort((a, b) => a.sendAt - b.sendAt)
    const limit = Math.min(to, end)
    let sent = 0
    for (let next = onTheWay[sent]; next !== undefined && next.sendAt < limit; next = onTheWay[sent]) {
      yield next
      sent += 1
    }
    onTheWay = onTheWay.slice(sent)
  }
}

/** For a person: which sensors of a scenario are silent, by kind; absent where all of them are flown. */
export const silence = ({ silent }: Scenario): string | undefined =>
  silent.length === 0
    ? undefined
    : Array.from(
      Map.groupBy(silent, ({ kind }) => kind),
      ([kind, sensors]) =>
        `nothing is simulated of kind "${kind}": ${
          sensors.length === 1 ? "its sensor is" : `its ${sensors.length} sensors are`
        } silent`
    ).join("; ")

/** Sets a scenario up. A function of its options: the same ones give the same bytes in the same order. */
export const makeScenario = (options: ScenarioOptions): Scenario => {
  const { catalogue, durationMillis, faults = [], perturbation = 1, planned, seed, start } = options
  const end = start + durationMillis
  const given = [...options.sensors]
  const sensors = given.filter(isFlown)
  const earthOrientation = sensors[0]?.earthOrientation
  const truth = truthOf(catalogue, {
    seed,
    perturbation,
    model: options.truthModel ?? defaultTruthModel,
    anchor: options.anchor ?? start,
    ...(planned !== undefined && { planned }),
    ...(earthOrientation !== undefined && { earthOrientation })
  })
  const radars = sensors.filter(({ kind }) => kind === "radar").map(({ sourceId }) => sourceId)
  const injector = faultInjector(faults, { seed, start, durationMillis, radars })
  const stations = new Map(sensors.map((sensor) => [sensor, station(seed, sensor)]))
  return {
    start,
    end,
    truth,
    silent: given.filter((sensor) => !isFlown(sensor)),
    faultCounts: injector.counts,
    emissions: emissionsOf(start, end, planner(seed, sensors, truth), stations, injector)
  }
}
