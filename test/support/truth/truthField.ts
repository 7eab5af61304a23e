/** The field of the tests' truth: the GRACE model where it lies beside the repository, else EGM96 with errors of its own size. */
import { egm96, type GravityField, placeOf } from "../../../src/domain/orbit/forces/GravityField.ts"
import { stream } from "../../../src/domain/simulation/random.ts"
import { type Field, graceField } from "./gravity.ts"

/** A field of `src` as the truth reads one. */
export const fieldOf = ({ c, degree, gravitationalParameter, radius, s }: GravityField, error = 0): Field => {
  const random = stream(11, "truth field")
  const rows = (values: Float64Array) =>
    Array.from(
      { length: degree + 1 },
      (_, n) =>
        Float64Array.from({ length: degree + 1 }, (__, m) =>
          m > n ? 0 : (values[placeOf(n, m)] ?? 0) + error * random.normal())
    )
  return { gm: gravitationalParameter, radius, degree, c: rows(c), s: rows(s) }
}

export const truthField = (): Field => graceField() ?? fieldOf(egm96, 6e-10)
