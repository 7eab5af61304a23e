import { describe, expect, it } from "@effect/vitest"
import { assessConjunction, type AssessedObject } from "../../../../src/domain/orbit/encounter/assessConjunction.ts"
import {
  alfanoConjunctions,
  caraConjunctions,
  type PublishedConjunction
} from "../../../support/publishedConjunctions.ts"

const judged = ({ hardBodyRadius, objects }: PublishedConjunction) =>
  assessConjunction(objects, 0, { radius: hardBodyRadius, shape: "circle", source: "published" }, 0)

describe("assessConjunction", () => {
  it("flags published conjunctions whose 2-D Pc is off Monte Carlo by over 20 %", { timeout: 120_000 }, () => {
    const count = { off: 0, missed: 0, near: 0, flagged: 0 }
    for (const c of [...caraConjunctions(), ...alfanoConjunctions()]) {
      const { method, pc, validity } = judged(c)
      const flag = validity.states.includes("nonlinear")
      expect(flag, c.id).toBe(method !== "2d")
      const off = c.pc2d === null || Math.abs(c.monteCarlo / c.pc2d - 1) > 0.2
      if (off) {
        count.off++
        if (!flag) count.missed++
      } else {
        count.near++
        if (flag) count.flagged++
      }
      // What is said in its place is right: Alfano's own spans are asked in curvedProbability.test.ts.
      if (c.span === undefined) expect(Math.abs((pc ?? 0) / c.monteCarlo - 1), c.id).toBeLessThan(0.1)
    }
    expect(count.off).toBeGreaterThanOrEqual(29)
    expect(count.near).toBeGreaterThanOrEqual(24)
    expect(count.missed / count.off).toBeLessThanOrEqual(1 / 20)
    expect(count.flagged / count.near).toBeLessThanOrEqual(1 / 10)
  })

  const [first] = caraConjunctions()
  if (first === undefined) throw new Error("no case")

  it("has no Pc of a covariance that cannot be, but the geometry", () => {
    const [primary, secondary] = first.objects
    const zero = { ...secondary, covariance: new Float64Array(36) }
    const { curved, encounter, method, pc, plane, validity } = judged({ ...first, objects: [primary, zero] })
    expect([pc, method, plane, curved]).toEqual([undefined, undefined, undefined, undefined])
    expect(validity.validity).toBe("invalid-covariance")
    expect(encounter.missDistance).toBeCloseTo(1274.55, 1)
  })

  it("finds the closest approach that a message's milliseconds miss", () => {
    const early = (object: AssessedObject): AssessedObject => {
      const { position: [x, y, z], velocity } = object.state
      const [u, v, w] = velocity
      return { ...object, state: { position: [x - 0.4 * u, y - 0.4 * v, z - 0.4 * w], velocity } }
    }
    const [a, b] = [early(first.objects[0]), early(first.objects[1])]
    const { encounter } = judged({ ...first, objects: [a, b] })
    const { encounter: there } = judged(first)
    expect((encounter.tca - there.tca) / 1000).toBeCloseTo(0.4, 2)
    expect(encounter.missDistance).toBeCloseTo(there.missDistance, -1)
  })
})
