/**
 * The orbit of an object that is observed for the first time: its element set's state, with the prior of the set and what sets it apart
 * from an osculating state.
 *
 * SGP4's state at an instant is off by more than its elements are: in low orbit it leaves out the field's tesseral terms, hundreds of metres
 * within a revolution, far out what Sun and Moon do twice a revolution, one to two kilometres at the geostationary height. Without that the
 * prior is too sure of the semi-major axis, and half of all observations are refused. The sizes are fitted to element sets that were
 * themselves fitted to a day of an integrated truth (see docs/tracking.md).
 *
 * Refusals widen the start: an object that moved since its elements were made must not stay lost.
 */
import type { UtcTime } from "../../../time/UtcTime.ts"
import { congruence } from "../../algebra/covariance.ts"
import { zeros } from "../../algebra/matrix.ts"
import { place, type Surroundings, surroundingsSize } from "../../forces/Surroundings.ts"
import { circularRate } from "../../integration/integrate.ts"
import { type OrbitRegime, orbitRegime, priorOffsetCovariance } from "../priorCovariance.ts"
import { stateOf, type TrackEstimate } from "../TrackEstimate.ts"
import { ballisticOf } from "./ballistic.ts"
import type { Orbit } from "./Orbit.ts"

/** What is added to the prior of an element set, 1-sigma: an axis of position, m; of velocity, as m times the orbital rate; along the track, m a day. */
interface Osculating {
  readonly position: number
  readonly velocity: number
  readonly alongPerDay: number
}

const osculating: Readonly<Record<OrbitRegime, Osculating>> = {
  "low-leo": { position: 300, velocity: 460, alongPerDay: 1000 },
  leo: { position: 300, velocity: 460, alongPerDay: 2000 },
  meo: { position: 500, velocity: 800, alongPerDay: 1000 },
  heo: { position: 1500, velocity: 2500, alongPerDay: 2000 },
  geo: { position: 1800, velocity: 2600, alongPerDay: 3000 }
}

const dayMillis = 86_400_000

const around = new Float64Array(surroundingsSize)

/** Refusals in a row after which the start is widened by another prior. */
const refusalsToWiden = 5

export const startOrbit = (
  surroundings: Surroundings,
  catalogue: TrackEstimate,
  time: UtcTime,
  refused: number
): Orbit | undefined => {
  const predicted = stateOf(catalogue, time)
  if (predicted === undefined) return undefined
  surroundings.at(time, around)
  const turn = new Float64Array(36)
  const state = zeros(7)
  const teme = [...predicted.state.position, ...predicted.state.velocity]
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const r = around[place.gcrfToTeme + 3 * j + i] ?? 0
      turn[6 * i + j] = r
      turn[6 * i + 21 + j] = r
      state[i] = (state[i] ?? 0) + r * (teme[j] ?? 0)
      state[3 + i] = (state[3 + i] ?? 0) + r * (teme[3 + j] ?? 0)
    }
  }
  const prior = congruence(predicted.phi, priorOffsetCovariance(catalogue.linearisation, time))
  const turned = congruence(turn, prior)
  const widened = (1 + Math.min(63, Math.floor(refused / refusalsToWiden))) ** 2
  const rate = circularRate(Math.hypot(state[0] ?? 0, state[1] ?? 0, state[2] ?? 0))
  const { elements } = catalogue.linearisation.reference
  const ballistic = ballisticOf(elements)
  state[6] = ballistic
  const covariance = zeros(49)
  const { alongPerDay, position, velocity } = osculating[orbitRegime(elements)]
  // Along the track means later or earlier on the same orbit: position and velocity together.
  const speed2 = (state[3] ?? 0) ** 2 + (state[4] ?? 0) ** 2 + (state[5] ?? 0) ** 2
  const days = Math.abs(time - elements.epoch) / dayMillis
  const later = (alongPerDay * days) ** 2 / speed2
  const flow = (i: number): number => i < 3 ? state[3 + i] ?? 0 : -rate * rate * (state[i - 3] ?? 0)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) covariance[7 * i + j] = widened * ((turned[6 * i + j] ?? 0) + later * flow(i) * flow(j))
    const added = i < 3 ? position : velocity * rate
    covariance[8 * i] = (covariance[8 * i] ?? 0) + widened * added * added
  }
  const sigma = Math.max(0.6 * ballistic, 0.01)
  covariance[48] = sigma * sigma
  return { time, state, covariance }
}
