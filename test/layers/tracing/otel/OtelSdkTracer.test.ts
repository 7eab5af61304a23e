/** The SDK's own side of the Layer: its processors, resource, context and sampler. */
import { currentOtelSpan } from "@effect/opentelemetry/OtelTracer"
import { assert, describe, it } from "@effect/vitest"
import { trace } from "@opentelemetry/api"
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Effect, Layer } from "effect"
import { RootSampling } from "../../../../src/layers/sampling/RootSampling.ts"
import { OtelSdkTracer } from "../../../../src/layers/tracing/otel/OtelSdkTracer.ts"
import { parentSpan } from "../../../../src/layers/tracing/SpanTraceState.ts"
import { RecordedSpans } from "../../../../src/layers/tracing/store/SpanSink.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

const withExporter = () => {
  const exporter = new InMemorySpanExporter()
  const layer = OtelSdkTracer.layer({
    resource: { "service.name": "perigee", "service.instance.id": "one", "host.name": "here", counts: [1, 2] },
    processors: [new SimpleSpanProcessor(exporter)]
  }).pipe(Layer.provideMerge(RecordedSpans.layer))
  return { exporter, layer }
}

describe("the OpenTelemetry SDK's tracer", () => {
  it.effect("gives its spans, with the right parents and resource, to the SDK's processors and to the sink alike", () =>
    Effect.gen(function*() {
      const { exporter, layer } = withExporter()
      const spans = yield* Effect.gen(function*() {
        yield* Effect.withSpan(Effect.withSpan(Effect.void, "inner"), "outer").pipe(
          Effect.withParentSpan(parentSpan({ traceId, spanId, sampled: true, traceState: "ot=th:8" }))
        )
        // Before the Layer closes: shutting down empties this exporter.
        return exporter.getFinishedSpans().slice()
      }).pipe(
        Effect.tap(() => Effect.map(RecordedSpans, ({ spans }) => assert.strictEqual(spans().length, 2))),
        Effect.provide(layer)
      )
      const [inner, outer] = spans
      assert.isDefined(inner)
      assert.isDefined(outer)
      assert.deepStrictEqual([inner.name, outer.name], ["inner", "outer"])
      assert.strictEqual(inner.parentSpanContext?.spanId, outer.spanContext().spanId)
      assert.strictEqual(outer.parentSpanContext?.spanId, spanId)
      assert.strictEqual(outer.spanContext().traceId, traceId)
      assert.strictEqual(outer.spanContext().traceState?.serialize(), "ot=th:8")
      assert.deepStrictEqual(outer.resource.attributes, {
        "service.name": "perigee",
        "service.instance.id": "one",
        "host.name": "here",
        counts: ["1", "2"]
      })
    }))

  it.effect("code written for OpenTelemetry sees the current span", () =>
    Effect.gen(function*() {
      const seen = yield* Effect.gen(function*() {
        const span = yield* currentOtelSpan
        return [span.spanContext().traceId, span.isRecording()]
      }).pipe(
        Effect.withSpan("work"),
        Effect.withParentSpan(parentSpan({ traceId, spanId, sampled: true, traceState: undefined })),
        Effect.provide(withExporter().layer)
      )
      assert.deepStrictEqual(seen, [traceId, true])
      assert.isUndefined(trace.getActiveSpan())
    }))

  it.effect("a root that RootSampling does not take is not recorded, an event's own trace is", () =>
    Effect.gen(function*() {
      const { layer } = withExporter()
      const names = yield* Effect.gen(function*() {
        yield* Effect.withSpan(Effect.withSpan(Effect.void, "poll"), "root")
        yield* Effect.withSpan(Effect.void, "stage", {
          parent: parentSpan({ traceId, spanId: undefined, sampled: true, traceState: undefined })
        })
        return (yield* RecordedSpans).spans().map((span) => [span.name, span.traceId])
      }).pipe(Effect.provide(layer.pipe(Layer.provide(RootSampling.layerOff))))
      assert.deepStrictEqual(names, [["stage", traceId]])
    }))
})
