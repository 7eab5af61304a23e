/**
 * The forces of the simulator's truth: another field and another air than the filter's.
 *
 * - **Field.** EGM96 to degree 28, each coefficient off by a draw of the size of the model's own error ({@link coefficientError}), the same for
 *   all seeds: no filter has the terms over its degree, nor those up to it exactly.
 * - **Air.** The filter's table with a bulge of another shape: 0.6 of it at night, 1.8 at its top, at every height.
 *
 * Sun, Moon and sunlight are as the filter has them.
 */
import { density } from "../../orbit/forces/atmosphere.ts"
import { makeForceModel } from "../../orbit/forces/ForceModel.ts"
import { egm96, type GravityField, placeOf, truncated } from "../../orbit/forces/GravityField.ts"
import { makeSurroundings } from "../../orbit/forces/Surroundings.ts"
import type { EarthOrientationAt } from "../../orbit/frames/EarthOrientation.ts"
import { stream } from "../random.ts"

const degree = 28

/** 1-sigma of a normalised coefficient: what EGM96 differs by from fields made of satellite-to-satellite tracking since. */
const coefficientError = (n: number): number => 2e-10 * (1 + n / 9)

const erring = (field: GravityField): GravityField => {
  const random = stream(96, "gravity")
  const c = Float64Array.from(field.c)
  const s = Float64Array.from(field.s)
  for (let n = 2; n <= field.degree; n++) {
    for (let m = 0; m <= n; m++) {
      const at = placeOf(n, m)
      c[at] = (c[at] ?? 0) + coefficientError(n) * random.normal()
      if (m > 0) s[at] = (s[at] ?? 0) + coefficientError(n) * random.normal()
    }
  }
  return { ...field, c, s }
}

const bulged = (height: number, cosine: number): number => density(height) * (0.6 + 1.2 * ((1 + cosine) / 2) ** 2)

export const simulatedForces = (earthOrientation?: EarthOrientationAt) =>
  makeForceModel({
    degree,
    field: erring(truncated(egm96, degree)),
    densityAt: bulged,
    surroundings: makeSurroundings(earthOrientation)
  })
