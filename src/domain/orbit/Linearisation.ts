/**
 * SGP4 linearised about an element set: the state at any time and its derivative with respect to an offset of the elements.
 *
 * Central differences of twelve propagators about the reference, so 13 SGP4 calls a time. The step of 20 m keeps truncation under
 * 1e-6 and rounding under 1e-7 of a partial for arcs of days. SGP4 has switches (drag terms at e = 1e-4 and at a perigee of 220 km,
 * deep space at 225 minutes, the half-day resonance at e = 0.5, 0.65, 0.7 and 0.715): elements within a step of one get partials that
 * mix both sides. SGP4 is also not smooth in e near zero once drag has circularised the orbit.
 */
import { Result } from "effect"
import type { UtcTime } from "../UtcTime.ts"
import { perturbed } from "./equinoctial.ts"
import type { MeanElements } from "./MeanElements.ts"
import { makePropagator, type Propagator } from "./Propagator.ts"

export interface Linearisation {
  readonly reference: Propagator
  /**
   * Fills `outState` (6: TEME m, m/s) and `outPhi` (36, row by row: d state[i] / d offset[j], offset in metres as
   * `equinoctial.ts` defines it). False when SGP4 reports an error for the reference or a neighbour; the arrays are then undefined.
   * State held: the answers for the last four times asked for. The gates and the update of an observation ask for one time, and every
   * risk of a conjunction for its closest approach.
   */
  readonly stateAndPartials: (time: UtcTime, outState: Float64Array, outPhi: Float64Array) => boolean
}

const step = 20

const memory = 4

interface Answer {
  time: UtcTime
  known: boolean
  readonly state: Float64Array
  readonly phi: Float64Array
}

const emptyAnswer = (): Answer => ({
  time: Number.NaN,
  known: false,
  state: new Float64Array(6),
  phi: new Float64Array(36)
})

/** Builds the thirteen propagators, or `undefined` when SGP4 cannot start from the elements or a neighbour of them. */
export const linearise = (elements: MeanElements): Linearisation | undefined => {
  const reference = makePropagator(elements)
  if (Result.isFailure(reference)) return undefined
  const neighbours: Array<Propagator> = []
  for (let j = 0; j < 6; j++) {
    for (const sign of [1, -1]) {
      const offset = [0, 0, 0, 0, 0, 0]
      offset[j] = sign * step
      const neighbour = makePropagator(perturbed(elements, offset))
      if (Result.isFailure(neighbour)) return undefined
      neighbours.push(neighbour.success)
    }
  }
  const plus = new Float64Array(6)
  const minus = new Float64Array(6)
  const remembered: Array<Answer> = []
  const compute = (time: UtcTime, { phi, state }: Answer): boolean => {
    if (!reference.success.stateInto(time, state)) return false
    for (let j = 0; j < 6; j++) {
      if (neighbours[2 * j]?.stateInto(time, plus) !== true) return false
      if (neighbours[2 * j + 1]?.stateInto(time, minus) !== true) return false
      for (let i = 0; i < 6; i++) phi[i * 6 + j] = ((plus[i] ?? 0) - (minus[i] ?? 0)) / (2 * step)
    }
    return true
  }
  const answerAt = (time: UtcTime): Answer => {
    const index = remembered.findIndex((answer) => answer.time === time)
    const answer = remembered[index] ?? (remembered.length < memory ? undefined : remembered.pop()) ?? emptyAnswer()
    if (index > 0) remembered.splice(index, 1)
    if (index !== 0) remembered.unshift(answer)
    if (index < 0) {
      answer.time = time
      answer.known = compute(time, answer)
    }
    return answer
  }
  return {
    reference: reference.success,
    stateAndPartials: (time, outState, outPhi) => {
      const { known, phi, state } = answerAt(time)
      if (known) {
        outState.set(state)
        outPhi.set(phi)
      }
      return known
    }
  }
}
