/** One measurement into an orbit: predicted, judged by the gate, and if it passes, taken. */
import type { Sensor } from "../../../observation/sensors/Sensor.ts"
import { multiply, multiplyTransposed } from "../../algebra/matrix.ts"
import { place, surroundingsSize } from "../../forces/Surroundings.ts"
import { residual } from "../../measurement/measurement.ts"
import { predictWithPartials } from "../../measurement/measurementPartials.ts"
import { biasVariance, type Heard, heardFrom, inflation, sharedCount } from "../../measurement/sensorBias.ts"
import type { State } from "../../propagation/State.ts"
import type { Innovation } from "../Innovation.ts"
import { innovationVariances, measured, normalisedInnovationSquared } from "../kalman.ts"
import { gate } from "../TrackEstimate.ts"
import { corrected } from "./alongOrbit.ts"
import type { KeptMeasurement } from "./NumericEstimate.ts"
import type { Orbit } from "./Orbit.ts"
import type { OrbitDynamics } from "./OrbitDynamics.ts"

const around = new Float64Array(surroundingsSize)
const partials = new Float64Array(36)
const h = new Float64Array(42)
const p = new Float64Array(49)

const temeOf = (state: ReadonlyArray<number>): State => {
  const axis = (i: number, from: number): number => {
    let sum = 0
    for (let j = 0; j < 3; j++) sum += (around[place.gcrfToTeme + 3 * i + j] ?? 0) * (state[from + j] ?? 0)
    return sum
  }
  return { position: [axis(0, 0), axis(1, 0), axis(2, 0)], velocity: [axis(0, 3), axis(1, 3), axis(2, 3)] }
}

/** d measurement / d (GCRF position and velocity, ballistic coefficient) from the partials with respect to TEME. */
const turnPartials = (m: number): void => {
  for (let i = 0; i < m; i++) {
    for (let part = 0; part < 6; part += 3) {
      for (let j = 0; j < 3; j++) {
        let sum = 0
        for (let k = 0; k < 3; k++) {
          sum += (partials[6 * i + part + k] ?? 0) * (around[place.gcrfToTeme + 3 * k + j] ?? 0)
        }
        h[7 * i + part + j] = sum
      }
    }
    h[7 * i + 6] = 0
  }
}

/**
 * The noise with which a measurement is taken: the sensor's, its slow bias allowed for, and where the prediction is far less certain than
 * the sensor, a part of the prediction's own (underweighting). A first measurement after a long gap else takes the uncertainty from
 * kilometres to metres at once, about a state that is kilometres off: the bend of the orbit over that is more than the metres.
 *
 * Source: Zanetti, DeMars and Bishop, Underweighting Nonlinear Measurements, Journal of Guidance, Control, and Dynamics 33 (2010).
 */
const weighted = (noise: ReadonlyArray<number>, scale: number, m: number): ReadonlyArray<number> => {
  if ((p[0] ?? 0) + (p[8] ?? 0) + (p[16] ?? 0) < straight) return noise.map((value) => scale * value)
  multiply(h, p, m, 7, 7, hp)
  multiplyTransposed(hp, h, m, 7, m, spread)
  let under = false
  for (let i = 0; i < m; i++) {
    const at = i * (m + 1)
    if ((spread[at] ?? 0) > underweightFrom * (noise[at] ?? 0)) under = true
  }
  return noise.map((value, i) => scale * value + (under ? underweight * (spread[i] ?? 0) : 0))
}

/** Variance of a predicted component in units of the sensor's from which on it is underweighted, and the part that is added. */
const underweightFrom = 25
const underweight = 0.2
/** m²: a position known to 50 m is on a straight line. */
const straight = 2500

const hp = new Float64Array(42)
const spread = new Float64Array(36)

export interface Absorbed {
  readonly innovation: Innovation
  /** As it was before where the measurement was refused. */
  readonly orbit: Orbit
  readonly heard: ReadonlyArray<Heard>
  /** State and covariance as the linear step left them, from which the sum of corrections is made; as before where refused. */
  readonly linear: Pick<Orbit, "state" | "covariance">
}

/** `orbit` is at the measurement's time. `undefined` when the sensor cannot measure such a target. */
export const absorb = (
  dynamics: OrbitDynamics,
  orbit: Orbit,
  heard: ReadonlyArray<Heard>,
  { noise, sourceId, target, time }: KeptMeasurement,
  sensor: Sensor
): Absorbed | undefined => {
  dynamics.model.surroundings.at(time, around)
  const expected = predictWithPartials(sensor, target, temeOf(orbit.state), time, partials)
  if (expected === undefined) return undefined
  const m = expected.length
  const nu = residual(target, expected)
  turnPartials(m)
  for (let i = 0; i < 49; i++) p[i] = orbit.covariance[i] ?? 0
  const nis = normalisedInnovationSquared(p, h, noise, 1 + biasVariance, nu, m, 7)
  if (nis === undefined) return undefined
  const innovation = { accepted: nis <= gate(m), nis, components: m, residuals: nu, variances: innovationVariances(m) }
  if (!innovation.accepted) return { innovation, orbit, heard, linear: orbit }
  const count = sharedCount(heard, sourceId, time)
  const posterior = measured(orbit.state, p, h, weighted(noise, inflation(count), m), 1, nu, m, 7)
  if (posterior === undefined) return undefined
  return {
    innovation,
    orbit: corrected(orbit.state, { time, state: posterior.offset, covariance: posterior.covariance }),
    heard: heardFrom(heard, sourceId, time, count),
    linear: { state: posterior.offset, covariance: posterior.covariance }
  }
}
