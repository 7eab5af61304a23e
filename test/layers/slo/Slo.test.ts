import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric } from "effect"
import { TestClock } from "effect/testing"
import type { DeadLetter } from "../../../src/domain/deadletter/DeadLetter.ts"
import { AlertStore } from "../../../src/layers/alerts/AlertStore.ts"
import { DeadLetters, DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { layerCountedDeadLetters } from "../../../src/layers/metrics/deadLetterMetrics.ts"
import { Exemplars } from "../../../src/layers/metrics/Exemplars.ts"
import { families as familiesOf } from "../../../src/layers/metrics/format/families.ts"
import { formatOpenMetrics } from "../../../src/layers/metrics/format/openMetrics.ts"
import { layerMeasuredAlerts } from "../../../src/layers/slo/alertLatency.ts"
import { Slo } from "../../../src/layers/slo/Slo.ts"
import { SloStore, SloStoreError } from "../../../src/layers/slo/SloStore.ts"
import { alertVersion } from "../../support/alerts.ts"
import { parseOpenMetrics } from "../../support/openMetrics.ts"

const isolated = Layer.merge(
  Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map())),
  Exemplars.layerMemory()
)

const families = Effect.gen(function*() {
  return parseOpenMetrics(
    formatOpenMetrics(familiesOf(Metric.snapshotUnsafe(yield* Effect.context())), yield* Exemplars)
  )
})

const countsOf = (slo: Slo["Service"], now: number) =>
  slo.reports(now).map(({ bad, good, objective }) => [objective.name, good, bad])

describe("Slo", () => {
  const later = 50 * 86_400_000

  it.effect("judges each event by every objective: at the limit it is good", () =>
    Effect.gen(function*() {
      const slo = yield* Slo
      yield* slo.observe([30_000, 30_001, 60_000, 60_001], 1000)
      yield* slo.observe([], 1000)
      assert.deepStrictEqual(countsOf(slo, 1000), [["alert-latency", 1, 3], ["subscriber-promise", 3, 1]])
    }).pipe(Effect.provide(Layer.provide(Slo.layer, SloStore.layerMemory))))

  it.effect("goes on after a restart with what lies in the window", () =>
    Effect.gen(function*() {
      const opened = Effect.flatMap(
        Layer.build(Layer.fresh(Slo.layer)),
        (context) => Effect.provideContext(Slo, context)
      )
      const first = yield* opened
      yield* first.observe([1], 0)
      yield* first.observe([1, 99_000], later - 1000)
      yield* TestClock.setTime(later)
      const second = yield* opened
      assert.deepStrictEqual(countsOf(second, later), [["alert-latency", 1, 1], ["subscriber-promise", 1, 1]])
    }).pipe(Effect.scoped, Effect.provide(SloStore.layerMemory)))

  it.effect("a store that fails is told once, and the counts go on", () => {
    const lines: Array<unknown> = []
    const failing = Layer.succeed(SloStore, {
      record: () => new SloStoreError({ message: "disk full", cause: undefined }),
      load: () => Effect.succeed([])
    })
    return Effect.gen(function*() {
      const slo = yield* Slo
      yield* slo.observe([1], 0)
      yield* slo.observe([1], 0)
      assert.deepStrictEqual(countsOf(slo, 0), [["alert-latency", 2, 0], ["subscriber-promise", 2, 0]])
      assert.lengthOf(lines, 1)
      assert.include(String(lines[0]), "disk full")
    }).pipe(Effect.provide(Slo.layer.pipe(
      Layer.provideMerge(failing),
      Layer.provideMerge(Logger.layer([Logger.make(({ message }) => void lines.push(message))]))
    )))
  })
})

describe("measured alerts", () => {
  const measured = layerMeasuredAlerts.pipe(
    Layer.provide(Layer.provide(AlertStore.layer, MessageLog.layerMemory)),
    Layer.provideMerge(Layer.provide(Slo.layer, SloStore.layerMemory)),
    Layer.provideMerge(isolated)
  )

  it.effect("only the first emission of an alert counts, from its newest observation to its delivery", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(100_000)
      const store = yield* AlertStore
      const first = alertVersion("a", 1, { observedUntil: 60_000 })
      assert.deepStrictEqual(yield* store.upsert([first]), [first])
      assert.deepStrictEqual(yield* store.upsert([first]), [])
      yield* store.upsert([alertVersion("a", 2, { observedUntil: 0 }), alertVersion("b", 1, { observedUntil: 99_500 })])
      assert.deepStrictEqual(countsOf(yield* Slo, 100_000), [["alert-latency", 1, 1], ["subscriber-promise", 2, 0]])
      const samples = (yield* families).get("alert_latency_seconds")?.samples ?? []
      assert.deepStrictEqual(samples.slice(-2).map(({ value }) => value), [2, 40.5])
      assert.strictEqual(samples.some(({ exemplar }) => exemplar !== undefined), false)
    }).pipe(Effect.provide(measured)))

  it.effect("under a sampled span the latency leads to its trace", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(100_000)
      const store = yield* AlertStore
      const traceId = yield* Effect.useSpan("publish", (span) =>
        Effect.as(
          Effect.withParentSpan(store.upsert([alertVersion("a", 1, { observedUntil: 98_000 })]), span),
          span.traceId
        ))
      const samples = (yield* families).get("alert_latency_seconds")?.samples ?? []
      assert.deepStrictEqual(
        samples.flatMap(({ exemplar, labels }) =>
          exemplar === undefined ? [] : [[labels.le, exemplar.value, exemplar.labels.trace_id]]
        ),
        [["2.5", 2, traceId]]
      )
    }).pipe(Effect.provide(measured)))
})

describe("counted dead letters", () => {
  const letter = (operator: string, errorKind: DeadLetter["errorKind"], sampled = false): DeadLetter => ({
    schemaVersion: 1,
    id: "x",
    time: 5000,
    operator,
    errorKind,
    message: "",
    retryCount: 0,
    source: "radar",
    format: "radar",
    locator: "",
    payload: new Uint8Array(),
    position: null,
    trace: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: null, sampled, traceState: null }
  })

  it.effect("by sensor, as many as there may be series; unknown ones together", () =>
    Effect.gen(function*() {
      const letters = yield* DeadLetters
      const of = (sensorId: string): DeadLetter => ({ ...letter("decode", "Deserialization"), sensorId })
      yield* letters.offer([of("radar-1"), of("radar-1"), letter("decode", "Deserialization")])
      yield* letters.offer(Array.from({ length: 1000 }, (_, i) => of(`radar:${i}`)))
      const counts = new Map(
        ((yield* families).get("dlq_entries")?.samples ?? []).map(({ labels, value }) => [labels.source, value])
      )
      assert.strictEqual(counts.get("radar-1"), 2)
      assert.strictEqual(counts.get("unknown"), 1)
      assert.strictEqual(counts.get("radar:0"), 1)
      assert.strictEqual(counts.get("other"), 1000 - 255)
      assert.strictEqual(counts.size, 258)
    }).pipe(Effect.provide(layerCountedDeadLetters.pipe(
      Layer.provideMerge(DeadLettersMemory.layer),
      Layer.provideMerge(isolated)
    ))))

  it.effect("by operator and kind; lateness is no error; the sampled lead to their trace", () =>
    Effect.gen(function*() {
      const letters = yield* DeadLetters
      yield* letters.offer([letter("decode", "Deserialization"), letter("watermark", "Late")])
      yield* letters.offer([letter("decode", "Deserialization", true), letter("assess", "ProcessingException")])
      assert.strictEqual((yield* DeadLettersMemory).letters().length, 4)
      const all = yield* families
      const rows = (name: string) =>
        (all.get(name)?.samples ?? []).map(({ exemplar, labels, value }) => [
          labels.operator ?? labels.stage,
          labels.error_kind,
          value,
          exemplar?.labels.trace_id
        ])
      const traceId = "0af7651916cd43dd8448eb211c80319c"
      assert.deepStrictEqual(rows("dlq_entries"), [
        ["decode", "Deserialization", 2, traceId],
        ["watermark", "Late", 1, undefined],
        ["assess", "ProcessingException", 1, undefined]
      ])
      assert.deepStrictEqual(rows("operator_errors"), [
        ["decode", "Deserialization", 2, traceId],
        ["assess", "ProcessingException", 1, undefined]
      ])
    }).pipe(Effect.provide(layerCountedDeadLetters.pipe(
      Layer.provideMerge(DeadLettersMemory.layer),
      Layer.provideMerge(isolated)
    ))))
})
