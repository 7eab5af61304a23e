import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger } from "effect"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { layerLineageFromConfig, layerLineageReaderFromConfig } from "../../../src/layers/lineage/lineageFromConfig.ts"
import { LineageReader, LineageStore } from "../../../src/layers/lineage/LineageStore.ts"
import { fileName } from "../../../src/layers/lineage/sqliteSchema.ts"
import { LineageSampler } from "../../../src/layers/stage/LineageSampler.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { ids, recordOf } from "./lineageStoreContract.ts"

const environment = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))

const configured = (env: Record<string, string>) =>
  Layer.fresh(layerLineageFromConfig).pipe(Layer.provide(environment(env)))

const offerAndAsk = Effect.gen(function*() {
  const store = yield* LineageStore
  store.offer([recordOf("a"), recordOf("b")])
  return ids((yield* store.backward("a"))?.matched)
})

describe("lineage from the configuration", () => {
  it.effect("is in the data directory, where the reader finds it", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "data")
      const env = { PERIGEE_DATA_DIR: directory }
      assert.deepStrictEqual(yield* Effect.provide(offerAndAsk, configured(env)), ["a"])
      const answer = yield* LineageReader.use((reader) => reader.forward("b")).pipe(
        Effect.provide(Layer.provide(layerLineageReaderFromConfig, environment(env)))
      )
      assert.deepStrictEqual(ids(answer?.matched), ["b"])
    }))

  it.effect("is in memory where the log is", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const layer = configured({ PERIGEE_DATA_DIR: directory, PERIGEE_LOG: "memory" })
      assert.deepStrictEqual(yield* Effect.provide(offerAndAsk, layer), ["a"])
      assert.deepStrictEqual(readdirSync(directory), [])
    }))

  it.effect("off keeps nothing and decides for nothing", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const layer = configured({ PERIGEE_DATA_DIR: directory, PERIGEE_LINEAGE: "off", PERIGEE_LINEAGE_RATIO: "1" })
      yield* Effect.gen(function*() {
        assert.isUndefined(yield* offerAndAsk)
        assert.isFalse((yield* LineageSampler).keeps("a/1", "alert"))
      }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(readdirSync(directory), [])
    }))

  it.effect("takes the ratio and the bounds from the settings", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const env = { PERIGEE_DATA_DIR: directory, PERIGEE_LINEAGE_RATIO: "1", PERIGEE_LINEAGE_CAPACITY: "1" }
      yield* Effect.gen(function*() {
        assert.isTrue((yield* LineageSampler).keeps("anything", "observation"))
        const store = yield* LineageStore
        store.offer([recordOf("a"), recordOf("b"), recordOf("c")])
        yield* store.flush
        assert.strictEqual(store.counts().evicted, 2)
      }).pipe(Effect.provide(configured(env)))
    }))

  it.effect("a file that cannot be opened switches lineage off with a warning, and stops nothing", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      writeFileSync(join(directory, fileName), "no database at all".repeat(100))
      const warnings: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn") warnings.push(String(message))
      })
      const layer = Layer.provide(configured({ PERIGEE_DATA_DIR: directory }), Logger.layer([logger]))
      assert.isUndefined(yield* Effect.provide(offerAndAsk, layer))
      assert.lengthOf(warnings, 1)
      assert.match(warnings[0] ?? "", /^lineage is not kept: .*lineage\.sqlite/)
    }))
})
