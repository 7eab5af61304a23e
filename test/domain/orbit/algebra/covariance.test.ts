import { describe, expect, it } from "@effect/vitest"
import { type CovarianceFault, covarianceFault } from "../../../../src/domain/orbit/algebra/covariance.ts"

const diagonal = (a: number, b: number, c: number) => [a, 0, 0, 0, b, 0, 0, 0, c]
/** Two axes of sigma 100 m with a correlation; its least eigenvalue is 1e4 (1 - rho). */
const correlated = (rho: number) => [1e4, 1e4 * rho, 0, 1e4 * rho, 1e4, 0, 0, 0, 1e4]
const earth = 6_378_137

const cases: ReadonlyArray<
  readonly [name: string, covariance: ReadonlyArray<number>, fault: CovarianceFault | undefined]
> = [
  ["a sphere", diagonal(1, 1, 1), undefined],
  ["a variance that is no number", diagonal(1, Number.NaN, 1), "not-finite"],
  ["one without end", diagonal(1, Infinity, 1), "not-finite"],
  ["all zero", diagonal(0, 0, 0), "zero"],
  ["one axis zero", diagonal(1, 1, 0), "zero"],
  ["one axis tiny", diagonal(1, 1, 1e-30), undefined],
  ["a negative variance", diagonal(1, -1e-12, 1), "indefinite"],
  ["a correlation just under one", correlated(1 - 1e-12), undefined],
  ["one over one by rounding", correlated(1 + 1e-10), undefined],
  ["one well over one", correlated(1 + 1e-8), "indefinite"],
  ["a sigma just under an Earth radius", diagonal(1, 1, (0.999 * earth) ** 2), undefined],
  ["a sigma of an Earth radius", diagonal(1, 1, earth ** 2), "placeholder"],
  ["the catalogue's ten Earth radii", diagonal((10 * earth) ** 2, (10 * earth) ** 2, (10 * earth) ** 2), "placeholder"]
]

describe("covarianceFault", () => {
  it.each(cases)("%s", (_, covariance, fault) => expect(covarianceFault(covariance)).toBe(fault))
})
