import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { makePropagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import { fitElements, twoBodyElements } from "../../../src/domain/simulation/fitElements.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { synthetic } from "../../support/scenario.ts"

describe("fitElements", () => {
  it("finds elements again from a state and a two-body guess: low, medium and geostationary", () => {
    const { elements } = synthetic(2)
    for (const set of elements.filter(({ eccentricity }, i) => i % 23 === 0 && eccentricity < 0.1)) {
      // At the epoch itself: what the two-body guess is good for.
      const state = Result.getOrThrow(makePropagator(set)).stateAt(set.epoch)
      if (state === undefined) throw new Error("no state")
      const fitted = fitElements({ ...set, ...twoBodyElements(state) }, set.epoch, state)
      const again = fitted && Result.getOrThrow(makePropagator(fitted)).stateAt(seededStart + 3_600_000)
      const truth = Result.getOrThrow(makePropagator(set)).stateAt(seededStart + 3_600_000)
      expect(again?.position[0], set.name).toBeCloseTo(truth?.position[0] ?? 0, 0)
      expect(again?.position[2], set.name).toBeCloseTo(truth?.position[2] ?? 0, 0)
    }
  })

  it("gives nothing for a state that is on no orbit about the Earth", () => {
    const set = synthetic(2).elements[0]
    if (set === undefined) throw new Error("no elements")
    expect(fitElements(set, set.epoch, { position: [7e6, 0, 0], velocity: [0, 20_000, 0] })).toBeUndefined()
  })
})
