import { assert, describe, it } from "@effect/vitest"
import { type Config, ConfigProvider, Duration, Effect, Layer } from "effect"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { inForce, setting } from "../../../src/layers/config/Setting.ts"
import { text } from "../../../src/layers/config/settingKinds.ts"
import {
  allSettings,
  fusionSettings,
  ignoredValues,
  kafkaSettings,
  settings,
  withFlags
} from "../../../src/layers/config/settings.ts"
import { listenTable } from "../../../src/layers/config/sourceSettings.ts"
import { kafkaDefaults, type KafkaSettings } from "../../../src/layers/log/kafka/KafkaLog.ts"
import { defaultFusionSettings, type FusionSettings } from "../../../src/operators/fusion/fusion.ts"

const root = join(import.meta.dirname, "../../..")

type Flags = Parameters<typeof withFlags>[0]

const within =
  (env: Record<string, string>, flags: Flags = {}) => <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.provide(
      effect,
      Layer.provide(withFlags(flags), ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))).pipe(
        Layer.provideMerge(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
      )
    )

const problemOf = (config: Config.Config<unknown>, env: Record<string, string>, flags: Flags = {}) =>
  Effect.map(Effect.flip(within(env, flags)(config)), (error) => error.message)

describe("the table of settings", () => {
  it("has every PERIGEE_ name that the source has, and each once", () => {
    const names = allSettings.map(({ row }) => row.name)
    assert.deepStrictEqual(names.toSorted(), [...new Set(names)].toSorted())
    const files = globSync("src/**/*.ts", { cwd: root }).filter((file) => !file.startsWith("src/layers/config/"))
    const used = files.flatMap((file) =>
      Array.from(
        readFileSync(join(root, file), "utf8").matchAll(/PERIGEE_[A-Z0-9]+(?:_[A-Z0-9]+)*/g),
        ([name]) => [file, name] as const
      )
    )
    assert.isNotEmpty(used)
    // `PERIGEE_KAFKA_*` stands for a group.
    const missing = used.filter(([, name]) => !names.some((known) => known === name || known.startsWith(`${name}_`)))
    assert.deepStrictEqual(missing, [])
  })

  it.effect("gives every default, and reads it back from its text", () =>
    Effect.gen(function*() {
      for (const setting of allSettings) {
        const { defaultText, name } = setting.row
        const value = yield* within({})(setting)
        const again = yield* within(defaultText === undefined ? {} : { [name]: defaultText })(setting)
        assert.deepStrictEqual(again, value, name)
      }
    }))

  it.effect("fusion's defaults are the pipeline's own", () =>
    Effect.gen(function*() {
      const values: FusionSettings = yield* within({})(fusionSettings)
      assert.deepStrictEqual(values, defaultFusionSettings)
      const changed = yield* within({ PERIGEE_RADAR_LATENESS: "250 millis", PERIGEE_SCREEN_HORIZON: "6h" })(
        fusionSettings
      )
      assert.strictEqual(changed.lateness.radar.latenessMillis, 250)
      assert.strictEqual(changed.screenHorizonMillis, 21_600_000)
    }))

  it.effect("Kafka's defaults are the client's own", () =>
    Effect.gen(function*() {
      const values: KafkaSettings = yield* within({})(kafkaSettings)
      assert.deepStrictEqual(values, kafkaDefaults)
      const { drainTimeout } = yield* within({ PERIGEE_KAFKA_DRAIN_TIMEOUT: "250 milliseconds" })(kafkaSettings)
      assert.strictEqual(Duration.toMillis(drainTimeout), 250)
    }))

  it.effect("a flag wins over the environment, and that over the default", () =>
    Effect.gen(function*() {
      const { log } = settings
      const both = within({ PERIGEE_LOG: "kafka" }, { log: "memory" })
      assert.strictEqual(yield* both(log), "memory")
      assert.deepStrictEqual(yield* both(inForce(log)), { text: "memory", origin: "flag" })
      const environment = within({ PERIGEE_LOG: "kafka" }, { log: undefined, seed: "7" })
      assert.strictEqual(yield* environment(log), "kafka")
      assert.deepStrictEqual(yield* environment(inForce(log)), { text: "kafka", origin: "environment" })
      assert.strictEqual(yield* environment(settings.seed), 7)
      assert.deepStrictEqual(yield* within({})(inForce(log)), { text: "embedded", origin: "default" })
      assert.deepStrictEqual(yield* within({})(inForce(settings.seed)), { text: undefined, origin: "default" })
    }))

  it.effect("flags within flags: the inner win, the outer stay", () =>
    Effect.gen(function*() {
      const inner = Effect.provide(withFlags({ "data-dir": "inner" }))
      const outer = within({ PERIGEE_LOG: "kafka" }, { "data-dir": "outer", log: "memory" })
      assert.deepStrictEqual(yield* outer(inner(inForce(settings.dataDirectory))), { text: "inner", origin: "flag" })
      assert.deepStrictEqual(yield* outer(inner(inForce(settings.log))), { text: "memory", origin: "flag" })
      assert.strictEqual(yield* outer(inner(settings.log)), "memory")
    }))

  it.effect("an empty variable is absent, an empty flag is a mistake", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* within({ PERIGEE_DATA_DIR: "" })(settings.dataDirectory), ".perigee")
      const problem = yield* problemOf(settings.dataDirectory, { PERIGEE_DATA_DIR: "there" }, { "data-dir": "" })
      assert.include(problem, "--data-dir: \"\": expected a folder, not empty")
    }))

  it.effect.each(
    [
      [settings.log, "PERIGEE_LOG", "paper", "expected embedded, kafka or memory"],
      [settings.speed, "PERIGEE_SPEED", "0", "expected a number above 0 to 1000"],
      [settings.seed, "PERIGEE_SEED", "1.5", "expected a whole number from 0"],
      [settings.simulator, "PERIGEE_SIMULATOR", "yes", "expected on or off"],
      [listenTable.radar.port, "PERIGEE_RADAR_PORT", "70000", "expected a whole number from 0 to 65535"],
      [settings.radarReceiveBuffer, "PERIGEE_RADAR_RECEIVE_BUFFER", "4 m", "expected bytes above 0, or kB"],
      [settings.opticalPollInterval, "PERIGEE_OPTICAL_POLL_INTERVAL", "1000", "expected a number above 0 and ms, s"],
      [settings.traceRatio, "PERIGEE_TRACE_RATIO", "0x1", "expected a number from 0 to 1"],
      [settings.faults, "PERIGEE_FAULTS", "duplicates,gremlins", "expected name[=source][@seconds]"],
      [fusionSettings, "PERIGEE_DEDUPE_CAPACITY", "many", "expected a whole number from 1"],
      [kafkaSettings, "PERIGEE_KAFKA_BROKERS", "localhost", "expected host:port"]
    ] as const
  )(
    "%#: a bad value is told with its name and what was expected",
    ([config, name, value, expected]) =>
      Effect.gen(function*() {
        const problem = yield* problemOf(config, { [name]: value })
        assert.include(problem, `${name}: "${value}": ${expected}`)
      })
  )

  it.effect("settings that contradict each other are told", () =>
    Effect.gen(function*() {
      assert.include(yield* problemOf(fusionSettings, { PERIGEE_WINDOW_SLIDE: "31s" }), "PERIGEE_WINDOW_SLIDE")
      assert.include(
        yield* problemOf(kafkaSettings, { PERIGEE_KAFKA_HEARTBEAT_INTERVAL: "30s" }),
        "PERIGEE_KAFKA_HEARTBEAT_INTERVAL"
      )
    }))

  it.effect("what is read has units: milliseconds, bytes", () =>
    Effect.gen(function*() {
      const env = {
        PERIGEE_RADAR_RECEIVE_BUFFER: "16 KiB",
        PERIGEE_OPTICAL_POLL_INTERVAL: "2 seconds",
        PERIGEE_KAFKA_BROKERS: "a:1, b:2",
        PERIGEE_FAULTS: "duplicates,silent-sensor=radar-syowa@5s"
      }
      assert.strictEqual(yield* within(env)(settings.radarReceiveBuffer), 16_384)
      for (
        const [given, bytes] of [["1.5 KiB", 1536], ["4MB", 4_000_000], ["2 gigabytes", undefined], ["7", 7]] as const
      ) {
        assert.strictEqual(settings.radarReceiveBuffer.row.accepts(given), bytes !== undefined, given)
        if (bytes === undefined) continue
        assert.strictEqual(yield* within({ PERIGEE_RADAR_RECEIVE_BUFFER: given })(settings.radarReceiveBuffer), bytes)
      }
      assert.strictEqual(yield* within(env)(settings.opticalPollInterval), 2000)
      assert.deepStrictEqual((yield* within(env)(kafkaSettings)).brokers, ["a:1", "b:2"])
      assert.strictEqual(yield* within(env)(settings.faults), "duplicates,silent-sensor=radar-syowa@5s")
    }))

  it.effect("a secret is in no error", () =>
    Effect.gen(function*() {
      const secret = setting({ name: "PERIGEE_X", kind: text("text"), fallback: "x", what: "", why: "", secret: true })
      assert.strictEqual(secret.row.show("hunter2"), "<redacted>")
      const problem = yield* problemOf(settings.opticalUrl, { PERIGEE_OPTICAL_URL: "ftp://me:hunter2@host/" })
      assert.include(problem, "PERIGEE_OPTICAL_URL: \"<redacted>\": expected an http or https address")
      assert.strictEqual(
        settings.opticalUrl.row.show("https://me:hunter2@host:8443/archive?key=hunter2"),
        "https://<redacted>@host:8443/archive?<redacted>"
      )
    }))

  it("every number has a bound, so that none asks for what never ends", () => {
    const absurd = ["1e15", "999999999999d", "1000d", "900 TiB"]
    const unbounded = allSettings.filter(({ row }) =>
      ["duration", "bytes"].includes(row.unit) || /number/.test(row.expected)
    ).filter(({ row }) => !row.name.endsWith("_RETENTION") && absurd.some((text) => row.accepts(text)))
    assert.deepStrictEqual(unbounded.map(({ row }) => row.name), [])
    assert.include(settings.lineageRetention.row.expected, "at most 3650d")
  })
})

describe("variables of all programs", () => {
  const shared = allSettings.filter(({ row }) => !row.name.startsWith("PERIGEE_"))

  it.effect.each(
    [
      ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
      ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317"],
      ["OTEL_RESOURCE_ATTRIBUTES", "note=50%"],
      ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s"],
      ["OTEL_EXPORTER_OTLP_TIMEOUT", "-1"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "a b=c"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "a=b%0d%0ac: d"],
      ["OTEL_BSP_MAX_QUEUE_SIZE", "0"],
      ["OTEL_METRIC_EXPORT_INTERVAL", "1m"],
      ["OTEL_SDK_DISABLED", "1"],
      ["OPENLINEAGE_URL", "lineage.example"]
    ] as const
  )("%s=%s is as if it were not set, and told", ([name, value]) =>
    Effect.gen(function*() {
      for (const setting of shared) {
        assert.deepStrictEqual(yield* within({ [name]: value })(setting), yield* within({})(setting), setting.row.name)
      }
      const told = yield* within({ [name]: value })(ignoredValues)
      assert.lengthOf(told, 1)
      assert.match(told[0] ?? "", new RegExp(`^${name}: .*ignored, as if it were not set: expected `))
    }))

  it.effect("no text at all keeps the program from starting", () =>
    Effect.gen(function*() {
      for (const text of ["", " ", "%", "=", "\u0000", "http://", "grpc", "🛰", "-1", "1e400", "a=%zz", "NaN"]) {
        const env = Object.fromEntries(shared.map(({ row }) => [row.name, text]))
        yield* Effect.forEach(shared, within(env), { discard: true })
      }
    }))

  it.effect("are read as OpenTelemetry's rules have it", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* within({ OTEL_EXPORTER_OTLP_PROTOCOL: "HTTP/Protobuf" })(settings.otlpProtocol),
        "http/protobuf"
      )
      assert.isTrue(yield* within({ OTEL_SDK_DISABLED: "TRUE" })(settings.otelSdkDisabled))
      assert.strictEqual(yield* within({ OTEL_EXPORTER_OTLP_TIMEOUT: "0" })(settings.otlpTimeout), 2 ** 31 - 1)
      assert.deepStrictEqual(
        yield* within({ OTEL_RESOURCE_ATTRIBUTES: "a=1%2C2, b = c" })(settings.resourceAttributes),
        { a: "1,2", b: "c" }
      )
      assert.deepStrictEqual(yield* within({ OTEL_SDK_DISABLED: "false" })(ignoredValues), [])
    }))
})
