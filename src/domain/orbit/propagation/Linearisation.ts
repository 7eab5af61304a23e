/**
 * SGP4 linearised about an element set: the state at any time and its derivative with respect to an offset of the elements.
 *
 * Partials are central differences of twelve propagators about the reference, so 13 SGP4 calls a time. The step of 20 m keeps truncation
 * under 1e-6 and rounding under 1e-7 for arcs of days. The observations of a pass are fractions of a second apart and share partials:
 * those between whole multiples of `nodeMillis` are the parabola through the three nearest nodes, off by 0.064 (n h)³ with n the
 * angular rate, 1e-7 of a partial in low orbit and 2e-7 at the lowest perigee. Nodes are fixed: no answer depends on what was asked before.
 *
 * SGP4 has switches (drag terms at e = 1e-4 and at a perigee of 220 km, deep space at 225 minutes, the half-day resonance at e = 0.5,
 * 0.65, 0.7 and 0.715): elements within a step of one get partials that mix both sides. SGP4 is also not smooth in e near zero once drag
 * has circularised the orbit.
 */
import { Result } from "effect"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { perturbed } from "./equinoctial.ts"
import { makePropagator, type Propagator } from "./Propagator.ts"

/** State and partials at a time, held by a {@link Linearisation}: good until the next call for another time, so read it and do not keep it. */
export interface LinearState {
  /** TEME m, m/s. */
  readonly state: Float64Array
  /** 36, row by row: d state[i] / d offset[j], offset in metres as `equinoctial.ts` defines it. */
  readonly phi: Float64Array
}

export interface Linearisation {
  readonly reference: Propagator
  /**
   * State and partials, without a copy. `undefined` when SGP4 reports an error for the reference or a neighbour. State held: the answers for
   * the last 32 times asked for, 400 bytes each: every risk of a conjunction asks for its closest approach.
   */
  readonly at: (time: UtcTime) => LinearState | undefined
  /**
   * As `at`, with the partials interpolated: one SGP4 call where the nodes are known, 36 more where they are not. `undefined` also when
   * a node has no partials. State held: the last four answers and the last six nodes.
   */
  readonly interpolated: (time: UtcTime) => LinearState | undefined
  /** As `at`, into `outState` (6) and `outPhi` (36). False, and both untouched, where there is no answer. */
  readonly stateAndPartials: (time: UtcTime, outState: Float64Array, outPhi: Float64Array) => boolean
}

const step = 20

/** ms */
const nodeMillis = 8000

interface Answer extends LinearState {
  time: UtcTime
  known: boolean
  lastUse: number
}

/** The last `capacity` answers of a function of time, the one not used for longest overwritten first. */
const remembering = (
  capacity: number,
  compute: (time: UtcTime, answer: LinearState) => boolean
): (time: UtcTime) => LinearState | undefined => {
  const answers: Array<Answer> = []
  let uses = 0
  return (time) => {
    uses++
    let oldest: Answer | undefined
    for (const answer of answers) {
      if (answer.time === time) {
        answer.lastUse = uses
        return answer.known ? answer : undefined
      }
      if (oldest === undefined || answer.lastUse < oldest.lastUse) oldest = answer
    }
    if (oldest === undefined || answers.length < capacity) {
      oldest = { time, known: false, lastUse: uses, state: new Float64Array(6), phi: new Float64Array(36) }
      answers.push(oldest)
    }
    oldest.time = time
    oldest.lastUse = uses
    oldest.known = compute(time, oldest)
    return oldest.known ? oldest : undefined
  }
}

/** Builds the thirteen propagators, or `undefined` when SGP4 cannot start from the elements or a neighbour of them. */
export const linearise = (elements: MeanElements): Linearisation | undefined => {
  const made = makePropagator(elements)
  return Result.isFailure(made) ? undefined : lineariseAbout(made.success)
}

/** {@link linearise} where the reference is at hand. */
export const lineariseAbout = (reference: Propagator): Linearisation | undefined => {
  const neighbours: Array<Propagator> = []
  for (let j = 0; j < 6; j++) {
    for (const sign of [1, -1]) {
      const offset = [0, 0, 0, 0, 0, 0]
      offset[j] = sign * step
      const neighbour = makePropagator(perturbed(reference.elements, offset))
      if (Result.isFailure(neighbour)) return undefined
      neighbours.push(neighbour.success)
    }
  }
  const plus = new Float64Array(6)
  const minus = new Float64Array(6)
  const differences = (time: UtcTime, phi: Float64Array): boolean => {
    for (let j = 0; j < 6; j++) {
      if (neighbours[2 * j]?.stateInto(time, plus) !== true) return false
      if (neighbours[2 * j + 1]?.stateInto(time, minus) !== true) return false
      for (let i = 0; i < 6; i++) phi[i * 6 + j] = ((plus[i] ?? 0) - (minus[i] ?? 0)) / (2 * step)
    }
    return true
  }
  const at = remembering(32, (time, { phi, state }) => reference.stateInto(time, state) && differences(time, phi))
  const partialsAt = remembering(6, (time, { phi }) => differences(time, phi))
  const interpolated = remembering(4, (time, { phi, state }) => {
    if (!reference.stateInto(time, state)) return false
    const node = Math.round(time / nodeMillis)
    const before = partialsAt((node - 1) * nodeMillis)?.phi
    const nearest = partialsAt(node * nodeMillis)?.phi
    const after = partialsAt((node + 1) * nodeMillis)?.phi
    if (before === undefined || nearest === undefined || after === undefined) return false
    const t = time / nodeMillis - node
    for (let i = 0; i < 36; i++) {
      const a = before[i] ?? 0
      const b = nearest[i] ?? 0
      const c = after[i] ?? 0
      phi[i] = b + t * ((c - a) / 2 + t * (a - 2 * b + c) / 2)
    }
    return true
  })
  return {
    reference,
    at,
    interpolated,
    stateAndPartials: (time, outState, outPhi) => {
      const answer = at(time)
      if (answer === undefined) return false
      outState.set(answer.state)
      outPhi.set(answer.phi)
      return true
    }
  }
}
