import { assert, describe, it } from "@effect/vitest"
import { alertHistory } from "../../../src/domain/alert/alertHistory.ts"
import type { AlertObjectState } from "../../../src/domain/alert/AlertStates.ts"
import type { Vector3 } from "../../../src/domain/observation/Observation.ts"
import { stateAndPartials, twoBodyOrbit } from "../../../src/domain/orbit/encounter/twoBodyElements.ts"
import { alertVersion } from "../../support/alerts.ts"

const start = { position: [7_000_000, 100_000, -50_000] as Vector3, velocity: [20, 5000, 5500] as Vector3 }

/** The same orbit so many seconds later, by another piece of code. */
const later = (seconds: number) => {
  const orbit = twoBodyOrbit(start)
  const out = new Float64Array(6)
  if (orbit === undefined || !stateAndPartials(orbit, orbit.elements, seconds, out)) throw new Error("no orbit")
  const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = out
  return { position: [x, y, z] as Vector3, velocity: [vx, vy, vz] as Vector3 }
}

const object = (
  state: { readonly position: Vector3; readonly velocity: Vector3 },
  observations: number,
  sigma: number
): AlertObjectState => ({
  name: "",
  internationalDesignator: "",
  ...state,
  covarianceRtn: Array.from({ length: 21 }, (_, i) => [0, 2, 5].includes(i) ? sigma * sigma : 0),
  lastObserved: observations === 0 ? null : 1_700_000_000_000,
  observations,
  manoeuvreSuspected: false
})

const tca = 1_700_003_600_000

const version = (sequence: number, shift: number, first: AlertObjectState, second: AlertObjectState, pc: number) =>
  alertVersion("a", sequence, { tca: tca + shift * 1000, pc, states: { frame: "EME2000", objects: [first, second] } })

describe("alertHistory", () => {
  it("a closest approach that shifts along the same orbit has moved nothing", () => {
    for (const shift of [-5, -0.3, 0.01, 2, 5]) {
      const [first, second] = alertHistory([
        version(1, 0, object(start, 3, 50), object(start, 0, 500), 1e-5),
        version(2, shift, object(later(shift), 3, 50), object(later(shift), 0, 500), 1e-5)
      ])
      assert.strictEqual(first?.why, "first version")
      for (const { movedRtn = [9, 9, 9] } of second?.objects ?? []) {
        for (const value of movedRtn) assert.closeTo(value, 0, 0.05 * Math.abs(shift))
      }
      assert.strictEqual(second?.why, "nothing of weight")
      assert.closeTo(second?.tcaShiftMillis ?? 0, shift * 1000, 1e-6)
    }
  })

  it("names the object that moved, by how much, and what was new", () => {
    const moved = { ...start, position: [7_000_100, 100_000, -50_000] as Vector3 }
    const [, second, third] = alertHistory([
      version(1, 0, object(start, 3, 50), object(start, 0, 500), 1e-5),
      version(2, 0, object(moved, 7, 20), object(start, 0, 500), 4e-5),
      alertVersion("a", 3, { tca, pc: 4e-5, final: true, validity: "diluted" })
    ])
    assert.strictEqual(second?.why, "1 by 4 new observations: moved by 100.0 m, sigma from 86.6 to 34.6 m")
    assert.closeTo(second?.pcFactor ?? 0, 4, 1e-9)
    const [one, two] = second?.objects ?? []
    assert.closeTo(one?.movedRtn?.[0] ?? 0, 100, 0.1)
    assert.deepStrictEqual([one?.newObservations, one?.basis, two?.newObservations, two?.basis], [
      4,
      "observations",
      0,
      "element-set"
    ])
    // A version of before states were kept.
    assert.deepStrictEqual([third?.objects.length, third?.why], [0, "validity from valid to diluted"])
  })
})
