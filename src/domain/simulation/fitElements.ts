/**
 * SGP4 mean elements that pass through a given state: how the scenario places a satellite where its geometry wants one.
 *
 * Newton's method on offsets in equinoctial elements, the derivative from {@link linearise}. From a two-body first guess it
 * takes 4 to 7 rounds; it is used for a handful of objects at the start of a scenario only.
 */
import type { Vector3 } from "../observation/Observation.ts"
import { cross, dot, norm, scale } from "../orbit/algebra/vector3.ts"
import { gravitationalParameter, implausible, type MeanElements } from "../orbit/catalogue/MeanElements.ts"
import { fromEquinoctial, perturbed } from "../orbit/propagation/equinoctial.ts"
import { linearise } from "../orbit/propagation/Linearisation.ts"
import type { State } from "../orbit/propagation/State.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { add, unit } from "./vector.ts"

/** Solves the n by n system `matrix x = right` in place by Gaussian elimination with row pivots; `undefined` when singular. */
const solve = (matrix: Array<Array<number>>, right: Array<number>): Array<number> | undefined => {
  const n = right.length
  const at = (i: number, j: number): number => matrix[i]?.[j] ?? 0
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++) if (Math.abs(at(i, column)) > Math.abs(at(pivot, column))) pivot = i
    if (!(Math.abs(at(pivot, column)) > 1e-300)) return undefined
    ;[matrix[column], matrix[pivot]] = [matrix[pivot] ?? [], matrix[column] ?? []]
    ;[right[column], right[pivot]] = [right[pivot] ?? 0, right[column] ?? 0]
    for (let i = 0; i < n; i++) {
      if (i === column) continue
      const factor = at(i, column) / at(column, column)
      matrix[i] = (matrix[i] ?? []).map((value, j) => value - factor * at(column, j))
      right[i] = (right[i] ?? 0) - factor * (right[column] ?? 0)
    }
  }
  return right.map((value, i) => value / at(i, i))
}

/** Two-body elements of a TEME state, as a first guess of mean elements at that time. First order in the eccentricity. */
export const twoBodyElements = (
  state: State
): Pick<
  MeanElements,
  "meanMotion" | "eccentricity" | "inclination" | "rightAscension" | "argumentOfPerigee" | "meanAnomaly"
> => {
  const { position: r, velocity: v } = state
  const a = 1 / (2 / norm(r) - dot(v, v) / gravitationalParameter)
  const [hx, hy, hz] = unit(cross(r, v))
  const p = hx / (1 + hz)
  const q = -hy / (1 + hz)
  const size = 1 + p * p + q * q
  const f: Vector3 = [(1 - p * p + q * q) / size, 2 * p * q / size, -2 * p / size]
  const g: Vector3 = [2 * p * q / size, (1 + p * p - q * q) / size, 2 * q / size]
  const eccentricity = add(scale(cross(v, cross(r, v)), 1 / gravitationalParameter), scale(unit(r), -1))
  const k = dot(eccentricity, f)
  const h = dot(eccentricity, g)
  const longitude = Math.atan2(dot(r, g), dot(r, f))
  const lambda = longitude - 2 * (k * Math.sin(longitude) - h * Math.cos(longitude))
  return fromEquinoctial({ a, h, k, p, q, lambda })
}

/** Seconds that make a velocity residual as heavy as a position residual: about 1/n of a low orbit. */
const velocityWeight = 1000
const rounds = 20
/** Metres. Below what SGP4 itself resolves over hours. */
const tolerance = 1e-3

/**
 * Moves `guess` until SGP4 gives `target` (TEME) at `time`. `undefined` when it does not converge, or SGP4 cannot follow.
 */
export const fitElements = (guess: MeanElements, time: UtcTime, target: State): MeanElements | undefined => {
  let elements = guess
  const state = new Float64Array(6)
  const partials = new Float64Array(36)
  const wanted = [...target.position, ...target.velocity]
  for (let round = 0; round < rounds; round++) {
    const model = linearise(elements)
    if (model === undefined || !model.stateAndPartials(time, state, partials)) return undefined
    const residual = wanted.map((value, i) => (value - (state[i] ?? 0)) * (i < 3 ? 1 : velocityWeight))
    if (Math.hypot(...residual) < tolerance) return elements
    const matrix = residual.map((_, i) =>
      Array.from(partials.subarray(6 * i, 6 * i + 6), (value) => value * (i < 3 ? 1 : velocityWeight))
    )
    const offset = solve(matrix, residual)
    if (offset === undefined) return undefined
    elements = perturbed(elements, offset)
    if (implausible(elements) !== undefined) return undefined
  }
  return undefined
}
