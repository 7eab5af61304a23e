/**
 * An object for tests of the track filter: its true orbit, the element set a catalogue would have of it, and what the sensors that ship see.
 *
 * The element set is an SGP4 fit to the day before the start. Noise and slow biases are the simulator's.
 */
import { Result } from "effect"
import type { Observation } from "../../../src/domain/observation/Observation.ts"
import type { Sensor } from "../../../src/domain/observation/sensors/Sensor.ts"
import {
  earthRadius,
  gravitationalParameter,
  type MeanElements,
  radiansPerDegree
} from "../../../src/domain/orbit/catalogue/MeanElements.ts"
import { convert } from "../../../src/domain/orbit/frames/frames.ts"
import { makePropagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import type { State } from "../../../src/domain/orbit/propagation/State.ts"
import { isDark, isSunlit } from "../../../src/domain/orbit/propagation/Sun.ts"
import { observing } from "../../../src/domain/simulation/observe.ts"
import { stream } from "../../../src/domain/simulation/random.ts"
import { sensors } from "../scenario.ts"
import { observationOf, polarElements, type SimulatedObservation } from "../trackSimulation.ts"
import { fittedElements } from "./elementFit.ts"
import type { Field } from "./gravity.ts"
import { type Burn, makeTrueOrbit, type TrueOrbit } from "./trueOrbit.ts"

export const hour = 3_600_000
export const start = Date.UTC(2026, 2, 20)

export type Regime = "leo" | "low" | "geo"

export interface TrackedObject {
  readonly elements: MeanElements
  readonly truth: TrueOrbit
  readonly burnt: (burns: ReadonlyArray<Burn>, end: number) => TrueOrbit
}

const day = 24 * hour

/** Seeded: 550 to 1200 km, 400 to 500 km, or geostationary. The truth is known from a day before {@link start} to `end`. */
export const trackedObject = (field: Field, seed: number, regime: Regime, end: number): TrackedObject => {
  const random = stream(seed, "tracked", regime)
  const height = regime === "leo"
    ? random.between(550e3, 1200e3)
    : regime === "low"
    ? random.between(400e3, 500e3)
    : 35_786e3
  const a = earthRadius + height
  const ballistic = Math.exp(random.between(Math.log(0.005), Math.log(0.06)))
  const design: MeanElements = {
    ...polarElements,
    objectId: String(70_000 + seed),
    epoch: start - day,
    meanMotion: Math.sqrt(gravitationalParameter / a ** 3),
    eccentricity: random.between(1e-4, regime === "geo" ? 5e-4 : regime === "low" ? 1e-3 : 4e-3),
    inclination: (regime === "geo" ? random.between(0.1, 6) : random.between(35, 100)) * radiansPerDegree,
    rightAscension: random.between(0, 2 * Math.PI),
    argumentOfPerigee: random.between(0, 2 * Math.PI),
    meanAnomaly: random.between(0, 2 * Math.PI),
    bstar: regime === "geo" ? 0 : ballistic / 12.741621
  }
  const first = Result.getOrThrow(makePropagator(design)).stateAt(start - day)
  if (first === undefined) throw new Error("no state")
  const common = {
    field,
    drag: ballistic,
    light: ballistic * 1.3 / 2.2 * random.between(0.7, 1.4),
    seed,
    name: regime
  }
  const truth = makeTrueOrbit({
    ...common,
    start: start - day,
    end,
    itrf: convert(first, "TEME", "ITRF", start - day)
  })
  const elements = fittedElements(design, (time) => temeOf(truth, time), start - day, start - 2 * hour)
  return {
    elements,
    truth,
    burnt: (burns, until) => {
      const from = Math.min(...burns.map(({ time }) => time))
      return makeTrueOrbit({ ...common, start: from, end: until, itrf: truth.itrfAt(from), burns })
    }
  }
}

export const temeOf = (truth: TrueOrbit, time: number): State => convert(truth.itrfAt(time), "ITRF", "TEME", time)

const radars = sensors.filter(({ kind }) => kind === "radar")
const telescopes = sensors.filter(({ kind }) => kind === "optical")

/** What the network sees of an orbit: radars every so many ms while it is up; telescopes four frames 2 s apart every ten minutes of the night. */
export const observed = (
  truth: TrueOrbit,
  seed: number,
  from: number,
  to: number,
  spacing: number,
  kind: "radar" | "optical" = "radar"
): ReadonlyArray<SimulatedObservation> => {
  const used = (kind === "radar" ? radars : telescopes).map((sensor) => ({ sensor, observe: observing(seed, sensor) }))
  const observations: Array<SimulatedObservation> = []
  const look = (sensor: Sensor, observe: ReturnType<typeof observing>, state: State, time: number): void => {
    const at = sensor.observer?.at(time)
    if (at === undefined) return
    const [x, y, z] = [0, 1, 2].map((i) => (state.position[i] ?? 0) - (at.position[i] ?? 0))
    const range = Math.hypot(x ?? 0, y ?? 0, z ?? 0)
    const sine = ((x ?? 0) * at.up[0] + (y ?? 0) * at.up[1] + (z ?? 0) * at.up[2]) / range
    if (sine < Math.sin(sensor.mask.minimumElevation) || range > (sensor.mask.maximumRange ?? Infinity)) return
    const target = observe(state, time)
    if (target !== undefined) {
      observations.push({ observation: observationOf(observations.length, sensor, target, time), sensor, time })
    }
  }
  if (kind === "radar") {
    for (let time = from; time < to; time += spacing) {
      const state = temeOf(truth, time)
      for (const { observe, sensor } of used) look(sensor, observe, state, time)
    }
    return observations
  }
  for (let time = from; time < to; time += 600_000) {
    for (const [index, { observe, sensor }] of used.entries()) {
      for (let frame = 0; frame < 4; frame++) {
        const at = time + 20_000 * index + 2000 * frame
        const state = temeOf(truth, at)
        if (sensor.site === undefined || !isDark(sensor.site, at) || !isSunlit(state.position, at)) continue
        look(sensor, observe, state, at)
      }
    }
  }
  return observations
}

export type { Observation }
