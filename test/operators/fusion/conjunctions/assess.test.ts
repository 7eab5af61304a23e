import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type Conjunction, makeConjunction } from "../../../../src/domain/alert/Conjunction.ts"
import { ConjunctionRisk } from "../../../../src/domain/alert/ConjunctionRisk.ts"
import type { PairUpdate } from "../../../../src/domain/alert/PairUpdate.ts"
import { norm } from "../../../../src/domain/orbit/algebra/vector3.ts"
import type { MeanElements } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { assessConjunction } from "../../../../src/domain/orbit/encounter/assessConjunction.ts"
import { closestApproach } from "../../../../src/domain/orbit/encounter/encounter.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import { sgp4Dynamics } from "../../../../src/domain/orbit/tracking/Dynamics.ts"
import { catalogueEstimate, type TrackEstimate } from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { envelope } from "../../../../src/domain/stream/Envelope.ts"
import { StageRegistry } from "../../../../src/layers/stage/StageRegistry.ts"
import { assess, riskOf as riskOfFound } from "../../../../src/operators/fusion/conjunctions/assess.ts"
import { arrays, collectItems, contextOf, payloadsOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { synthetic } from "../../../support/scenario.ts"

const { elements, planned } = synthetic(7, undefined, 5)
const candidates = makeCandidates(new Map(elements.map((set) => [set.objectId, set])))
const [first, second] = elements
if (first === undefined || second === undefined) throw new Error("too few objects")
const [a, b] = [candidates.estimateOf(first.objectId), candidates.estimateOf(second.objectId)]
if (a === undefined || b === undefined) throw new Error("no estimates")

const nominal = closestApproach(
  a.linearisation.reference.stateAt,
  b.linearisation.reference.stateAt,
  planned.tca
)
if (nominal === undefined) throw new Error("no encounter")
const conjunction = makeConjunction(first, second, nominal.tca, nominal.missDistance)
const now = nominal.tca - 3_600_000

/** As if it had been observed at `time`, with every sigma of the offset that many metres. */
const tracked = (estimate: TrackEstimate, time: number, sigma: number): TrackEstimate => {
  const covariance = Array.from({ length: 36 }, () => 0)
  for (let i = 0; i < 6; i++) covariance[7 * i] = sigma * sigma * (i === 0 ? 1e-6 : 1)
  return { ...estimate, accepted: 10, time, covariance }
}

/** An object that flies beside another, its plane turned by so many degrees. */
const candidateBeside = (set: MeanElements, degrees: number): TrackEstimate => {
  const elements = {
    ...set,
    objectId: "98999",
    inclination: set.inclination + degrees * Math.PI / 180,
    // Some 500 m lower, and abreast again when they meet.
    meanMotion: set.meanMotion * 1.0001,
    meanAnomaly: set.meanAnomaly - 1.3e-3
  }
  const estimate = catalogueEstimate(elements)
  if (estimate === undefined) throw new Error("no estimate")
  return estimate
}

type Estimates = PairUpdate["estimates"]
type Named = Pick<Conjunction, "nominalTca" | "reachMillis">

const foundOf = ([a, b]: Estimates, { nominalTca, reachMillis }: Named = conjunction) =>
  sgp4Dynamics.encounterOf(a, b, nominalTca, reachMillis)

const riskOf = (named: Named, estimates: Estimates, now: number, more: Partial<Pick<PairUpdate, "kind">> = {}) => {
  const found = foundOf(estimates, named)
  return found === undefined
    ? undefined
    : riskOfFound({ estimates, kind: "final", observedUntil: now, ...more }, found)
}

const isRisk = Schema.is(Schema.toType(ConjunctionRisk))

describe("riskOf", () => {
  it("of the catalogue's estimates is its own closest approach, tle-only", () => {
    const risk = riskOf(conjunction, [a, b], now)
    assert.isDefined(risk)
    assert.isTrue(isRisk(risk))
    assert.closeTo(risk.tca, nominal.tca, 0.01)
    assert.closeTo(risk.missDistanceMetres, nominal.missDistance, 1e-3)
    assert.closeTo(risk.relativeSpeedMetresPerSecond, nominal.relativeSpeed, 1e-3)
    assert.closeTo(norm(risk.missRtnMetres), risk.missDistanceMetres, 1e-6)
    assert.strictEqual(risk.validity, "tle-only")
    assert.match(risk.conditions[0] ?? "", /98001 and 98002/)
    assert.strictEqual(risk.hardBodyRadiusMetres, 10)
    assert.isAbove(risk.missDistanceSigmaMetres, 50)
    assert.isAtLeast(risk.pcMaximum ?? 0, risk.pc ?? 1)
  })

  it("one object observed is still tle-only, for the other", () => {
    const risk = riskOf(conjunction, [tracked(a, now, 20), b], now)
    assert.strictEqual(risk?.validity, "tle-only")
    assert.notInclude(risk?.conditions[0] ?? "", "98001")
  })

  it("both observed: the covariances add up, and shrink with the tracks", () => {
    const wide = riskOf(conjunction, [tracked(a, now, 200), tracked(b, now, 200)], now)
    const one = riskOf(conjunction, [tracked(a, now, 200), tracked(b, now, 1e-3)], now)
    const other = riskOf(conjunction, [tracked(a, now, 1e-3), tracked(b, now, 200)], now)
    assert.isDefined(wide)
    assert.isDefined(one)
    assert.isDefined(other)
    assert.notStrictEqual(wide.validity, "tle-only")
    assert.closeTo(
      wide.missDistanceSigmaMetres ** 2 / (one.missDistanceSigmaMetres ** 2 + other.missDistanceSigmaMetres ** 2),
      1,
      0.1
    )
    assert.strictEqual(wide.missDistanceMetres, one.missDistanceMetres)
  })

  it("a track without an observation for 24 h is stale at the time it is judged, not before", () => {
    const day = 86_400_000
    const pair = [tracked(a, now, 200), tracked(b, now - 10_000, 200)] as const
    assert.notStrictEqual(riskOf(conjunction, pair, now - 10_000 + day)?.validity, "stale-track")
    const stale = riskOf(conjunction, pair, now - 10_000 + day + 1)
    assert.strictEqual(stale?.validity, "stale-track")
    assert.match(stale?.conditions[0] ?? "", /98002 for 24\.0 h/)
  })

  it("does not depend on what was asked before", () => {
    const once = riskOf(conjunction, [tracked(a, now, 50), tracked(b, now, 60)], now)
    riskOf(conjunction, [tracked(a, now, 5), b], now + 1000)
    assert.deepStrictEqual(riskOf(conjunction, [tracked(a, now, 50), tracked(b, now, 60)], now), once)
  })

  it("sizes of objects come from the file, and of others by default", () => {
    const found = foundOf([a, b])
    assert.isDefined(found)
    const update = { estimates: [a, b], kind: "final", observedUntil: now } as const
    const risk = riskOfFound(update, found, { [a.objectId]: { radiusMetres: 50, shape: "square" } })
    assert.deepStrictEqual([risk?.hardBodyRadiusMetres, risk?.hardBodyShape], [55, "square"])
    assert.match(risk?.hardBodySource ?? "", /^the file of hard bodies; default of 5 m for 98002$/)
    assert.isAbove(risk?.pc ?? 0, 10 * (riskOfFound(update, found)?.pc ?? 1))
  })

  it("where straight paths do not serve, Pc is by bent ones, with both and the method", () => {
    // They meet at some 5 m/s: a crossing of minutes.
    const beside = candidateBeside(first, 0.04)
    const guesses = Array.from({ length: 20 }, (_, i) => now + i * 300_000)
    const tca =
      guesses.flatMap((guess) =>
        closestApproach(a.linearisation.reference.stateAt, beside.linearisation.reference.stateAt, guess) ?? []
      ).toSorted((one, other) => one.missDistance - other.missDistance)[0]?.tca ?? Number.NaN
    const named = { nominalTca: tca, reachMillis: 600_000 }
    const pair = [tracked(a, now, 100), tracked(beside, now, 100)] as const
    const risk = riskOf(named, pair, now)
    const found = foundOf(pair, named)
    assert.isDefined(risk)
    assert.isDefined(found)
    assert.strictEqual(risk.validity, "nonlinear")
    assert.include(["nc-2d", "nc-3d"], risk.pcMethod)
    assert.strictEqual(risk.pc, risk.pcCurved)
    assert.notStrictEqual(risk.pcStraight, risk.pcCurved)
    const { encounter: { primary, secondary }, covariances } = found
    const judged = assessConjunction(
      [
        { objectId: a.objectId, lastObservation: now, state: primary, covariance: covariances[0] },
        { objectId: "98999", lastObservation: now, state: secondary, covariance: covariances[1] }
      ],
      tca,
      { radius: 10, shape: "circle", source: "" },
      now
    )
    assert.approximately((risk.pc ?? 0) / (judged.pc ?? 1), 1, 1e-3)
    // Not worth as much at once: flagged all the same.
    const speculative = riskOf(named, pair, now, { kind: "speculative" })
    assert.deepStrictEqual([speculative?.validity, speculative?.pcCurved], ["nonlinear", null])
    // Of element sets alone it is asked for nothing.
    assert.strictEqual(riskOf(named, [a, beside], now)?.pcCurved, null)
  })

  it("no closest approach within reach of the nominal one is none", () => {
    const elsewhere = { ...conjunction, nominalTca: conjunction.nominalTca + 600_000, reachMillis: 1000 }
    assert.isUndefined(riskOf(elsewhere, [a, b], now))
  })
})

describe("assess", () => {
  const update = (kind: PairUpdate["kind"], fields: Partial<PairUpdate> = {}): PairUpdate => ({
    operation: "insert",
    conjunction,
    estimates: [a, b],
    kind,
    windowEnd: now,
    observations: 1,
    observedUntil: now,
    evidence: [],
    ...fields
  })
  const lost = { conjunction: { ...conjunction, nominalTca: conjunction.nominalTca + 600_000, reachMillis: 1000 } }

  it.effect("a speculative pair without an encounter is filtered; any other goes on without a risk", () =>
    Effect.gen(function*() {
      const updates = [
        update("speculative"),
        update("speculative", lost),
        update("final", lost),
        update("correction", lost),
        update("final")
      ]
      const out = payloadsOf(
        yield* collectItems(arrays([updates.map((payload, i) => envelope(payload, contextOf(i)))]).pipe(assess()))
      )
      assert.deepStrictEqual(out.map(({ risk, update }) => [update.kind, risk !== undefined]), [
        ["speculative", true],
        ["final", false],
        ["correction", false],
        ["final", true]
      ])
      assert.deepStrictEqual(out[0]?.risk, riskOf(conjunction, [a, b], now))
      const { filteredReasons } = (yield* StageRegistry).countsOf("assess")
      assert.deepStrictEqual([...filteredReasons], [["no-encounter", 1]])
    }).pipe(Effect.provide(stageLayer)))
})
