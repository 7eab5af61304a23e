import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Console, Context, Effect, Layer, Option, type Tracer } from "effect"
import { Logging, type LoggingOptions } from "../../../src/layers/logging/logging.ts"
import { layerLoggingFromConfig } from "../../../src/layers/logging/loggingFromConfig.ts"
import { stageSpans } from "../../support/stageSpans.ts"

/** The lines that `effect` writes to standard error, by the loggers of `layer`. */
const linesOf = <A, E>(layer: Layer.Layer<never>, effect: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const captured: Console.Console = { ...(yield* Console.Console), error: (line) => void lines.push(String(line)) }
    yield* effect.pipe(Effect.provide(layer), Effect.provideService(Console.Console, captured))
    return lines
  })

const plain: LoggingOptions = { format: "logfmt", level: "Info", levels: new Map() }
const observation = "3b241101-e2bb-5255-8caf-4136c566a962"

describe("log lines", () => {
  it.effect("under a stage's span they carry trace, span and observation, also from a span nested in it", () =>
    Effect.gen(function*() {
      const span = yield* stageSpans.start("publish", observation)
      const lines = yield* linesOf(
        Logging.layer({ ...plain, format: "json" }),
        Effect.logInfo("mine").pipe(
          Effect.withSpan("user's own"),
          Effect.andThen(Effect.logWarning("theirs")),
          Effect.withParentSpan(span)
        )
      )
      const [nested, own] = lines.map((line) => {
        const parsed: unknown = JSON.parse(line)
        return parsed
      })
      assert.nestedInclude(own, {
        trace_id: span.traceId,
        span_id: span.spanId,
        observation_id: observation,
        message: "theirs",
        level: "WARN"
      })
      assert.nestedInclude(nested, { trace_id: span.traceId, observation_id: observation, message: "mine" })
      assert.notNestedInclude(nested, { span_id: span.spanId })
    }))

  it.effect("without a span they carry none of it, in every format", () =>
    Effect.gen(function*() {
      for (const format of ["logfmt", "json", "pretty"] as const) {
        const [line = ""] = yield* linesOf(
          Logging.layer({ ...plain, format }),
          Effect.logInfo("hello").pipe(Effect.annotateLogs("partner", "a b"))
        )
        assert.include(line, "hello")
        assert.include(line, "a b")
        assert.notMatch(line, /trace_id|span_id|observation_id/)
      }
    }))

  it.effect("of a span that nobody can find they carry no ids; of a request's they do", () =>
    Effect.gen(function*() {
      const tracer = yield* Effect.tracer
      const span = (kind: "internal" | "server", sampled: boolean) =>
        tracer.span({
          name: "own",
          parent: Option.none(),
          annotations: Context.empty(),
          links: [],
          startTime: 0n,
          kind,
          root: true,
          sampled
        })
      const said = (of: Tracer.Span) =>
        linesOf(Logging.layer(plain), Effect.withParentSpan(Effect.logInfo("hello"), of))
      assert.notMatch((yield* said(span("internal", false))).join(), /trace_id|span_id/)
      assert.match((yield* said(span("internal", true))).join(), /trace_id=/)
      assert.match((yield* said(span("server", false))).join(), /trace_id=/)
    }))

  it.effect("in logfmt and for a person the ids stand behind the line", () =>
    Effect.gen(function*() {
      const span = yield* stageSpans.start("publish", observation)
      for (const format of ["logfmt", "pretty"] as const) {
        const [line = ""] = yield* linesOf(
          Logging.layer({ ...plain, format }),
          Effect.withParentSpan(Effect.logError("gone"), span)
        )
        assert.isTrue(
          line.endsWith(` trace_id=${span.traceId} span_id=${span.spanId} observation_id=${observation}`),
          line
        )
      }
    }))
})

describe("log levels", () => {
  const say = Effect.andThen(
    Effect.logDebug("debug"),
    Effect.andThen(Effect.logInfo("info"), Effect.logWarning("warn"))
  )

  const heard = (lines: ReadonlyArray<string>) => lines.map((line) => /message="?(\w+)/.exec(line)?.[1])

  it.effect("one for all, others for operators, known by their span or their annotation", () =>
    Effect.gen(function*() {
      const layer = Logging.layer({ ...plain, levels: new Map([["associate", "Debug"], ["publish", "Warn"]]) })
      const [associate, publish] = [
        yield* stageSpans.start("associate", observation),
        yield* stageSpans.start("publish", observation)
      ]
      assert.deepStrictEqual(heard(yield* linesOf(layer, say)), ["info", "warn"])
      assert.deepStrictEqual(heard(yield* linesOf(layer, Effect.withParentSpan(say, associate))), [
        "debug",
        "info",
        "warn"
      ])
      assert.deepStrictEqual(heard(yield* linesOf(layer, Effect.withParentSpan(say, publish))), ["warn"])
      assert.deepStrictEqual(heard(yield* linesOf(layer, Effect.annotateLogs(say, "operator", "associate"))), [
        "debug",
        "info",
        "warn"
      ])
    }))

  it.effect("come from the settings; what cannot be meant leaves the defaults", () =>
    Effect.gen(function*() {
      const within = (env: Record<string, string>) =>
        Layer.provide(layerLoggingFromConfig, ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
      const annotated = Effect.annotateLogs(say, "operator", "associate")
      assert.deepStrictEqual(heard(yield* linesOf(within({ PERIGEE_LOG_LEVEL: "warn" }), say)), ["warn"])
      assert.deepStrictEqual(
        heard(yield* linesOf(within({ PERIGEE_LOG_LEVEL: "none", PERIGEE_LOG_LEVELS: "associate=info" }), annotated)),
        ["info", "warn"]
      )
      assert.deepStrictEqual(heard(yield* linesOf(within({ PERIGEE_LOG_LEVELS: "loud" }), say)), ["info", "warn"])
    }))
})
