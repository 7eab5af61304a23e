import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { config } from "../../src/commands/config.ts"
import { allSettings } from "../../src/layers/config/settings.ts"
import { runner } from "../support/command.ts"

const run = runner(config)

describe("perigee config", () => {
  it.live("prints every setting with its value, unit and origin", () =>
    Effect.gen(function*() {
      const env = { PERIGEE_LOG: "kafka", PERIGEE_SPEED: "2" }
      const { code, err, out } = yield* run(["--speed", "10", "--no-simulator", "--json"], env)
      assert.deepStrictEqual([code, err, out.length], [0, [], 1])
      const { settings } = JSON.parse(out[0] ?? "")
      const by = new Map(settings.map((line: { readonly name: string }) => [line.name, line]))
      assert.deepStrictEqual([...by.keys()], allSettings.map(({ row }) => row.name))
      assert.deepStrictEqual(by.get("PERIGEE_SPEED"), {
        name: "PERIGEE_SPEED",
        value: "10",
        unit: "times",
        origin: "flag",
        flag: "speed",
        default: "1"
      })
      assert.deepInclude(by.get("PERIGEE_SIMULATOR"), { value: "off", origin: "flag" })
      assert.deepInclude(by.get("PERIGEE_LOG"), { value: "kafka", origin: "environment" })
      assert.deepInclude(by.get("PERIGEE_DATA_DIR"), { value: ".perigee", origin: "default" })
      assert.deepInclude(by.get("PERIGEE_SEED"), { value: null, origin: "default", default: null })
    }))

  it.live("prints a table for people", () =>
    Effect.gen(function*() {
      const { out } = yield* run(["--seed", "7"], { PERIGEE_DATA_DIR: "/data\u001b[2J" })
      const text = out.join("\n")
      assert.match(text, /^ {2}PERIGEE_SEED +7 +number +flag --seed$/m)
      assert.match(text, /^ {2}PERIGEE_LOG +embedded +choice +default$/m)
      assert.match(text, /^ {2}PERIGEE_DATA_DIR +\/data\\u001b\[2J +a folder +environment$/m)
      assert.match(text, /^ {2}PERIGEE_OPTICAL_URL +\(none\) +address +default$/m)
    }))

  it.live("redacts secrets and names variables that are none, on standard error, without their value", () =>
    Effect.gen(function*() {
      const { code, err, out } = yield* run([], {
        PERIGEE_OPTICAL_URL: "https://me:hunter2@archive.example/x",
        PERIGEE_LOGG: "hunter2",
        PERIGEE_LOG_SYNCHRONUS: "FULL",
        PERIGEE_X_999999999: "1",
        OTHER: "1"
      })
      assert.strictEqual(code, 0)
      assert.include(out.join("\n"), "https://<redacted>@archive.example/x")
      assert.notInclude([...out, ...err].join("\n"), "hunter2")
      assert.deepStrictEqual(
        err,
        [
          "PERIGEE_LOGG is not a setting: PERIGEE_LOG was probably meant",
          "PERIGEE_LOG_SYNCHRONUS is not a setting: PERIGEE_LOG_SYNCHRONOUS was probably meant",
          "PERIGEE_X_* is not a setting"
        ]
      )
    }))

  it.live("prints all the same when values are bad, names each, and ends with 2", () =>
    Effect.gen(function*() {
      const { code, failure = "", out } = yield* run(["--log", "paper", "--json"], { PERIGEE_ISL_PORT: "x" })
      assert.strictEqual(code, 2)
      assert.deepStrictEqual(failure.split("\n").map((line) => line.split(":")[0]), ["--log", "PERIGEE_ISL_PORT"])
      const { settings } = JSON.parse(out[0] ?? "")
      assert.include(settings.find(({ name }: { readonly name: string }) => name === "PERIGEE_LOG").problem, "paper")
      const slide = yield* run([], { PERIGEE_WINDOW_SLIDE: "1h" })
      assert.deepStrictEqual([slide.code, slide.failure?.split(":")[0]], [2, "PERIGEE_WINDOW_SLIDE"])
    }))

  it.live("a value that OpenTelemetry's variables cannot have here is named, and not in force", () =>
    Effect.gen(function*() {
      const { code, err, out } = yield* run(["--json"], {
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
        OTEL_EXPORTER_OTLP_TIMEOUT: "10s",
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=hunter2,x"
      })
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(err.map((line) => line.split(":")[0]).toSorted(), [
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_TIMEOUT"
      ])
      assert.notInclude([...out, ...err].join("\n"), "hunter2")
      const { settings } = JSON.parse(out[0] ?? "")
      const protocol = settings.find(({ name }: { readonly name: string }) => name === "OTEL_EXPORTER_OTLP_PROTOCOL")
      assert.deepInclude(protocol, { value: "http/json", origin: "default" })
    }))

  it.live("a level for a stage that is none is told, with the stages that there are", () =>
    Effect.gen(function*() {
      const { code, failure = "" } = yield* run([], { PERIGEE_LOG_LEVELS: "decoed=debug" })
      assert.strictEqual(code, 2)
      assert.match(failure, /^PERIGEE_LOG_LEVELS: there is no stage decoed, decode was probably meant; .*publish/)
      assert.strictEqual((yield* run([], { PERIGEE_LOG_LEVELS: "decode=debug, screen=warn" })).code, 0)
    }))
})
