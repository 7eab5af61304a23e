import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { elementsOf, type Item } from "../../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../../src/domain/stream/Envelope.ts"
import { type PipelineSnapshot, StageState } from "../../../src/layers/stage/StageState.ts"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { andThen, type Operator, type StageServices } from "../../../src/operators/stage/Stage.ts"
import {
  session,
  sliding,
  tumbling,
  window,
  type WindowAssigner,
  type WindowKey,
  type WindowResult
} from "../../../src/operators/windows/window.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"
import { cutInto, cutsDoNotMatter, runLaw, streamsAlike, survivesRestore } from "../../../src/testing/laws.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { Arrivals, naiveAligned, naiveSessions, resultsOf, rowsOf, standing, type Timed, timed } from "./timed.ts"

const at = (time: number, key = 0, value = 1): Item<Timed> => event({ time, key, value })
const event = (payload: Timed): Item<Timed> => envelope(payload, contextOf(payload.time, { eventTime: payload.time }))

const times = Aggregate.map(
  Aggregate.collect<Timed>(1000),
  (all) => all.map(({ time }) => time).toSorted((a, b) => a - b)
)

/** What each window shows in these tests: numbers, a map with an inverse, and what depends on every event. */
const everything = Aggregate.all({
  count: Aggregate.count(),
  sum: Aggregate.sum(({ value }: Timed) => value),
  greatest: Aggregate.maxBy(({ value }: Timed) => value),
  values: Aggregate.topKeys(3, Aggregate.countBy(({ value }: Timed) => value), "all")
})

const shown = (assigner: WindowAssigner, allowedLatenessMillis = 0) =>
  window({
    name: "window",
    assigner,
    key: ({ key }: Timed) => key,
    aggregate: Aggregate.map(everything, ({ count, greatest, sum, values }) => ({
      count,
      sum,
      greatest: greatest.map(({ time, value }) => `${value} at ${time}`).toSorted(),
      values
    })),
    allowedLatenessMillis
  })

const byHand = (events: ReadonlyArray<Timed>) => {
  const greatest = Math.max(...events.map(({ value }) => value))
  const counts = [...Map.groupBy(events, ({ value }) => value)].map(([value, of]) => [value, of.length] as const)
    .toSorted(([keyA, a], [keyB, b]) => b - a || keyA - keyB)
  const third = counts[2]?.[1] ?? 0
  return {
    count: events.length,
    sum: events.reduce((total, { value }) => total + value, 0),
    greatest: events.filter(({ value }) => value === greatest).map(({ time, value }) => `${value} at ${time}`)
      .toSorted(),
    values: counts.filter(([, count]) => count >= third)
  }
}

const naive = (assigner: WindowAssigner, events: ReadonlyArray<Timed>) =>
  assigner.kind === "session"
    ? naiveSessions(events, assigner.gap, byHand)
    : naiveAligned(events, assigner.size, assigner.slide, byHand)

/** Counts by value: sliding windows of it go on from one window to the next, as they can take off what leaves. */
const counts = (assigner: WindowAssigner, allowedLatenessMillis = 0) =>
  window({
    name: "window",
    assigner,
    aggregate: Aggregate.countBy(({ value }: Timed) => value),
    allowedLatenessMillis
  })

const assigners: ReadonlyArray<readonly [string, WindowAssigner]> = [
  ["tumbling", tumbling(20)],
  ["sliding, slide divides size", sliding(20, 5)],
  ["sliding, panes shorter than the slide", sliding(15, 6)],
  ["session", session(7)]
]

const Origin = Schema.Int.check(Schema.isBetween({ minimum: -200, maximum: 200 }))
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))).check(Schema.isMaxLength(4))

describe.each(assigners)("window, %s", (_, assigner) => {
  it.effect.prop(
    "gives what a batch computation over all events gives, events and watermarks in any order within the slack",
    { arrivals: Arrivals, origin: Origin },
    ({ arrivals, origin }) =>
      Effect.gen(function*() {
        const { events, items } = timed(arrivals, { origin })
        const { letters, out } = yield* runLaw(shown(assigner), [items])
        assert.deepStrictEqual(letters, [])
        assert.deepStrictEqual(rowsOf(resultsOf(out)), events.length === 0 ? [] : naive(assigner, events))
      })
  )

  it.effect.prop(
    "results come before the watermark that closes them, in order of end, with none left open",
    { arrivals: Arrivals },
    ({ arrivals }) =>
      Effect.gen(function*() {
        const { out } = yield* runLaw(shown(assigner), [timed(arrivals).items])
        let seen = -Infinity
        let waiting: Array<number> = []
        for (const each of out) {
          if ("operation" in each) {
            assert.isAbove(each.end - 1, seen)
            assert.isTrue(waiting.every((end) => end <= each.end))
            waiting.push(each.end)
          } else if (each._tag === "Watermark") {
            assert.isTrue(waiting.every((end) => end - 1 <= each.time))
            waiting = []
            seen = Math.max(seen, each.time)
          }
        }
        assert.deepStrictEqual(waiting, [])
        assert.strictEqual(seen, Infinity)
      })
  )

  // Slack 8, so that events are late by up to 22; all of them are allowed to be.
  it.effect.prop(
    "retractions and inserts fold to the answer of a stream in which nothing is late",
    { arrivals: Arrivals },
    ({ arrivals }) =>
      Effect.gen(function*() {
        const { events, items } = timed(arrivals, { dense: 3, slack: 8 })
        const { letters, out } = yield* runLaw(shown(assigner, 22 + 30), [items])
        assert.deepStrictEqual(letters, [])
        assert.deepStrictEqual(rowsOf(standing(resultsOf(out))), events.length === 0 ? [] : naive(assigner, events))
      })
  )

  it.effect.prop(
    "what is later than allowed is a dead letter, and results are exact over the rest",
    { arrivals: Arrivals },
    ({ arrivals }) =>
      Effect.gen(function*() {
        const { items } = timed(arrivals, { slack: 0 })
        const { letters, out } = yield* runLaw(shown(assigner, 5), [items])
        const late = new Set(letters)
        const taken = items.flatMap((item) =>
          item._tag === "Event" && !late.has(`Late ${item.context.id}`) ? [item.payload] : []
        )
        assert.deepStrictEqual(rowsOf(standing(resultsOf(out))), taken.length === 0 ? [] : naive(assigner, taken))
      })
  )

  it.effect.prop(
    "any cut of the arrays gives the same, in a stream too",
    { arrivals: Arrivals, sizes: Sizes },
    ({ arrivals, sizes }) =>
      Effect.gen(function*() {
        const { items } = timed(arrivals, { sampledEvery: 3, slack: 8 })
        yield* cutsDoNotMatter(shown(assigner, 15), items, sizes)
        if (items.length > 0) yield* streamsAlike(shown(assigner, 15), cutInto(items, sizes))
      })
  )

  it.effect.prop(
    "a snapshot anywhere and a restore give the output that was to come",
    { arrivals: Arrivals, place: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 160 })) },
    ({ arrivals, place }) =>
      Effect.gen(function*() {
        const { items } = timed(arrivals, { dense: 5, sampledEvery: 5, slack: 8 })
        yield* survivesRestore(shown(assigner, 15), items, Math.min(place, items.length))
      })
  )
})

describe("window, sliding, with an aggregate that can take off what leaves", () => {
  const Slack = Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 40 }))

  it.effect.prop(
    "equals brute force, with corrections and a restore in between",
    { arrivals: Arrivals, slack: Slack, place: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 160 })) },
    ({ arrivals, place, slack }) =>
      Effect.gen(function*() {
        const { events, items } = timed(arrivals, { slack })
        for (const [size, slide] of [[20, 5], [15, 6], [9, 9]] as const) {
          const operator = counts(sliding(size, slide), 60)
          const { letters, out } = yield* runLaw(operator, [items])
          assert.deepStrictEqual(letters, [])
          const rows = standing(resultsOf(out)).map(({ end, value }) => ({ end, value })).toSorted((a, b) =>
            a.end - b.end
          )
          const alone = events.map((each) => ({ ...each, key: 0 }))
          const expected = events.length === 0 ?
            [] :
            naiveAligned(alone, size, slide, (of) =>
              new Map([...Map.groupBy(of, ({ value }) =>
                value)].map(([value, each]) =>
                  [value, each.length] as const
                )))
          assert.deepStrictEqual(rows, expected.map(({ end, value }) => ({ end, value })))
          yield* survivesRestore(operator, items, Math.min(place, items.length))
        }
      })
  )
})

const brief = <K, R>(results: ReadonlyArray<WindowResult<K, R>>) =>
  results.map(({ end, operation, start, value, version }) =>
    `${operation} [${start}, ${end}) v${version} ${JSON.stringify(value)}`
  )

const listing = (assigner: WindowAssigner, allowedLatenessMillis = 0) =>
  window({ name: "window", assigner, key: ({ key }: Timed) => key, aggregate: times, allowedLatenessMillis })

const results = <K extends WindowKey, R>(
  operator: Operator<Timed, WindowResult<K, R>, never, StageServices>,
  ...items: ReadonlyArray<Item<Timed>>
) => Effect.map(runLaw(operator, [items], { ends: false }), ({ out }) => brief(resultsOf(out)))

describe("window", () => {
  it.effect("a window is [start, end) and closes when the watermark is one before its end", () =>
    Effect.gen(function*() {
      const events = [at(0), at(9), at(10)]
      assert.deepStrictEqual(yield* results(listing(tumbling(10)), ...events, watermark(8)), [])
      assert.deepStrictEqual(yield* results(listing(tumbling(10)), ...events, watermark(9)), [
        "insert [0, 10) v0 [0,9]"
      ])
    }))

  it.effect("results of one end are in order of the keys' arrival", () =>
    Effect.gen(function*() {
      const { out } = yield* runLaw(listing(tumbling(10)), [[
        at(15, 2),
        at(3, 9),
        at(11, 1),
        at(4, 2),
        at(12, 2),
        at(5, 9)
      ]])
      assert.deepStrictEqual(resultsOf(out).map(({ end, key }) => [end, key]), [[10, 9], [10, 2], [20, 2], [20, 1]])
    }))

  it.effect("an event of a closed window takes back what was emitted, in every window that it is in", () =>
    Effect.gen(function*() {
      const events = [at(1), watermark(9), at(2), at(3), watermark(14), at(4), watermark(30), at(9)]
      assert.deepStrictEqual(yield* results(listing(sliding(10, 5), 10), ...events), [
        "insert [-5, 5) v0 [1]",
        "insert [0, 10) v0 [1]",
        "retract [-5, 5) v0 [1]",
        "insert [-5, 5) v1 [1,2]",
        "retract [0, 10) v0 [1]",
        "insert [0, 10) v1 [1,2]",
        "retract [-5, 5) v1 [1,2]",
        "insert [-5, 5) v2 [1,2,3]",
        "retract [0, 10) v1 [1,2]",
        "insert [0, 10) v2 [1,2,3]"
      ])
    }))

  it.effect("an event exactly at the end of a closed window is not in it, whether or not its own is closed too", () =>
    Effect.gen(function*() {
      for (const assigner of [tumbling(10), sliding(10, 10), session(10)]) {
        for (const mark of [9, 18, 19, 30]) {
          const of = (time: number) => results(listing(assigner, 100), at(0), watermark(mark), at(time), watermark(50))
          assert.deepStrictEqual(yield* of(10), ["insert [0, 10) v0 [0]", "insert [10, 20) v0 [10]"])
          assert.include(yield* of(9), "retract [0, 10) v0 [0]")
        }
      }
    }))

  it.effect("a restore between two corrections does not show", () =>
    Effect.gen(function*() {
      const items = [
        at(1),
        at(18),
        watermark(9),
        at(2),
        watermark(10),
        at(3),
        watermark(19),
        at(12),
        at(4),
        at(19),
        watermark(40)
      ]
      for (const assigner of [tumbling(10), sliding(10, 5), session(6)]) {
        for (let place = 0; place <= items.length; place++) yield* survivesRestore(listing(assigner, 30), items, place)
      }
    }))

  it.effect("a window that was empty when it closed is an insert when a late event comes", () =>
    Effect.gen(function*() {
      const events = [at(25), watermark(15), at(3)]
      assert.deepStrictEqual(yield* results(listing(tumbling(10), 10), ...events), ["insert [0, 10) v0 [3]"])
    }))

  it.effect("lateness ends to the millisecond, and what is later is dead-lettered", () =>
    Effect.gen(function*() {
      const late = (mark: number) =>
        Effect.map(runLaw(listing(tumbling(10), 5), [[at(1), watermark(mark), at(2)]]), ({ letters }) => letters)
      assert.deepStrictEqual(yield* late(13), [])
      assert.deepStrictEqual(yield* late(14), [`Late ${contextOf(2).id}`])
    }))

  it.effect("a session ends a gap after its last event, and an event between two makes them one", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* results(listing(session(5)), at(0), at(4), at(9), watermark(100)), [
        "insert [0, 9) v0 [0,4]",
        "insert [9, 14) v0 [9]"
      ])
      assert.deepStrictEqual(yield* results(listing(session(5)), at(0), at(8), at(4), watermark(100)), [
        "insert [0, 13) v0 [0,4,8]"
      ])
    }))

  it.effect("a late event that joins emitted sessions takes both back; the whole is emitted when it closes", () =>
    Effect.gen(function*() {
      const events = [at(0), at(8), watermark(12), at(4), at(11), watermark(15)]
      assert.deepStrictEqual(yield* results(listing(session(5), 20), ...events), [
        "insert [0, 5) v0 [0]",
        "insert [8, 13) v0 [8]",
        "retract [0, 5) v0 [0]",
        "retract [8, 13) v0 [8]",
        "insert [0, 13) v1 [0,4,8]",
        "retract [0, 13) v1 [0,4,8]",
        "insert [0, 16) v2 [0,4,8,11]"
      ])
    }))

  it.effect("windows follow windows: a result has the last time of its window", () =>
    Effect.gen(function*() {
      const perSecond = window({ name: "first", assigner: tumbling(10), aggregate: Aggregate.count() })
      const greatest = window({
        name: "second",
        assigner: tumbling(30),
        aggregate: Aggregate.max(({ value }: WindowResult<undefined, number>) => value)
      })
      const { out } = yield* runLaw(andThen(perSecond, greatest), [[at(0), at(1), at(29), watermark(29), at(30)]])
      assert.deepStrictEqual(brief(resultsOf(out)), ["insert [0, 30) v0 2", "insert [30, 60) v0 1"])
    }))

  it.effect("an entry over the bound is shed, and so is what the aggregate has no room for; what is held stays exact", () =>
    Effect.gen(function*() {
      const bounded = window({
        name: "window",
        assigner: tumbling(10),
        key: ({ key }: Timed) => key,
        aggregate: Aggregate.map(Aggregate.collect<Timed>(2), (all) => all.length),
        maxEntries: 2
      })
      const { letters, out } = yield* runLaw(bounded, [[
        at(0, 0),
        at(1, 1),
        at(2, 2),
        at(3, 0),
        at(4, 0),
        watermark(9),
        at(12, 2)
      ]])
      assert.deepStrictEqual(letters, [`Shed ${contextOf(2).id}`, `Shed ${contextOf(4).id}`])
      assert.deepStrictEqual(resultsOf(out).map(({ key, value }) => [key, value]), [[0, 2], [1, 1], [2, 1]])
      const sessions = window({
        name: "window",
        assigner: session(5),
        key: ({ key }: Timed) => key,
        aggregate: Aggregate.count(),
        maxEntries: 2
      })
      const shed = yield* runLaw(sessions, [[at(0, 0), at(1, 1), at(2, 2), at(3, 0), watermark(9), at(12, 2)]])
      assert.deepStrictEqual(shed.letters, [`Shed ${contextOf(2).id}`])
      assert.deepStrictEqual(resultsOf(shed.out).map(({ key, value }) => [key, value]), [[1, 1], [0, 2], [2, 1]])
    }))

  it.effect("a time that is none is a dead letter", () =>
    Effect.gen(function*() {
      for (const assigner of [tumbling(10), session(10)]) {
        const odd = [NaN, Infinity, -Infinity].map((eventTime, i) =>
          envelope({ time: 0, key: 0, value: 0 }, contextOf(i, { eventTime }))
        )
        const { letters, out } = yield* runLaw(listing(assigner), [[...odd, at(5), watermark(6)]])
        assert.deepStrictEqual(letters, odd.map(({ context: { id } }) => `ValidationFailed ${id}`))
        assert.strictEqual(resultsOf(out).length, 1)
      }
    }))

  it.effect("state is dropped with its windows and their lateness, and its size is known", () =>
    Effect.gen(function*() {
      for (const assigner of [tumbling(10), sliding(10, 5), session(10)]) {
        const sizes = yield* Effect.gen(function*() {
          const state = yield* StageState
          const process = yield* listing(assigner, 20).process ?? assert.fail("no process")
          const sizes: Array<number | undefined> = []
          for (const item of [at(1), at(2), at(3, 1), watermark(29), watermark(32), watermark(33)]) {
            const result = process(elementsOf([item]))
            if (Effect.isEffect(result)) yield* result
            sizes.push(state.sizes().get("window")?.get(assigner.kind === "aligned" ? "panes" : "sessions"))
          }
          return sizes
        }).pipe(Effect.provide(Layer.mergeAll(stageLayer, StageState.layerMemory())))
        assert.deepStrictEqual(sizes.slice(0, 3), [1, 2, 3])
        assert.strictEqual(sizes.at(-1), 0)
      }
    }))

  it.effect("a pipeline with a window that cannot be does not start; one whose state is of another window neither", () =>
    Effect.gen(function*() {
      const starts = (operator: ReturnType<typeof listing>, restored?: PipelineSnapshot) =>
        runLaw(operator, [], restored === undefined ? {} : { restored }).pipe(
          Effect.as("started"),
          Effect.catchDefect((defect) => Effect.succeed(String(defect)))
        )
      const wrong = [tumbling(0), tumbling(1.5), tumbling(NaN), sliding(10, 0), sliding(10, 11), session(-1)]
      for (const assigner of wrong) assert.include(yield* starts(listing(assigner)), "window window: a ")
      assert.include(yield* starts(listing(tumbling(10), NaN)), "allowed lateness")
      const { snapshot } = yield* runLaw(listing(tumbling(10)), [[at(1)]], { ends: false })
      assert.strictEqual(yield* starts(listing(tumbling(10)), snapshot), "started")
      for (const assigner of [tumbling(20), sliding(10, 5), session(10)]) {
        assert.include(yield* starts(listing(assigner), snapshot), "state was written by version 1")
      }
    }))
})
