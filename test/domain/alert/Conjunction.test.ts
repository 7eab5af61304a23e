import { assert, describe, it } from "@effect/vitest"
import { makeConjunction } from "../../../src/domain/alert/Conjunction.ts"
import { period } from "../../../src/domain/orbit/catalogue/MeanElements.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { synthetic } from "../../support/scenario.ts"

const [a, b] = synthetic(7, undefined, 2).elements
if (a === undefined || b === undefined) throw new Error("two objects were asked for")

describe("makeConjunction", () => {
  const tca = seededStart + 123_400

  it("the name is that of the pair, the element sets and the second of the nominal TCA", () => {
    const { alertId } = makeConjunction(a, b, tca, 300)
    assert.match(alertId, /^[0-9a-f]{32}$/)
    assert.strictEqual(makeConjunction(a, b, tca + 50, 301).alertId, alertId, "the same second, another miss")
    const others = [
      makeConjunction(a, b, tca + 1000, 300),
      makeConjunction({ ...a, epoch: a.epoch + 1 }, b, tca, 300),
      makeConjunction(a, { ...b, epoch: b.epoch + 1 }, tca, 300),
      makeConjunction(a, { ...b, objectId: "1" }, tca, 300)
    ]
    assert.strictEqual(new Set([alertId, ...others.map((other) => other.alertId)]).size, 5)
  })

  it("reaches a quarter of the shorter period", () => {
    const { pair, reachMillis } = makeConjunction(a, b, tca, 300)
    assert.deepStrictEqual(pair, ["98001", "98002"])
    assert.closeTo(reachMillis, Math.min(period(a), period(b)) * 1000 / 4, 1e-6)
    assert.isAbove(reachMillis, 20 * 60_000)
  })
})
