/** What tracing does to the fusion pipeline, and what it must not do. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { OtlpSerialization } from "effect/observability"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { encodeObservationLine } from "../../../src/domain/observation/observationJson.ts"
import { extract } from "../../../src/domain/tracing/propagation.ts"
import { traceIdOf } from "../../../src/domain/tracing/traceId.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { StageLineage, StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { FlightRecorder } from "../../../src/layers/tracing/recorder/FlightRecorder.ts"
import { RecordedSpans, type SpanSink } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { type FusionRun, lineRecord, observed, recordsOf, runFusion } from "../../support/fusionRun.ts"
import { otlpReceiver } from "../../support/otlp/receiver.ts"
import { reachedFrom, spansById } from "../../support/topologies.ts"

const { catalogue: flown, observations } = observed({ seconds: 40, count: 40, seed: 7 })
/** Half of what flies is not in it, so that there are observations that belong to nothing. */
const catalogue = new Map(Array.from(flown).filter(([id], i) => id === "98001" || id === "98002" || i % 2 === 0))
const records = recordsOf(observations)
const run = runFusion({ records, catalogue })

/** Everything that tracing can do, at this share. */
const traced = <A, E, R>(ratio: number, spans: Layer.Layer<A | SpanSink, E, R>) =>
  Layer.mergeAll(
    StageTracing.layer,
    StageLineage.layer,
    HeadSampler.layerRatio(ratio),
    FlightRecorder.layer({ slowMillis: 0 })
  ).pipe(Layer.provideMerge(spans))

const utf8 = new TextDecoder()

const payloads = ({ written: { alerts, uncorrelated } }: FusionRun) => ({
  alerts: alerts.map(({ key, timestamp, value }) => [key, timestamp, utf8.decode(value)]),
  uncorrelated: uncorrelated.map(({ key, timestamp, value }) => [key, timestamp, utf8.decode(value)])
})

describe("tracing of the fusion pipeline", () => {
  it.live(
    "payloads are byte-identical with tracing off, at 1 %, at 100 %, and with an exporter that hangs",
    () =>
      Effect.gen(function*() {
        const off = payloads(yield* run)
        assert.isAbove(off.alerts.length, 3)
        assert.isAbove(off.uncorrelated.length, 0)
        for (const ratio of [0.01, 1]) {
          const { spans, traced: at } = yield* Effect.gen(function*() {
            const traced = yield* run
            return { traced, spans: (yield* RecordedSpans).spans().length }
          }).pipe(Effect.provide(traced(ratio, Tracing.layerTest)))
          assert.isAbove(spans, 0)
          assert.deepStrictEqual(payloads(at), off, `at ${ratio}`)
        }
        const receiver = yield* otlpReceiver()
        receiver.reply = () => "hang"
        const hanging = Tracing.layerOtlp({
          url: receiver.url,
          resource: { "service.name": "perigee" },
          version: "1",
          interval: "10 millis",
          maxQueued: 512,
          shutdownTimeout: "50 millis"
        }).pipe(Layer.provide(Layer.merge(NodeHttpClient.layerUndici, OtlpSerialization.layerJson)))
        const hung = yield* run.pipe(Effect.provide(traced(1, hanging)))
        assert.isAbove(receiver.requests(), 0)
        assert.deepStrictEqual(payloads(hung), off, "with a receiver that hangs")
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "nothing sampled: every version of an alert has the operator spans of the event that it came of",
    () =>
      Effect.gen(function*() {
        const { spans, written } = yield* Effect.gen(function*() {
          const { written } = yield* run
          return { written, spans: (yield* RecordedSpans).spans() }
        }).pipe(
          Effect.provide(
            Layer.mergeAll(
              StageTracing.layer,
              HeadSampler.layerRatio(0),
              FlightRecorder.layer({ slowMillis: Infinity })
            ).pipe(Layer.provideMerge(Tracing.layerTest))
          )
        )
        assert.isAbove(written.alerts.length, 3)
        for (const { headers } of written.alerts) {
          const traceId = extract({ ...headers })?.traceId
          const names = spans.filter((span) => span.traceId === traceId).map(({ name }) => name)
          for (const stage of ["decode", "track", "assess", "alert", "publish"]) assert.include(names, stage)
        }
      }),
    60_000
  )

  it.live(
    "records of alerts and of uncorrelated observations carry the context of their span, sampled or not",
    () =>
      Effect.gen(function*() {
        const { spans, written } = yield* Effect.gen(function*() {
          const { written } = yield* run
          return { written, spans: (yield* RecordedSpans).spans() }
        }).pipe(Effect.provide(traced(0.5, Tracing.layerTest)))
        const byId = spansById(spans)
        const seen = { sampled: 0, unsampled: 0 }
        for (const [stage, topic] of [["publish", written.alerts], ["uncorrelated", written.uncorrelated]] as const) {
          for (const { headers } of topic) {
            const context = extract({ ...headers })
            assert.isDefined(context)
            const span = byId.get(context.spanId)
            seen[context.sampled ? "sampled" : "unsampled"]++
            if (!context.sampled) continue
            assert.deepStrictEqual([span?.name, span?.traceId], [stage, context.traceId])
            assert.strictEqual(context.traceState, "ot=th:8")
          }
        }
        assert.isAbove(seen.sampled, 0)
        assert.isAbove(seen.unsampled, 0)
      }),
    120_000
  )

  it.live("an alert's trace reaches back to observations of both objects", () =>
    Effect.gen(function*() {
      const { written: { alerts } } = yield* run
      const { settle } = yield* StageTracing
      settle()
      const spans = spansById((yield* RecordedSpans).spans())
      const known = new Set<string>(observations.map(({ observationId }) => observationId))
      const sources = new Set<string>()
      for (const { headers } of alerts) {
        const context = extract({ ...headers })
        const reached = reachedFrom(spans, context?.spanId ?? "")
        assert.isAbove(reached.size, 0)
        for (const id of reached) {
          if (known.has(id)) sources.add(id)
        }
      }
      assert.isAbove(sources.size, 4)
    }).pipe(Effect.provide(traced(1, Tracing.layerTest))), 120_000)

  it.live("a line with an id of its own has the trace of its id, from its own root on, linked to the record's", () =>
    Effect.gen(function*() {
      const [sample] = observations
      assert.isDefined(sample)
      const line = encodeObservationLine(sample)
      yield* runFusion({ records: [lineRecord(line)], catalogue })
      const { settle } = yield* StageTracing
      settle()
      const spans = (yield* RecordedSpans).spans()
      const recordTrace = traceIdOf(observationIdOf("file", new TextEncoder().encode(line)))
      const ownTrace = traceIdOf(sample.observationId)
      assert.notStrictEqual(recordTrace, ownTrace)
      const root = spans.find(({ name, traceId }) => traceId === ownTrace && name === "observation")
      assert.isDefined(root)
      assert.isUndefined(root.parentSpanId)
      assert.strictEqual(root.attributes["observation.id"], sample.observationId)
      const read = spans.find(({ name, traceId }) => traceId === recordTrace && name === "decode")
      assert.deepStrictEqual(root.links.map(({ spanId, traceId }) => [traceId, spanId]), [[recordTrace, read?.spanId]])
      const own = spans.filter(({ traceId }) => traceId === ownTrace)
      const decoded = own.find(({ name }) => name === "decode")
      assert.isDefined(decoded)
      assert.strictEqual(decoded.parentSpanId, root.spanId)
      assert.strictEqual(own.find(({ name }) => name === "validate")?.parentSpanId, decoded.spanId)
      for (const { attributes } of own) assert.strictEqual(attributes["observation.id"], sample.observationId)
      assert.deepStrictEqual(
        spans.filter(({ traceId }) => traceId === recordTrace).map(({ name }) => name).toSorted(),
        ["decode", "observation"]
      )
    }).pipe(Effect.provide(traced(1, Tracing.layerTest))))

  it.live("such a line is sampled as its own id says, whatever the record's", () =>
    Effect.gen(function*() {
      const lines = observations.slice(0, 200).map(encodeObservationLine)
      yield* runFusion({ records: lines.map((line) => lineRecord(line)), catalogue })
      const { settle } = yield* StageTracing
      settle()
      const { decide } = yield* HeadSampler
      const roots = new Set(
        (yield* RecordedSpans).spans().filter(({ attributes, name }) =>
          name === "observation" && attributes["perigee.retroactive"] === undefined
        ).map(({ traceId }) => traceId)
      )
      const expected = observations.slice(0, 200).map(({ observationId }) => traceIdOf(observationId))
        .filter((traceId) => decide(traceId).sampled)
      assert.isAbove(expected.length, 20)
      for (const traceId of expected) assert.isTrue(roots.has(traceId))
      for (const { observationId } of observations.slice(0, 200)) {
        const traceId = traceIdOf(observationId)
        if (!expected.includes(traceId)) assert.isFalse(roots.has(traceId))
      }
    }).pipe(Effect.provide(traced(0.3, Tracing.layerTest))))
})
