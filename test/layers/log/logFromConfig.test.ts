import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { layerLogFromConfig } from "../../../src/layers/log/logFromConfig.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { record } from "./contract/support.ts"

const append = Effect.gen(function*() {
  const log = yield* MessageLog
  yield* log.ensureTopic({ name: "t", partitions: 1 })
  const [position] = yield* log.append("t", [record("a")])
  return position?.offset
})

const withEnvironment = (env: Record<string, string>) =>
  Effect.provide(Layer.provide(layerLogFromConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))

describe("layerLogFromConfig", () => {
  it.effect("embedded by default, in the data directory, durable", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "data")
      for (const offset of [0, 1]) {
        assert.strictEqual(yield* append.pipe(withEnvironment({ PERIGEE_DATA_DIR: directory })), offset)
      }
      const full = { PERIGEE_LOG: "embedded", PERIGEE_DATA_DIR: directory, PERIGEE_LOG_SYNCHRONOUS: "FULL" }
      assert.strictEqual(yield* append.pipe(withEnvironment(full)), 2)
    }))

  it.effect("memory writes nothing", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "data")
      const env = { PERIGEE_LOG: "memory", PERIGEE_DATA_DIR: directory }
      for (const _ of [1, 2]) assert.strictEqual(yield* append.pipe(withEnvironment(env)), 0)
      assert.isFalse(existsSync(directory))
    }))

  it.effect.each([
    { PERIGEE_LOG: "paper" },
    { PERIGEE_LOG_SYNCHRONOUS: "sometimes" }
  ])("an unknown value is a ConfigError that names the variable: %o", (env) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(append.pipe(withEnvironment(env)))
      assert.strictEqual(error._tag, "ConfigError")
      for (const name of Object.keys(env)) assert.include(error.message, name)
    }))
})
