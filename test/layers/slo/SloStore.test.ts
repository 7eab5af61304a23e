import { assert, describe, it, layer as withLayer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { EmbeddedSloStore } from "../../../src/layers/slo/EmbeddedSloStore.ts"
import { keptMillis, SloStore } from "../../../src/layers/slo/SloStore.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

const minutes = 60_000

/** Each test has objectives of its own; times ascend over the tests, as `record` forgets by the newest. */
const contract = <E>(name: string, layer: Layer.Layer<SloStore, E>): void =>
  withLayer(layer)(`SloStore contract: ${name}`, (it) => {
    it.effect("adds up what falls into one bucket, and keeps buckets and objectives apart", () =>
      Effect.gen(function*() {
        const store = yield* SloStore
        yield* store.record([
          { objective: "b", time: 0, good: 1, bad: 0 },
          { objective: "a", time: 6 * minutes, good: 2, bad: 1 },
          { objective: "a", time: 1 * minutes, good: 1, bad: 0 }
        ])
        yield* store.record([{ objective: "a", time: 4 * minutes, good: 1, bad: 5 }])
        assert.deepStrictEqual(yield* store.load(0), [
          { objective: "a", time: 0, good: 2, bad: 5 },
          { objective: "a", time: 5 * minutes, good: 2, bad: 1 },
          { objective: "b", time: 0, good: 1, bad: 0 }
        ])
        assert.deepStrictEqual(yield* store.load(5 * minutes), [
          { objective: "a", time: 5 * minutes, good: 2, bad: 1 }
        ])
      }))

    it.effect("recording nothing changes nothing", () =>
      Effect.gen(function*() {
        const store = yield* SloStore
        const before = yield* store.load(0)
        yield* store.record([])
        assert.deepStrictEqual(yield* store.load(0), before)
      }))

    it.effect("forgets what is more than 31 days older than the newest", () =>
      Effect.gen(function*() {
        const store = yield* SloStore
        const newest = 1000 * minutes + keptMillis
        yield* store.record([{ objective: "kept", time: newest - keptMillis, good: 1, bad: 0 }])
        yield* store.record([{ objective: "new", time: newest, good: 0, bad: 1 }])
        assert.deepStrictEqual(yield* store.load(0), [
          { objective: "kept", time: newest - keptMillis, good: 1, bad: 0 },
          { objective: "new", time: newest, good: 0, bad: 1 }
        ])
      }))
  })

contract("memory", SloStore.layerMemory)
contract("embedded", Layer.unwrap(Effect.map(temporaryDirectory, EmbeddedSloStore.layer)))

describe("EmbeddedSloStore", () => {
  const open = <A, E>(directory: string, use: (store: SloStore["Service"]) => Effect.Effect<A, E>) =>
    Effect.flatMap(SloStore, use).pipe(Effect.provide(Layer.fresh(EmbeddedSloStore.layer(directory))))

  it.live("survives its process, and two at once add to the same counts", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const one = { objective: "a", time: 0, good: 1, bad: 0 }
      yield* open(directory, (first) =>
        Effect.andThen(
          first.record([one]),
          open(directory, (second) => Effect.andThen(second.record([one]), first.record([one])))
        ))
      assert.deepStrictEqual(yield* open(directory, (store) => store.load(0)), [{ ...one, good: 3 }])
    }))

  it.live("a file that is no database is an error that names it", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const file = join(directory, "slo.sqlite")
      writeFileSync(file, "not a database at all, not even a little, but long enough to be looked at")
      const error = yield* Effect.flip(open(directory, (store) => store.load(0)))
      assert.include(error.message, file)
    }))
})
