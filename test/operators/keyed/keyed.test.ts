import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { Contributors } from "../../../src/domain/stream/Contributors.ts"
import { lineageSteps } from "../../../src/domain/stream/Envelope.ts"
import { StageLineage, StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { type PipelineSnapshot, StageState } from "../../../src/layers/stage/StageState.ts"
import { keyed } from "../../../src/operators/keyed/keyed.ts"
import { source } from "../../../src/operators/sources/source.ts"
import { arrays, collectItems, contextOf, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutInto, cutsDoNotMatter, runLaw, streamsAlike, survivesRestore } from "../../../src/testing/laws.ts"
import { recordingTracer } from "../../../src/testing/recordingTracer.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { keptTable, timersOf } from "../../support/keptState.ts"
import { itemsOf, timesOf } from "../../support/timedItems.ts"
import { runModel } from "./model.ts"
import { Commands, Options, program } from "./program.ts"

const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))

const operatorOf = (options: Options) => keyed({ name: "keyed", ...program, ...options })

const keptEntries = (snapshot: PipelineSnapshot, options: { readonly capacity: number }) =>
  keptTable<string, number>(snapshot, "keyed", "entries", options).map((entry) => {
    const { contributors: { count, from, to } = new Contributors(), key, value } = entry
    return { key, value, writers: { count, from, to }, timers: timersOf(entry) }
  })

describe("keyed", () => {
  it.effect.prop(
    "does what plain lists would: values, timers once and in order, time to live, eviction, contributors",
    { drawn: Commands, options: Options, sizes: Sizes },
    ({ drawn, options, sizes }) =>
      Effect.gen(function*() {
        const items = itemsOf(timesOf(drawn))
        const { out, snapshot } = yield* runLaw(operatorOf(options), cutInto(items, sizes))
        const model = runModel(items, options)
        assert.deepStrictEqual(out, model.out)
        const held = keptEntries(snapshot, options)
        assert.sameDeepMembers(
          held,
          model.held.map(({ key, timers, value, writers }) => ({
            key,
            value,
            writers: { count: writers.length, from: Math.min(...writers), to: Math.max(...writers) },
            timers
          }))
        )
        if (options.capacity < 100) {
          assert.deepStrictEqual(held.map(({ key }) => key), model.held.map(({ key }) => key))
        }
      })
  )

  it.effect.prop(
    "any cut, stream or no stream, and a restore anywhere give the same",
    { drawn: Commands, options: Options, sizes: Sizes, at: Schema.Int },
    ({ at, drawn, options, sizes }) => {
      const items = itemsOf(timesOf(drawn))
      const operator = operatorOf(options)
      return Effect.all([
        cutsDoNotMatter(operator, items, sizes),
        streamsAlike(operator, cutInto(items, sizes)),
        survivesRestore(operator, items, Math.abs(at) % (items.length + 1))
      ], { discard: true })
    }
  )

  it.effect("a key may be what the event's context says", () =>
    Effect.gen(function*() {
      const sums = keyed<number, string, number, string>({
        name: "sums",
        key: (_, { context }) => context?.sourceId ?? "none",
        capacity: Infinity,
        onEvent: (n, state) => {
          state.set((state.value ?? 0) + n)
          state.emit(`${state.key} ${state.value}`)
        }
      })
      const of = (name: string, ...numbers: ReadonlyArray<number>) =>
        Stream.fromIterable(numbers).pipe(source({ name, eventTime: (n) => n }))
      const items = yield* collectItems(Stream.concat(of("a", 1, 2), of("b", 3, 4)).pipe(sums))
      assert.deepStrictEqual(payloadsOf(items), ["a 1", "a 3", "b 3", "b 7"])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a value by a schema is written by it; what is not JSON needs one", () =>
    Effect.gen(function*() {
      const longer = (value?: typeof Schema.Uint8ArrayFromBase64) =>
        keyed<number, number, Uint8Array, number>({
          name: "keyed",
          capacity: 10,
          key: (n) => n % 2,
          ...(value === undefined ? {} : { value }),
          onEvent: (n, state) => {
            state.set(Uint8Array.from([...state.value ?? [], n]))
            state.emit(state.value?.length ?? 0)
          }
        })
      const input = events([1, 2, 3, 4, 5, 7])
      yield* survivesRestore(longer(Schema.Uint8ArrayFromBase64), input, 3)
      const exit = yield* Effect.exit(runLaw(longer(), [input]))
      assert.match(String(exit), /not JSON as it stands/)
    }))

  it.effect("a snapshot of another version, or of something else, is refused", () =>
    Effect.gen(function*() {
      for (
        const kept of [
          { version: 2, entries: [] },
          { version: 1, entries: [{ key: new Uint8Array([1, 2]), value: new Uint8Array([3]) }] }
        ]
      ) {
        const exit = yield* Effect.exit(
          runLaw(operatorOf({ capacity: 3, ttlFrom: "write" }), [], {
            restored: new Map([["keyed", new Map([["entries", kept]])]])
          })
        )
        assert.match(String(exit), /UnreadableState/)
      }
    }))

  it.effect("a snapshot tells everything in state, and what was evicted is counted", () =>
    Effect.gen(function*() {
      const operator = keyed<number, number, number, number>({
        name: "last",
        capacity: 3,
        key: (n) => n % 10,
        onEvent: (n, state) => state.set(n)
      })
      yield* collectItems(arrays<number>([events([1, 2, 3, 4, 15, 26])]).pipe(operator))
      assert.strictEqual((yield* StageRegistry).countsOf("last").evicted, 3)
      assert.strictEqual((yield* StageState).sizes().get("last")?.get("entries"), 3)
    }).pipe(Effect.provide(Layer.merge(stageLayer, StageState.layerMemory()))))

  it.effect("a sampled event's get and put are spans linked to the writer; outputs of a timer continue a contributor's trace", () => {
    const { layer, spans } = recordingTracer()
    const operator = keyed<string, string, string, string>({
      name: "store",
      capacity: 10,
      key: () => "k",
      onEvent: (word, state) => {
        state.set((state.value ?? "") + word)
        state.setTimer(100)
      },
      onTimer: (state) => {
        if (state.value !== undefined) state.emit(state.value)
        state.clear()
      }
    })
    return Effect.gen(function*() {
      const input = events(["a", "b", "c", "d"], (i) => ({
        sampled: i === 1 || i === 2,
        lineage: i === 1 || i === 2 ? "source" : undefined
      }))
      const out = yield* collectItems(arrays<string>([input]).pipe(operator))
      assert.deepStrictEqual(payloadsOf(out), ["abcd"])
      const [emitted] = out
      assert.strictEqual(emitted?._tag, "Event")
      const told = spans.map(({ attributes, links, name, traceId }) => [
        name,
        traceId,
        attributes.get("state.writer") ?? "-",
        links.map(({ span }) => span.traceId)
      ])
      const [a = "", b = "", c = ""] = [0, 1, 2].map((i) => contextOf(i).id)
      const [traceB = "", traceC = ""] = [1, 2].map((i) => contextOf(i).trace.traceId)
      assert.deepStrictEqual(told, [
        ["store", traceB, "-", []],
        ["store", traceC, "-", []],
        // The writer of the previous value was not traced: it is named, and there is no span to link to.
        ["store get", traceB, a, []],
        ["store put", traceB, a, []],
        ["store get", traceC, b, [traceB]],
        ["store put", traceC, b, [traceB]],
        ["store window", traceC, "-", []],
        ["store", traceC, "-", [traceB]]
      ])
      assert.isTrue(spans.every((span) => span.status._tag === "Ended"))
      if (emitted?._tag !== "Event") return
      assert.strictEqual(emitted.context.trace.traceId, traceC)
      const [first, ...rest] = lineageSteps(emitted.context.lineage ?? "source").toReversed()
      assert.deepStrictEqual([first?.parentCount, first?.parents], [4, [a, b, c, contextOf(3).id]])
      assert.strictEqual(rest.length, 1)
    }).pipe(
      Effect.provide(Layer.mergeAll(stageLayer, StageTracing.layer.pipe(Layer.provide(layer)), StageLineage.layer))
    )
  })

  it.effect("an event that writes twice contributes once", () =>
    Effect.gen(function*() {
      const operator = keyed<number, string, number, number>({
        name: "keyed",
        capacity: 10,
        key: () => "k",
        onEvent: (n, state) => {
          state.set(n)
          state.setTimer(100)
          state.set(n + 1)
        }
      })
      const { snapshot } = yield* runLaw(operator, [events([1, 2, 3])])
      const entries = keptEntries(snapshot, { capacity: 10 })
      assert.deepStrictEqual(entries.map(({ value, writers }) => [writers.count, value]), [[3, 4]])
    }))

  it.effect("outputs of a timer count all contributors, sampled or not", () =>
    Effect.gen(function*() {
      const operator = keyed<number, number, number, number>({
        name: "sum",
        capacity: 10,
        key: (n) => n % 3,
        onEvent: (n, state) => {
          state.set((state.value ?? 0) + n)
          state.setTimer(1e6)
        },
        onTimer: (state) => state.emit(state.value ?? 0)
      })
      const out = yield* collectItems(
        arrays<number>([events(Array.from({ length: 50 }, (_, i) => i), () => ({ lineage: "source" }))]).pipe(operator)
      )
      const counts = out.flatMap((item) =>
        item._tag === "Event" && item.context.lineage !== undefined && item.context.lineage !== "source"
          ? [item.context.lineage.parentCount]
          : []
      )
      assert.deepStrictEqual(counts, [17, 17, 16])
    }).pipe(Effect.provide(Layer.merge(stageLayer, StageLineage.layer))))
})
