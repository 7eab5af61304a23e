import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type Conjunction, makeConjunction } from "../../../../src/domain/alert/Conjunction.ts"
import { ConjunctionAlert } from "../../../../src/domain/alert/ConjunctionAlert.ts"
import type { ConjunctionRisk } from "../../../../src/domain/alert/ConjunctionRisk.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import type { Item } from "../../../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../../../src/domain/stream/Envelope.ts"
import { alert, type AlertOptions } from "../../../../src/operators/fusion/alerts/alert.ts"
import type { AssessedPair } from "../../../../src/operators/fusion/conjunctions/assess.ts"
import { arrays, collectItems, contextOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { synthetic } from "../../../support/scenario.ts"

const { elements } = synthetic(7, undefined, 5)
const candidates = makeCandidates(new Map(elements.map((set) => [set.objectId, set])))
const [first, second, third] = elements
if (first === undefined || second === undefined || third === undefined) throw new Error("too few objects")
const [a, b] = [candidates.estimateOf(first.objectId), candidates.estimateOf(second.objectId)]
if (a === undefined || b === undefined) throw new Error("no estimates")
const estimates = [a, b] as const

const tca = 1_000_000
const conjunction = makeConjunction(first, second, tca, 300)

const risk = (fields: Partial<ConjunctionRisk> = {}): ConjunctionRisk => ({
  tca,
  missDistanceMetres: 800,
  missDistanceSigmaMetres: 200,
  missRtnMetres: [800, 0, 0],
  relativeSpeedMetresPerSecond: 10_000,
  hardBodyRadiusMetres: 10,
  hardBodyShape: "circle",
  pc: 1e-6,
  pcMaximum: 1e-5,
  mahalanobisSquared: 4,
  validity: "valid",
  conditions: [],
  ...fields
})

/** Within 1 km, between 1 km and 5 km, and farther, of a conjunction that the catalogue puts at 300 m. */
const [action, attention, none] = [
  risk({ missDistanceMetres: 800 }),
  risk({ missDistanceMetres: 2000 }),
  risk({ missDistanceMetres: 9000, pc: 1e-9 })
]

let index = 0
const pair = (
  kind: AssessedPair["update"]["kind"],
  windowEnd: number,
  risk: ConjunctionRisk | undefined,
  fields: { operation?: "retract"; conjunction?: Conjunction; observations?: number; observedUntil?: number } = {}
): Item<AssessedPair> =>
  envelope({
    risk,
    found: undefined,
    update: {
      operation: "insert",
      conjunction,
      estimates,
      kind,
      windowEnd,
      observations: 1,
      observedUntil: windowEnd - 1,
      evidence: [],
      ...fields
    }
  }, contextOf(index++))

const speculative = (windowEnd: number, risk: ConjunctionRisk) => pair("speculative", windowEnd, risk)
const final = (windowEnd: number, risk?: ConjunctionRisk) => pair("final", windowEnd, risk)
const correction = (windowEnd: number, risk?: ConjunctionRisk) => pair("correction", windowEnd, risk)

const isAlert = Schema.is(Schema.toType(ConjunctionAlert))

const run = (elements: ReadonlyArray<Item<AssessedPair>>, options: Partial<AlertOptions> = {}) =>
  Effect.gen(function*() {
    let now = 0
    const operator = alert({ sequences: new Map(), now: () => ++now, ...options })
    const out = yield* collectItems(arrays(elements.map((element) => [element])).pipe(operator))
    const versions = out.flatMap((element) => element._tag === "Event" ? [element.payload] : [])
    const last = new Map<string, ConjunctionAlert>()
    for (const version of versions) {
      assert.isTrue(isAlert(version), JSON.stringify(version))
      const before = last.get(version.alertId)?.sequence ?? options.sequences?.get(version.alertId) ?? 0
      assert.strictEqual(version.sequence, before + 1)
      last.set(version.alertId, version)
    }
    assert.deepStrictEqual(versions.map(({ emittedAt }) => emittedAt), versions.map((_, i) => i + 1))
    return versions
  }).pipe(Effect.provide(stageLayer))

const told = (versions: ReadonlyArray<ConjunctionAlert>) =>
  versions.map(({ final, level, missDistanceMetres }) => `${level} ${missDistanceMetres}${final ? " final" : ""}`)

const story = (name: string, elements: ReadonlyArray<Item<AssessedPair>>, expected: ReadonlyArray<string>) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(told(yield* run(elements)), expected)
    }))

describe("alert: speculation", () => {
  story("raises at once, and says nothing of what is no alert", [speculative(10, none), speculative(10, action)], [
    "action 800",
    "withdrawn 800 final"
  ])

  const step = (from: Partial<ConjunctionRisk>, to: Partial<ConjunctionRisk>) => [
    speculative(10, risk(from)),
    speculative(10, risk(to)),
    final(10, risk(to))
  ]
  story("a move of the miss distance by a tenth of its sigma is no news", step({}, { missDistanceMetres: 820 }), [
    "action 800",
    "action 820 final"
  ])
  story("by more it is", step({}, { missDistanceMetres: 820.1 }), ["action 800", "action 820.1", "action 820.1 final"])
  const sharp = { missDistanceSigmaMetres: 1 }
  story("nor is one of 10 m, however small the sigma", step(sharp, { ...sharp, missDistanceMetres: 810 }), [
    "action 800",
    "action 810 final"
  ])
  story("a move of the TCA by a tenth of a second is no news", step({}, { tca: tca + 100 }), [
    "action 800",
    "action 800 final"
  ])
  story("by more it is", step({}, { tca: tca + 100.1 }), ["action 800", "action 800", "action 800 final"])
  story("a validity is", step({}, { validity: "diluted" }), ["action 800", "action 800", "action 800 final"])
  story("a level is", [
    speculative(10, action),
    speculative(10, attention),
    speculative(10, none),
    speculative(10, action),
    final(10, action)
  ], ["action 800", "attention 2000", "cleared 9000", "action 800", "action 800 final"])
})

describe("alert: final risks", () => {
  story("raise what was not raised, follow every change, and clear once", [
    final(10, none),
    final(15, attention),
    final(20, risk({ missDistanceMetres: 1999.9 })),
    final(25, action),
    final(30, none),
    final(35, risk({ missDistanceMetres: 9500, pc: 1e-9 })),
    final(40, attention)
  ], [
    "attention 2000 final",
    "attention 1999.9 final",
    "action 800 final",
    "cleared 9000 final",
    "attention 2000 final"
  ])

  it.effect("do not repeat what was said, though fewer observations lie in the window", () =>
    Effect.gen(function*() {
      const repeated = [9, 5, 1].map((observations) => {
        const element = pair("final", 10, action, { observations })
        return element
      })
      const versions = yield* run([speculative(10, action), ...repeated])
      assert.deepStrictEqual(versions.map(({ final, observations }) => [final, observations]), [[false, 1], [true, 9]])
    }))

  story(
    "withdraw what speculation alone raised, at once",
    [speculative(10, action), final(10, none), final(15, none)],
    [
      "action 800",
      "withdrawn 9000 final"
    ]
  )

  story("of older observations do not take back what newer ones say", [
    speculative(10, attention),
    speculative(40, action),
    final(10, attention),
    final(15, none),
    final(35, attention),
    final(40, risk({ missDistanceMetres: 801 }))
  ], ["attention 2000", "action 800", "action 801 final"])

  story("a pair without an encounter any more is cleared with what was known, or withdrawn", [
    speculative(10, action),
    final(10),
    final(15, attention),
    final(20),
    final(25)
  ], ["action 800", "withdrawn 800 final", "attention 2000 final", "cleared 2000 final"])

  story("a correction replaces the last one; its retraction says nothing", [
    final(10, action),
    pair("correction", 10, action, { operation: "retract" }),
    correction(10, attention)
  ], ["action 800 final", "attention 2000 final"])

  it.effect("carry the rule's name, the observations and their time", () =>
    Effect.gen(function*() {
      const [version] = yield* run([pair("final", 10, risk({ pc: 2e-4 }), { observations: 7 })])
      assert.deepInclude(version, {
        alertId: conjunction.alertId,
        objects: ["98001", "98002"],
        level: "action",
        levelBy: "probability",
        observations: 7,
        observedUntil: 9,
        pc: 2e-4,
        tca
      })
    }))
})

describe("alert: when the window of a speculation has closed", () => {
  story("and no final risk bore it out, what is settled stands again", [
    final(10, attention),
    watermark(10),
    speculative(20, action),
    watermark(19),
    watermark(20)
  ], ["attention 2000 final", "action 800", "attention 2000 final"])

  story("and it alone raised the alert, it is withdrawn", [speculative(20, action), watermark(20)], [
    "action 800",
    "withdrawn 800 final"
  ])

  story("the end of the input closes every window, and expires nothing", [
    speculative(20, action),
    final(20, action),
    speculative(25, attention)
  ], ["action 800", "action 800 final", "attention 2000", "action 800 final"])
})

describe("alert: expiry", () => {
  story("at the TCA, not before, once", [
    final(10, action),
    watermark(tca - 1),
    watermark(tca),
    watermark(tca + 100),
    watermark(tca + 1e6)
  ], ["action 800 final", "expired 800 final"])

  story("final risks of the last windows still count, as expired", [
    final(10, action),
    watermark(tca),
    final(tca + 5000, risk({ missDistanceMetres: 850 })),
    watermark(tca + 5000),
    final(tca + 10_000, none),
    watermark(tca + 1e6)
  ], ["action 800 final", "expired 800 final", "expired 850 final", "cleared 9000 final"])

  story("a TCA that was moved behind the watermark is not over", [
    final(10, action),
    watermark(tca),
    final(tca + 5000, risk({ tca: tca + 9000 })),
    watermark(tca + 8999),
    watermark(tca + 9000)
  ], ["action 800 final", "expired 800 final", "action 800 final", "expired 800 final"])

  story("a speculation that expires is settled all the same", [
    speculative(tca + 5000, action),
    watermark(tca),
    final(tca + 5000, attention),
    watermark(tca + 5000)
  ], ["action 800", "expired 800", "expired 2000 final"])

  story("what is cleared does not expire", [final(10, action), final(15, none), watermark(tca)], [
    "action 800 final",
    "cleared 9000 final"
  ])

  // A minute after both: the encounter that observations moved to before its nominal time, and the one that they moved behind it.
  const early = risk({ tca: tca - 200_000 })
  story("an alert stays open until a minute after the nominal TCA, though it is over before", [
    final(10, early),
    watermark(tca + 59_999),
    final(tca + 60_000, none)
  ], ["action 800 final", "expired 800 final", "cleared 9000 final"])
  story("then it is closed, and what is no alert is not told", [
    final(10, early),
    watermark(tca + 60_000),
    final(tca + 60_000, none)
  ], ["action 800 final", "expired 800 final"])
  const late = risk({ tca: tca + 200_000 })
  story("nor is it closed while its own TCA is to come", [
    final(10, late),
    watermark(tca + 259_999),
    final(tca + 260_000, none)
  ], ["action 800 final", "expired 800 final", "cleared 9000 final"])

  it.effect("does not depend on how the watermark gets there", () =>
    Effect.gen(function*() {
      const last = (versions: ReadonlyArray<ConjunctionAlert>) => {
        const { emittedAt: _, sequence: __, ...content } = versions.at(-1) ?? assert.fail("no version")
        return content
      }
      const windows = [0, 5, 10, 15].map((seconds, i) =>
        final(tca + seconds * 1000, risk({ missDistanceMetres: 800 + i }))
      )
      const fine = yield* run(windows.flatMap((window, i) => [window, watermark(tca + 5000 * i)]))
      const coarse = yield* run([...windows, watermark(tca + 15_000)])
      assert.deepStrictEqual(last(fine), last(coarse))
      assert.strictEqual(last(fine).level, "expired")
      assert.strictEqual(last(fine).missDistanceMetres, 803)
    }))
})

describe("alert: the law of the last version", () => {
  const Window = Schema.Struct({
    final: Schema.Literals(["action", "attention", "none", "gone", "nothing"]),
    miss: Schema.Literals([0, 1]),
    moved: Schema.Literals([-10_000, 0, 10_000]),
    marked: Schema.Boolean,
    speculation: Schema.Array(Schema.Struct({
      risk: Schema.Literals(["action", "attention", "none"]),
      ahead: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 })),
      miss: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
    })).check(Schema.isMaxLength(3))
  })
  const risks = { action, attention, none }

  it.effect.prop(
    "it is that of the final risks alone, whatever was speculated and however the watermark came",
    {
      windows: Schema.Array(Window).check(Schema.isMaxLength(10)),
      // The last of ten windows ends at most 55 s after the TCA: the alert is kept for 60 s.
      start: Schema.Int.check(Schema.isBetween({ minimum: -40_000, maximum: 5000 }))
    },
    ({ start, windows }) =>
      Effect.gen(function*() {
        const endOf = (i: number): number => tca + start + 5000 * Math.min(i + 1, windows.length)
        const finalOf = (i: number): ReadonlyArray<Item<AssessedPair>> => {
          const window = windows[i]
          if (window === undefined || window.final === "nothing") return []
          if (window.final === "gone") return [final(endOf(i))]
          const { missDistanceMetres } = risks[window.final]
          const moved = risk({ ...risks[window.final], missDistanceMetres: missDistanceMetres + window.miss })
          return [
            pair("final", endOf(i), { ...moved, tca: tca + window.moved }, { observations: i, observedUntil: start })
          ]
        }
        const last = (versions: ReadonlyArray<ConjunctionAlert>) => {
          const version = versions.at(-1)
          if (version === undefined || version.level === "withdrawn") return undefined
          const { emittedAt: _, sequence: __, ...content } = version
          return content
        }
        const end = watermark(endOf(windows.length))
        const plain = yield* run([...windows.flatMap((_, i) => finalOf(i)), end])
        const lively = yield* run([
          ...windows.flatMap(({ marked, speculation }, i) => [
            ...speculation.map(({ ahead, miss, risk: name }) =>
              speculative(
                endOf(i + ahead),
                risk({
                  ...risks[name],
                  missDistanceMetres: risks[name].missDistanceMetres + miss
                })
              )
            ),
            ...finalOf(i),
            ...(marked ? [watermark(endOf(i))] : [])
          ]),
          end
        ])
        assert.deepStrictEqual(last(lively), last(plain))
        assert.isTrue(lively.at(-1)?.final ?? true)
      }),
    { arbitrary: { runs: 300 } }
  )
})

describe("alert: sequences", () => {
  it.effect("go on after those of earlier runs, and after an alert was closed", () =>
    Effect.gen(function*() {
      const sequences = new Map([[conjunction.alertId, 41]])
      const versions = yield* run([
        speculative(10, action),
        watermark(10),
        final(15, action),
        watermark(tca),
        watermark(tca + 1e6)
      ], { sequences })
      assert.deepStrictEqual(versions.map(({ level, sequence }) => [sequence, level]), [
        [42, "action"],
        [43, "withdrawn"],
        [44, "action"],
        [45, "expired"]
      ])
      assert.deepStrictEqual([...sequences], [[conjunction.alertId, 41]], "what was handed over is not changed")
    }))

  it.effect("are kept for closed alerts up to a number, the least lately changed go first; open ones stay", () =>
    Effect.gen(function*() {
      const other = (seconds: number) => makeConjunction(first, third, tca + seconds * 1000, 300)
      const [x, y] = [other(1), other(2)]
      const raise = (conjunction: Conjunction) => pair("final", 10, action, { conjunction })
      const sequences = new Map([[x.alertId, 7], [y.alertId, 8]])
      const operator = alert({ sequences, now: () => 0, capacity: 2 })
      const out = yield* collectItems(
        arrays([[raise(conjunction)], [raise(y)], [raise(x)]]).pipe(operator)
      ).pipe(Effect.provide(stageLayer))
      const versions = out.flatMap((element) => element._tag === "Event" ? [element.payload] : [])
      assert.deepStrictEqual(versions.map(({ alertId, sequence }) => [alertId, sequence]), [
        [conjunction.alertId, 1],
        [y.alertId, 9],
        [x.alertId, 1]
      ])
    }))

  it.effect("two alerts do not touch each other", () =>
    Effect.gen(function*() {
      const x = makeConjunction(first, third, tca, 300)
      const versions = yield* run([
        final(10, action),
        pair("final", 10, attention, { conjunction: x }),
        pair("final", 15, none, { conjunction: x })
      ])
      assert.deepStrictEqual(
        versions.map(({ alertId, level }) => `${alertId === x.alertId ? "x" : "a"} ${level}`),
        ["a action", "x attention", "x cleared"]
      )
    }))
})
