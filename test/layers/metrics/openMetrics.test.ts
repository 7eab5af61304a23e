import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exemplars } from "../../../src/layers/metrics/Exemplars.ts"
import { Exposition, prefersOpenMetrics } from "../../../src/layers/metrics/Exposition.ts"
import { families } from "../../../src/layers/metrics/format/families.ts"
import { formatOpenMetrics } from "../../../src/layers/metrics/format/openMetrics.ts"
import { metricFamilies } from "../../../src/layers/metrics/instruments.ts"
import { parseOpenMetrics } from "../../support/openMetrics.ts"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"

/** A registry of the test's own, and the exemplars beside it. */
const isolated = Layer.merge(
  Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map())),
  Exemplars.layerMemory()
)

const rendered = Effect.gen(function*() {
  const context = yield* Effect.context()
  return parseOpenMetrics(formatOpenMetrics(families(Metric.snapshotUnsafe(context)), yield* Exemplars))
})

describe("OpenMetrics", () => {
  it.effect("counters, gauges, info and units are named as the format asks", () =>
    Effect.gen(function*() {
      const { counter, gauge } = yield* metricFamilies
      counter("source_gap_total", "Frames that \"never\" came\\\nat all")(3, { source: "a\"b\\c\nd" })
      gauge("commit_lag", "Records")(5, { topic: "observations" })
      gauge("catalogue_age_seconds", "Age")(1.5e-7)
      gauge("perigee_build_info", "1")(1, { version: "1.0" })
      const families = yield* rendered
      assert.deepStrictEqual(Array.from(families.values(), ({ name, type, unit }) => [name, type, unit]), [
        ["source_gap", "counter", undefined],
        ["commit_lag", "gauge", undefined],
        ["catalogue_age_seconds", "gauge", "seconds"],
        ["perigee_build", "info", undefined]
      ])
      assert.deepStrictEqual(families.get("source_gap")?.samples, [
        { name: "source_gap_total", labels: { source: "a\"b\\c\nd" }, value: 3, exemplar: undefined }
      ])
      assert.strictEqual(families.get("catalogue_age_seconds")?.samples[0]?.value, 1.5e-7)
    }).pipe(Effect.provide(isolated)))

  it.effect("a histogram's exemplars stand at the bucket of their value, a counter's newest at its total", () =>
    Effect.gen(function*() {
      const context = yield* Effect.context()
      const boundaries = [0.1, 1, 10]
      const histogram = Metric.histogram("latency_seconds", {
        description: "d",
        boundaries,
        attributes: { stage: "a" }
      })
      for (const value of [0.05, 0.1, 0.5, 100]) histogram.updateUnsafe(value, context)
      const offer = (yield* Exemplars).series("latency_seconds", { stage: "a" }, boundaries)
      offer({ traceId, spanId, value: 0.1, time: 1000 })
      offer({ traceId, spanId, value: 0.4, time: 2000 })
      offer({ traceId, spanId: undefined, value: 0.5, time: 3000 })
      offer({ traceId, spanId, value: 100, time: 4000 })
      const { counter } = yield* metricFamilies
      counter("events_total", "d")(2)
      const count = (yield* Exemplars).series("events_total", {})
      count({ traceId: "00000000000000000000000000000001", spanId, value: 1, time: 5000 })
      count({ traceId, spanId, value: 1, time: 6123 })
      const families = yield* rendered
      assert.deepStrictEqual(
        families.get("latency_seconds")?.samples.map(({ exemplar, labels, value }) => [labels.le, value, exemplar]),
        [
          ["0.1", 2, { labels: { trace_id: traceId, span_id: spanId }, value: 0.1, time: 1 }],
          ["1", 3, { labels: { trace_id: traceId }, value: 0.5, time: 3 }],
          ["10", 3, undefined],
          ["+Inf", 4, { labels: { trace_id: traceId, span_id: spanId }, value: 100, time: 4 }],
          [undefined, 4, undefined],
          [undefined, 100.65, undefined]
        ]
      )
      assert.deepStrictEqual(families.get("events")?.samples[0]?.exemplar, {
        labels: { trace_id: traceId, span_id: spanId },
        value: 1,
        time: 6.123
      })
    }).pipe(Effect.provide(isolated)))

  it.effect("exemplars are bounded, and there are none by default", () =>
    Effect.gen(function*() {
      const offer = (metric: string) =>
        Effect.map(Exemplars, (exemplars) => {
          exemplars.series(metric, {})({ traceId, spanId, value: 1, time: 0 })
          return exemplars.of(metric, {}).length
        })
      assert.strictEqual(yield* offer("a"), 0)
      const counts = yield* Effect.all([offer("a"), offer("b"), offer("c"), offer("a")]).pipe(
        Effect.provide(Exemplars.layerMemory(2))
      )
      assert.deepStrictEqual(counts, [1, 1, 0, 1])
    }))

  it.effect("an empty registry is an empty exposition", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* rendered).size, 0)
    }).pipe(Effect.provide(isolated)))
})

describe("instruments", () => {
  it.effect("a counter follows a total, also of a holder that began anew; what is not known stays absent", () =>
    Effect.gen(function*() {
      const make = yield* metricFamilies
      const total = make.counter("things_total", "d")
      for (const value of [3, 3, undefined, 10, 4]) total(value)
      const gauge = make.gauge("level", "d")
      gauge(undefined, { of: "a" })
      gauge(Number.NaN, { of: "b" })
      gauge(2, { of: "c" })
      const families = yield* rendered
      assert.strictEqual(families.get("things")?.samples[0]?.value, 14)
      assert.deepStrictEqual(families.get("level")?.samples.map(({ labels, value }) => [labels.of, value]), [["c", 2]])
    }).pipe(Effect.provide(isolated)))
})

describe("what a scraper asks for", () => {
  it.each([
    [
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      true
    ],
    ["application/openmetrics-text; q=0", false],
    ["text/plain, application/openmetrics-text;q=0.5", false],
    ["text/plain", false],
    ["*/*", false],
    ["", false]
  ])("%s", (accept, expected) => {
    assert.strictEqual(prefersOpenMetrics(accept), expected)
  })

  it.effect("collectors run before each reading; one that throws does not stop the others; a closed one is not run", () =>
    Effect.gen(function*() {
      const collectors = yield* Collectors
      let readings = 0
      yield* collectors.add(() => {
        throw new Error("broken")
      })
      const gauge = (yield* metricFamilies).gauge("readings", "d")
      yield* collectors.add(() => gauge(++readings))
      yield* Effect.scoped(collectors.add(() => gauge(1000)))
      const { render } = yield* Exposition
      yield* render("")
      const text = yield* render("")
      assert.strictEqual(text?.contentType, "text/plain; version=0.0.4; charset=utf-8")
      assert.include(text?.body, "readings 2\n")
      const open = yield* render("application/openmetrics-text")
      assert.strictEqual(open?.contentType, "application/openmetrics-text; version=1.0.0; charset=utf-8")
      assert.strictEqual(parseOpenMetrics(open?.body ?? "").get("readings")?.samples[0]?.value, 3)
    }).pipe(
      Effect.scoped,
      Effect.provide(Exposition.layer.pipe(Layer.provideMerge(Layer.merge(Collectors.layer, isolated))))
    ))
})
