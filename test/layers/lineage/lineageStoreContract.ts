/** The contract of `LineageStore`, run on every Layer that keeps something. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Schema, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { LineageAnswer, LineageDirection } from "../../../src/domain/lineage/LineageAnswer.ts"
import { alertVersionId, type LineageRecord } from "../../../src/domain/lineage/LineageRecord.ts"
import { stream } from "../../../src/domain/simulation/random.ts"
import { type LineageError, LineageStore, type LineageStoreOptions } from "../../../src/layers/lineage/LineageStore.ts"

export type MakeLineageLayer = (
  options: LineageStoreOptions
) => Effect.Effect<Layer.Layer<never, LineageError>, never, Scope.Scope>

export const recordOf = (id: string, over: Partial<LineageRecord> = {}): LineageRecord => ({
  id,
  kind: "observation",
  sourceId: "radar-1",
  sensorTimestamp: 1000,
  steps: [],
  inputs: [],
  inputCount: 0,
  ...over
})

const step = (operator: string, at: number, ...parents: ReadonlyArray<string>) => ({
  operator,
  at,
  parents,
  parentCount: parents.length
})

export const ids = (nodes: ReadonlyArray<{ readonly id: string }> | undefined) => nodes?.map(({ id }) => id)

/** Any graph, cycles too: node i is `n<i>`; each names some parents in a step and some as inputs. */
export const randomGraph = (seed: number, size: number, cyclic: boolean) => {
  const random = stream(seed, "lineage")
  const parents = Array.from(
    { length: size },
    (_, child) =>
      Array.from({ length: size }, (_, parent) => parent).filter((parent) =>
        (cyclic || parent < child) && parent !== child && random.uniform() < 2.5 / size
      )
  )
  const node = (i: number) => ({
    id: `n${i}`,
    kind: i % 3 === 0 ? "alert" : "observation",
    sourceId: `s${i % 4}`,
    sensorTimestamp: 1000 + (i * 37) % 11
  })
  const records = parents.map((of, i): LineageRecord => {
    const cut = random.integer(0, of.length)
    return {
      ...node(i),
      steps: [step("first", 2000 + i, `n${i}`), step("join", 3000 + i, ...of.slice(0, cut).map((p) => `n${p}`))],
      inputs: of.slice(cut).map(node),
      inputCount: of.length
    }
  })
  const shuffled = records.map((record) => ({ record, at: random.uniform() })).sort((a, b) => a.at - b.at)
    .map(({ record }) => record)
  return { parents, records, shuffled, node }
}

/** Fewest edges between each two nodes, Infinity for none: Floyd and Warshall's, nothing in common with a walk. */
export const distances = (parents: ReadonlyArray<ReadonlyArray<number>>) => {
  const far = parents.map((of, i) => parents.map((_, j) => i === j ? 0 : of.includes(j) ? 1 : Infinity))
  const at = (i: number, j: number) => far[i]?.[j] ?? Infinity
  for (let k = 0; k < far.length; k++) {
    for (const [i, row] of far.entries()) {
      for (let j = 0; j < row.length; j++) row[j] = Math.min(at(i, j), at(i, k) + at(k, j))
    }
  }
  return at
}

/** Every answer there is. */
export const everything = (size: number) =>
  Effect.gen(function*() {
    const store = yield* LineageStore
    const answers: Array<LineageAnswer | undefined> = []
    for (let i = 0; i < size; i++) answers.push(yield* store.backward(`n${i}`), yield* store.forward(`n${i}`))
    for (const source of ["s0", "s1", "s2", "s3", "s4"]) answers.push(yield* store.bySource(source, 1003, 1008))
    return answers
  })

const Graph = {
  seed: Schema.Int,
  size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
  cyclic: Schema.Boolean
}

const offered = (records: ReadonlyArray<LineageRecord>) => Effect.map(LineageStore, (store) => store.offer(records))

export const lineageStoreContract = (name: string, makeLayer: MakeLineageLayer): void => {
  const withStore = <A, E>(body: Effect.Effect<A, E>, options: LineageStoreOptions = {}) =>
    Effect.scoped(Effect.flatMap(makeLayer(options), (layer) => Effect.provide(body, layer)))

  describe(`LineageStore contract: ${name}`, () => {
    it.effect.prop(
      "backward and forward reach exactly what the graph joins, and are inverses of each other",
      Graph,
      ({ cyclic, seed, size }) =>
        withStore(Effect.gen(function*() {
          const { parents, records } = randomGraph(seed, size, cyclic)
          const far = distances(parents)
          yield* offered(records)
          const store = yield* LineageStore
          const expected = (i: number, direction: LineageDirection) =>
            parents.flatMap((_, j) => {
              const depth = direction === "backward" ? far(i, j) : far(j, i)
              return i !== j && Number.isFinite(depth) ? [[`n${j}`, depth] as const] : []
            })
          for (let i = 0; i < size; i++) {
            for (const direction of ["backward", "forward"] as const) {
              const answer = yield* store[direction](`n${i}`)
              assert.sameDeepMembers(answer?.reached.map(({ depth, id }) => [id, depth] as const) ?? [], [
                ...expected(i, direction)
              ])
              assert.isFalse(answer?.truncated)
            }
          }
        })),
      { arbitrary: { runs: 15 } }
    )

    it.effect.prop(
      "answers do not depend on the order of the records, nor on how often they come",
      Graph,
      ({ cyclic, seed, size }) =>
        Effect.gen(function*() {
          const { records, shuffled } = randomGraph(seed, size, cyclic)
          const once = yield* withStore(Effect.andThen(offered(records), everything(size)))
          const again = yield* withStore(Effect.gen(function*() {
            yield* offered(shuffled)
            yield* (yield* LineageStore).flush
            yield* offered(records)
            return yield* everything(size)
          }))
          assert.deepStrictEqual(again, once)
        }),
      { arbitrary: { runs: 8 } }
    )

    it.effect("of two records of one output the later holds, whichever came first", () =>
      Effect.gen(function*() {
        const replayed = [
          recordOf("a", { steps: [step("decode", 1, "a")] }),
          recordOf("a", { steps: [step("decode", 2, "a")], kind: "track-update" })
        ]
        for (const order of [replayed, replayed.toReversed()]) {
          const answer = yield* withStore(
            Effect.andThen(offered(order), Effect.flatMap(LineageStore, (store) => store.backward("a")))
          )
          assert.deepStrictEqual(answer?.steps, [{ id: "a", ...step("decode", 2, "a") }])
          assert.deepStrictEqual(answer?.matched.map(({ kind }) => kind), ["track-update"])
        }
      }))

    it.effect("an alert's own id finds all its versions, and only them", () =>
      withStore(Effect.gen(function*() {
        const input = (id: string) => ({ id, kind: "observation", sourceId: "radar-2", sensorTimestamp: 900 })
        const version = (sequence: number, ...of: ReadonlyArray<string>) =>
          recordOf(alertVersionId("c1", sequence), {
            kind: "alert",
            steps: [{ operator: "alert", at: 5000 + sequence, parents: of.slice(0, 4), parentCount: 1000 + sequence }],
            inputs: of.map(input),
            inputCount: 1000 + sequence
          })
        yield* offered([
          version(10, "o3"),
          version(2, "o2", "o1"),
          version(1, "o1"),
          recordOf("c1/x/1", { kind: "alert" }),
          recordOf("c10/1", { kind: "alert" }),
          recordOf("c1/track"),
          recordOf("c")
        ])
        const store = yield* LineageStore
        const all = yield* store.backward("c1")
        assert.deepStrictEqual(ids(all?.matched), ["c1/1", "c1/2", "c1/10"])
        assert.deepStrictEqual(all?.matched.map(({ inputCount }) => inputCount), [1001, 1002, 1010])
        assert.deepStrictEqual(ids(all?.reached), ["o1", "o2", "o3"])
        assert.deepStrictEqual(all?.steps.map(({ id, parentCount }) => [id, parentCount]), [["c1/1", 1001], [
          "c1/2",
          1002
        ], ["c1/10", 1010]])
        assert.deepStrictEqual(ids((yield* store.backward("c1/2"))?.reached), ["o1", "o2"])
        assert.deepStrictEqual(ids((yield* store.forward("o1"))?.reached), ["c1/1", "c1/2"])
        assert.isUndefined(yield* store.backward("c1/3"))
        assert.isUndefined(yield* store.forward("o"))
      })))

    it.effect("says what is known of a node: by its own record, by who took it as an input, or by its name alone", () =>
      withStore(Effect.gen(function*() {
        yield* offered([recordOf("out", {
          steps: [step("join", 7, "named", "described")],
          inputs: [{ id: "described", kind: "observation", sourceId: "isl-1", sensorTimestamp: 12.0625 }],
          inputCount: 2
        })])
        const answer = yield* (yield* LineageStore).backward("out")
        assert.deepStrictEqual(answer, {
          id: "out",
          direction: "backward",
          matched: [{ id: "out", kind: "observation", sourceId: "radar-1", sensorTimestamp: 1000, inputCount: 2 }],
          reached: [
            { id: "named", kind: "unknown", sourceId: undefined, sensorTimestamp: undefined, depth: 1 },
            { id: "described", kind: "observation", sourceId: "isl-1", sensorTimestamp: 12.0625, depth: 1 }
          ],
          edges: [
            { child: "out", parent: "described", operator: "join", at: 7 },
            { child: "out", parent: "named", operator: "join", at: 7 }
          ],
          steps: [{ id: "out", ...step("join", 7, "named", "described") }],
          truncated: false
        })
        yield* offered([recordOf("named", { sourceId: "optical-1", steps: [step("decode", 3, "named")] })])
        const later = yield* (yield* LineageStore).backward("out")
        assert.deepStrictEqual(later?.reached.map(({ sourceId }) => sourceId), ["isl-1", "optical-1"])
        assert.deepStrictEqual(later?.steps.map(({ id, operator }) => [id, operator]), [["out", "join"], [
          "named",
          "decode"
        ]])
      })))

    it.effect("of a source in a period: the alerts it touched, through whatever lies between", () =>
      withStore(Effect.gen(function*() {
        const observation = (id: string, sourceId: string, sensorTimestamp: number) =>
          recordOf(id, { sourceId, sensorTimestamp })
        const from = (id: string, kind: string, ...of: ReadonlyArray<string>) =>
          recordOf(id, { kind, sourceId: "good", sensorTimestamp: 500, steps: [step(kind, 600, ...of)] })
        yield* offered([
          observation("before", "bad", 99.9),
          observation("first", "bad", 100),
          observation("last", "bad", 199.9),
          observation("at the end", "bad", 200),
          observation("other", "good", 150),
          from("t1", "track-update", "first", "other"),
          from("a1/1", "alert", "t1"),
          from("a2/1", "alert", "before"),
          from("a3/1", "alert", "at the end"),
          from("a4/1", "alert", "last"),
          from("a5/1", "alert", "other"),
          recordOf("a6/1", { kind: "alert", sourceId: "bad", sensorTimestamp: 150 })
        ])
        const store = yield* LineageStore
        const touched = yield* store.bySource("bad", 100, 200)
        assert.sameMembers([...(ids(touched.reached) ?? [])], ["a1/1", "a4/1", "a6/1"])
        assert.sameMembers([...(ids(touched.matched) ?? [])], ["first", "last"])
        assert.deepStrictEqual([touched.id, touched.direction, touched.truncated], ["bad", "forward", false])
        assert.lengthOf((yield* store.bySource("bad", -Infinity, Infinity)).reached, 5)
        assert.deepStrictEqual((yield* store.bySource("unheard of", 0, Infinity)).reached, [])
      })))

    it.effect("a full buffer drops and counts; the rest is written in the background", () =>
      withStore(
        Effect.gen(function*() {
          const store = yield* LineageStore
          store.offer(Array.from({ length: 1500 }, (_, i) => recordOf(`r${i}`)))
          assert.deepStrictEqual({ ...store.counts() }, { offered: 1500, written: 0, dropped: 500, evicted: 0 })
          yield* TestClock.adjust("1 second")
          assert.deepStrictEqual({ ...store.counts() }, { offered: 1500, written: 1000, dropped: 500, evicted: 0 })
          assert.isDefined(yield* store.backward("r999"))
          assert.isUndefined(yield* store.backward("r1000"))
        }),
        { buffer: 1000 }
      ))

    it.effect("over the capacity the oldest go, those of alerts and their inputs last, and are counted", () =>
      withStore(
        Effect.gen(function*() {
          const store = yield* LineageStore
          store.offer([recordOf("a/1", { kind: "alert", steps: [step("join", 1, "input")], inputCount: 1 })])
          for (let i = 0; i < 20; i++) {
            yield* TestClock.adjust("1 second")
            store.offer([recordOf(`r${i}`, { steps: [step("join", 1, `parent of r${i}`)] })])
          }
          yield* store.flush
          assert.strictEqual(store.counts().evicted, 42 - 8)
          assert.deepStrictEqual(ids((yield* store.backward("a"))?.reached), ["input"])
          assert.isUndefined(yield* store.backward("r16"))
          assert.deepStrictEqual(ids((yield* store.backward("r19"))?.reached), ["parent of r19"])
          assert.deepStrictEqual(ids((yield* store.forward("parent of r17"))?.reached), ["r17"])
        }),
        { capacity: 8 }
      ))

    it.effect("after the retention it is gone, counted from when it was last named; alerts too", () =>
      withStore(
        Effect.gen(function*() {
          const store = yield* LineageStore
          store.offer([recordOf("old"), recordOf("a/1", { kind: "alert" }), recordOf("renewed")])
          yield* store.flush
          yield* TestClock.adjust("8 seconds")
          store.offer([recordOf("young", { steps: [step("join", 1, "renewed")] })])
          yield* store.flush
          yield* TestClock.adjust("8 seconds")
          store.offer([recordOf("new")])
          yield* store.flush
          assert.strictEqual(store.counts().evicted, 2)
          assert.isUndefined(yield* store.backward("old"))
          assert.isUndefined(yield* store.backward("a"))
          assert.deepStrictEqual(ids((yield* store.backward("young"))?.reached), ["renewed"])
        }),
        { retentionMillis: 10_000 }
      ))

    it.effect("an answer has a bound and says when there was more", () =>
      withStore(
        Effect.gen(function*() {
          const store = yield* LineageStore
          store.offer(Array.from({ length: 100 }, (_, i) => recordOf(`r${i + 1}`, { steps: [step("s", 1, `r${i}`)] })))
          const deep = yield* store.backward("r100")
          assert.deepStrictEqual([deep?.reached.length, deep?.truncated], [64, true])
          assert.isFalse((yield* store.backward("r64"))?.truncated)
        })
      ))
  })
}
