/** An alert as a CDM: what is read back is what was written, and judged again it is the same conjunction. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { alertStates } from "../../../src/domain/alert/AlertStates.ts"
import { makeConjunction } from "../../../src/domain/alert/Conjunction.ts"
import { ConjunctionAlert } from "../../../src/domain/alert/ConjunctionAlert.ts"
import { cdmOfAlert } from "../../../src/domain/ccsds/alertCdm.ts"
import { assessCdm, bodyOfCdm } from "../../../src/domain/ccsds/assessCdm.ts"
import { readCdm } from "../../../src/domain/ccsds/cdm/readCdm.ts"
import { formatCdm, formatCdmJson, formatCdmXml } from "../../../src/domain/ccsds/cdm/writeCdm.ts"
import { norm } from "../../../src/domain/orbit/algebra/vector3.ts"
import { closestApproach } from "../../../src/domain/orbit/encounter/encounter.ts"
import { makeCandidates } from "../../../src/domain/orbit/tracking/candidates.ts"
import { sgp4Dynamics } from "../../../src/domain/orbit/tracking/Dynamics.ts"
import type { TrackEstimate } from "../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { riskOf } from "../../../src/operators/fusion/conjunctions/assess.ts"
import { alertVersion } from "../../support/alerts.ts"
import { synthetic } from "../../support/scenario.ts"

const { elements, planned } = synthetic(7, undefined, 5)
const candidates = makeCandidates(new Map(elements.map((set) => [set.objectId, set])))
const [first, second] = elements
if (first === undefined || second === undefined) throw new Error("too few objects")
const [a, b] = [candidates.estimateOf(first.objectId), candidates.estimateOf(second.objectId)]
if (a === undefined || b === undefined) throw new Error("no estimates")
const nominal = closestApproach(a.linearisation.reference.stateAt, b.linearisation.reference.stateAt, planned.tca)
if (nominal === undefined) throw new Error("no encounter")
const conjunction = makeConjunction(first, second, nominal.tca, nominal.missDistance)
const now = Math.round(nominal.tca - 3_600_000)

const tracked = (estimate: TrackEstimate, sigma: number): TrackEstimate => {
  const covariance = Array.from({ length: 36 }, () => 0)
  for (let i = 0; i < 6; i++) covariance[7 * i] = sigma * sigma * (i === 0 ? 1e-6 : 1)
  return { ...estimate, accepted: 10, time: now, covariance }
}

const json = Schema.fromJsonString(ConjunctionAlert)

/** An alert of the pair as it stands on the topic. */
const alertOf = Effect.fnUntraced(function*(estimates: readonly [TrackEstimate, TrackEstimate]) {
  const found = sgp4Dynamics.encounterOf(...estimates, conjunction.nominalTca, conjunction.reachMillis)
  const update = { estimates, kind: "final", observedUntil: now } as const
  const risk = found === undefined ? undefined : riskOf(update, found)
  if (found === undefined || risk === undefined) return assert.fail("no encounter")
  const alert = alertVersion("alert", 3, {
    objects: conjunction.pair,
    emittedAt: now,
    observedUntil: now,
    ...risk,
    states: alertStates(estimates, found)
  })
  return yield* Schema.decodeEffect(json)(yield* Schema.encodeEffect(json)(alert))
})

describe("cdmOfAlert", () => {
  it.effect("is written and read back without loss, in each notation", () =>
    Effect.gen(function*() {
      for (const estimates of [[a, b], [tracked(a, 123), tracked(b, 7)], [tracked(a, 40), b]] as const) {
        const cdm = cdmOfAlert(yield* alertOf(estimates))
        if (cdm === undefined) return assert.fail("no message")
        for (const write of [formatCdm, formatCdmXml, formatCdmJson]) {
          const { cdm: read, warnings } = yield* Effect.fromResult(readCdm(write(cdm), "message"))
          assert.deepStrictEqual(warnings, [])
          const { objects, ...header } = read
          const { objects: written, ...headerWritten } = cdm
          assert.deepStrictEqual({ ...header }, { ...headerWritten })
          for (const [i, { covariance, state, ...object }] of objects.entries()) {
            const { covariance: covarianceWritten, state: stateWritten, ...objectWritten } = written[i === 0 ? 0 : 1]
            assert.deepStrictEqual(object, objectWritten)
            assert.deepStrictEqual(Array.from(covariance), Array.from(covarianceWritten))
            // Kilometres on the wire: 15 digits of a state, 10 nm.
            for (const  of of["position", "velocity"] as const) {
              for (const axis of [0, 1, 2] as const) {
                assert.closeTo(state[of][axis], stateWritten[of][axis], 1e-8)
              }
            }
          }
        }
      }
    }))

  it.effect("judged again it is the same conjunction: geometry, Pc, what the covariance rests on", () =>
    Effect.gen(function*() {
      for (const estimates of [[a, b], [tracked(a, 123), tracked(b, 70)]] as const) {
        const alert = yield* alertOf(estimates)
        const cdm = cdmOfAlert(alert)
        if (cdm === undefined) return assert.fail("no message")
        const { cdm: read } = Result.getOrThrow(readCdm(formatCdm(cdm), "message"))
        const body = bodyOfCdm(read, {})
        assert.deepStrictEqual([body.radius, body.shape], [10, "circle"])
        const { encounter, pc, validity } = assessCdm(read, body)
        assert.closeTo(encounter.tca, alert.tca, 0.01)
        assert.closeTo(encounter.missDistance, alert.missDistanceMetres, 0.05)
        for (const axis of [0, 1, 2] as const) {
          assert.closeTo(encounter.missRtn[axis], alert.missRtnMetres[axis], 0.1)
        }
        assert.closeTo((pc ?? 0) / (alert.pc ?? 1), 1, 1e-3)
        assert.strictEqual(validity.validity, alert.validity)
        assert.closeTo(norm(read.relativeVelocity ?? [0, 0, 0]), alert.relativeSpeedMetresPerSecond, 1e-6)
      }
    }))

  it("a version without states makes none", () => {
    assert.isUndefined(cdmOfAlert(alertVersion("alert", 1)))
  })
})
