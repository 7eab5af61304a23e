/** Real exporters against the collector: what they send stands in the topic as it was made. */
import { assert, describe, it } from "@effect/vitest"
import { context, type Link, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api"
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc"
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { ZipkinExporter } from "@opentelemetry/exporter-zipkin"
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base"
import { resourceFromAttributes } from "@opentelemetry/resources"
import {
  BasicTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter
} from "@opentelemetry/sdk-trace-base"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import { Collector, CollectorEndpoints } from "../../../../src/layers/traces/collector/Collector.ts"
import { otelSpanData } from "../../../../src/layers/tracing/otel/otelSpanData.ts"
import { collectedSpans, layerCollector } from "../../../support/otlp/collector.ts"
import { spanData } from "../../../support/spanData.ts"

const gzip = CompressionAlgorithm.GZIP

const address = Effect.map(CollectorEndpoints, ({ grpc = "none", http = "none" }) => ({ http, grpc }))

/** A trace with all that a span can have, made by the SDK and exported by `exporter`; gives its spans as the SDK had them. */
const send = (exporter: SpanExporter) =>
  Effect.promise(async () => {
    const made: Array<ReadableSpan> = []
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ "service.name": "checkout", "service.version": "1.2.3", "process.pid": 42 }),
      spanProcessors: [
        new SimpleSpanProcessor(exporter),
        { onStart: () => {}, onEnd: (span) => made.push(span), forceFlush: async () => {}, shutdown: async () => {} }
      ]
    })
    const tracer = provider.getTracer("shop", "4.5.6")
    const link: Link = {
      context: {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        traceFlags: TraceFlags.SAMPLED
      },
      attributes: { "messaging.kafka.offset": 7 }
    }
    const root = tracer.startSpan("GET /orders/{id}", {
      kind: SpanKind.SERVER,
      attributes: { text: "é🛰️", flag: true }
    })
    const within = trace.setSpan(context.active(), root)
    const kinds = [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER]
    for (const kind of kinds) {
      const child = tracer.startSpan(`child ${kind}`, {
        kind,
        attributes: { whole: -3, fraction: 0.25, list: ["a", "b"], numbers: [1, 2] },
        links: [link]
      }, within)
      child.addEvent("retry", { attempt: 2 })
      if (kind === SpanKind.CLIENT) child.setStatus({ code: SpanStatusCode.ERROR, message: "no answer" })
      child.end()
    }
    root.setStatus({ code: SpanStatusCode.OK })
    root.end()
    await provider.forceFlush()
    await provider.shutdown()
    return made.map(otelSpanData)
  })

const byId = (left: { readonly spanId: string }, right: { readonly spanId: string }): number =>
  left.spanId < right.spanId ? -1 : 1

const otlp = (name: string, exporter: (at: { readonly http: string; readonly grpc: string }) => SpanExporter) =>
  it.effect(`${name}: every span, its resource and its scope are read back equal`, () =>
    Effect.gen(function*() {
      const made = yield* send(exporter(yield* address))
      const collected = yield* collectedSpans
      assert.strictEqual(made.length, 5)
      assert.deepStrictEqual(
        collected.map(({ span }) => ({ ...span, flags: span.flags & 0xff })).sort(byId),
        made.sort(byId)
      )
      for (const { resource, scope } of collected) {
        assert.deepStrictEqual(scope, { name: "shop", version: "4.5.6", attributes: {} })
        assert.deepStrictEqual(
          [resource["service.name"], resource["service.version"], resource["process.pid"]],
          ["checkout", "1.2.3", 42]
        )
      }
    }).pipe(Effect.provide(layerCollector())))

describe("real exporters", () => {
  otlp("OTLP/HTTP JSON", ({ http }) => new JsonExporter({ url: `${http}/v1/traces` }))
  otlp("OTLP/HTTP JSON, gzip", ({ http }) => new JsonExporter({ url: `${http}/v1/traces`, compression: gzip }))
  otlp("OTLP/HTTP protobuf", ({ http }) => new ProtoExporter({ url: `${http}/v1/traces` }))
  otlp("OTLP/HTTP protobuf, gzip", ({ http }) => new ProtoExporter({ url: `${http}/v1/traces`, compression: gzip }))
  otlp("OTLP/gRPC", ({ grpc }) => new GrpcExporter({ url: `http://${grpc}` }))
  otlp("OTLP/gRPC, gzip", ({ grpc }) => new GrpcExporter({ url: `http://${grpc}`, compression: gzip }))

  it.effect("Zipkin: names, kinds, times, tags, events, status and service", () =>
    Effect.gen(function*() {
      const { http } = yield* address
      const made = yield* send(new ZipkinExporter({ url: `${http}/api/v2/spans` }))
      const collected = yield* collectedSpans
      assert.strictEqual(collected.length, 5)
      const spans = collected.map(({ span }) => span).sort(byId)
      for (const [i, was] of made.sort(byId).entries()) {
        const span = spans[i]
        assert.isDefined(span)
        const { endTime, kind, name, parentSpanId, spanId, startTime, status, traceId } = span
        assert.deepStrictEqual(
          { traceId, spanId, parentSpanId, name, kind, status },
          {
            traceId: was.traceId,
            spanId: was.spanId,
            parentSpanId: was.parentSpanId,
            name: was.name,
            kind: was.kind,
            status: was.status
          }
        )
        // Zipkin's times are whole microseconds.
        assert.isTrue(startTime - was.startTime < 1000n && was.startTime - startTime < 1000n)
        assert.isTrue(endTime - was.endTime < 2000n && was.endTime - endTime < 2000n)
        assert.deepStrictEqual(span.events.map((event) => event.name), was.events.map((event) => event.name))
        for (const [key, value] of Object.entries(was.attributes)) {
          assert.strictEqual(span.attributes[key], String(value))
        }
      }
      assert.deepStrictEqual(new Set(collected.map(({ resource }) => resource["service.name"])), new Set(["checkout"]))
    }).pipe(Effect.provide(layerCollector())))

  for (
    const [name, serialization] of [["JSON", OtlpSerialization.layerJson], [
      "protobuf",
      OtlpSerialization.layerProtobuf
    ]] as const
  ) {
    it.live(`Effect's exporter, ${name}`, () =>
      Effect.gen(function*() {
        const { http } = yield* address
        const tracer = OtlpTracer.layer({ url: `${http}/v1/traces`, resource: { serviceName: "effectful" } }).pipe(
          Layer.provide(Layer.merge(FetchHttpClient.layer, serialization))
        )
        yield* Effect.void.pipe(
          Effect.withSpan("inner", { attributes: { a: 1, b: "two" }, kind: "client" }),
          Effect.withSpan("outer"),
          Effect.provide(tracer)
        )
        const collected = yield* collectedSpans
        const [inner, outer] = collected.toSorted((a, b) => a.span.name < b.span.name ? -1 : 1)
        assert.strictEqual(collected.length, 2)
        assert.strictEqual(inner?.span.parentSpanId, outer?.span.spanId)
        assert.deepStrictEqual([inner?.span.kind, inner?.span.attributes.a, inner?.span.attributes.b], [
          "client",
          1,
          "two"
        ])
        assert.strictEqual(inner?.resource["service.name"], "effectful")
      }).pipe(Effect.provide(layerCollector())))
  }

  it.effect("this process's own spans come by a door of their own", () =>
    Effect.gen(function*() {
      const collector = yield* Collector
      const spans = [spanData({ attributes: { a: 1 } }), spanData()]
      const scope = { name: "perigee", version: "1", attributes: {} }
      const answer = yield* collector.acceptSpans({ "service.name": "perigee" }, scope, spans)
      assert.deepStrictEqual(answer, { accepted: 2, rejected: 0, message: "" })
      const collected = yield* collectedSpans
      assert.deepStrictEqual(collected.map(({ span }) => span), spans)
      assert.deepStrictEqual(collected.map((each) => each.scope), [scope, scope])
    }).pipe(Effect.provide(layerCollector())))
})
