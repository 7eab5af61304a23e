/** Element sets as a catalogue makes them: SGP4 fitted to a day of an orbit, here of the truth. */
import { Result } from "effect"
import { cholesky, solveCholesky } from "../../../src/domain/orbit/algebra/matrix.ts"
import type { MeanElements } from "../../../src/domain/orbit/catalogue/MeanElements.ts"
import { perturbed } from "../../../src/domain/orbit/propagation/equinoctial.ts"
import { linearise } from "../../../src/domain/orbit/propagation/Linearisation.ts"
import { makePropagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import type { State } from "../../../src/domain/orbit/propagation/State.ts"
import { fitElements, twoBodyElements } from "../../../src/domain/simulation/fitElements.ts"

const samples = 72
const bstarStep = 1e-5

/**
 * Least squares of the six elements and, low down, B* over TEME positions at even times in [from, to]. The epoch is `to`. Throws where the fit
 * does not start.
 */
export const fittedElements = (
  like: MeanElements,
  truth: (time: number) => State,
  from: number,
  to: number
): MeanElements => {
  const last = truth(to)
  const begun = fitElements({ ...like, epoch: to, ...twoBodyElements(last) }, to, last)
  if (begun === undefined) throw new Error("no elements through the last state")
  let elements = begun
  const drag = like.bstar > 0
  const n = drag ? 7 : 6
  for (let round = 0; round < 4; round++) {
    const linear = linearise(elements)
    const heavier = Result.getOrThrow(makePropagator({ ...elements, bstar: elements.bstar + bstarStep }))
    if (linear === undefined) throw new Error("SGP4 cannot start")
    const normal = new Float64Array(n * n)
    const right = new Float64Array(n)
    for (let k = 0; k <= samples; k++) {
      const time = from + (to - from) * k / samples
      const at = linear.at(time)
      const more = heavier.stateAt(time)
      const { position } = truth(time)
      if (at === undefined || more === undefined) continue
      for (let i = 0; i < 3; i++) {
        const row = Array.from(
          { length: n },
          (_, j) => j < 6 ? at.phi[6 * i + j] ?? 0 : ((more.position[i] ?? 0) - (at.state[i] ?? 0)) / bstarStep
        )
        const residual = (position[i] ?? 0) - (at.state[i] ?? 0)
        for (let a = 0; a < n; a++) {
          right[a] = (right[a] ?? 0) + (row[a] ?? 0) * residual
          for (let b = 0; b < n; b++) normal[n * a + b] = (normal[n * a + b] ?? 0) + (row[a] ?? 0) * (row[b] ?? 0)
        }
      }
    }
    const factor = cholesky(normal, n)
    if (factor === undefined) break
    solveCholesky(factor, right, n, 1)
    elements = { ...perturbed(elements, right), bstar: elements.bstar + (drag ? right[6] ?? 0 : 0) }
  }
  return elements
}
