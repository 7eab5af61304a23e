/**
 * What one span costs, all in: made below an event's context, its id read, two attributes, ended, handed over.
 *
 *     node --expose-gc bench/spans.ts [spans]
 *
 * Perigee's tracer with nowhere to hand its spans, and with the store of `backend` tracing, each against Effect's native span (which goes
 * nowhere) and against the OpenTelemetry SDK's tracer with a processor that does nothing.
 */
import { type Context as OtelContext, ROOT_CONTEXT, trace, type Tracer as OtelTracer } from "@opentelemetry/api"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { Context, Effect, Exit, Layer, Option, Tracer } from "effect"
import { PerigeeTracer } from "../src/layers/tracing/PerigeeTracer.ts"
import { parentSpan } from "../src/layers/tracing/SpanTraceState.ts"
import { SpanSink } from "../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../src/layers/tracing/Tracing.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"

const total = Number(process.argv[2] ?? 200_000)
const spansPerTrace = 6
const distinct = 4096

const events = Array.from({ length: distinct }, (_, i) => ({
  traceId: `a${i.toString(16).padStart(31, "0")}`,
  spanId: `b${i.toString(16).padStart(15, "0")}`,
  sampled: true,
  traceState: undefined
}))
const parents = events.map((event) => Option.some(parentSpan(event)))
const otelParents: ReadonlyArray<OtelContext> = events.map(({ spanId, traceId }) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 })
)

const annotations = Context.empty()
let digits = 0

const withTracer = (tracer: Tracer.Tracer) => (): void => {
  for (let i = 0; i < total; i++) {
    const span = tracer.span({
      name: "associate",
      parent: parents[Math.floor(i / spansPerTrace) % distinct] ?? Option.none(),
      annotations,
      links: [],
      startTime: 1_774_000_000_000_000_000n,
      kind: "internal",
      root: false,
      sampled: true
    })
    digits += span.spanId.length
    span.attribute("observation.id", span.traceId)
    span.attribute("source.kind", "radar")
    span.end(1_774_000_000_000_100_000n, Exit.void)
  }
}

const withSdk = (tracer: OtelTracer) => (): void => {
  for (let i = 0; i < total; i++) {
    const parent = otelParents[Math.floor(i / spansPerTrace) % distinct] ?? ROOT_CONTEXT
    const span = tracer.startSpan("associate", { startTime: [1_774_000_000, 0] }, parent)
    const { spanId, traceId } = span.spanContext()
    digits += spanId.length
    span.setAttribute("observation.id", traceId)
    span.setAttribute("source.kind", "radar")
    span.end([1_774_000_000, 100_000])
  }
}

const nowhere = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve()
}
const sdk = withSdk(new NodeTracerProvider({ spanProcessors: [nowhere] }).getTracer("bench"))
const native = withTracer(Tracer.nativeTracer)
const tracerOf = (layer: Layer.Layer<SpanSink>) => Effect.runPromise(Effect.provide(Effect.tracer, layer))
const light = withTracer(await tracerOf(PerigeeTracer.layer.pipe(Layer.provideMerge(SpanSink.layerOff))))
const stored = withTracer(await tracerOf(Tracing.layerBackend({ maxSpans: 20_000 })))

const variant = (work: () => void) => () => {
  globalThis.gc?.()
  return cpuTimed(work)
}

const nanos = (millis: number): string => `${(millis * 1e6 / total).toFixed(0)} ns`

const measure = async (nameA: string, a: () => void, nameB: string, b: () => void): Promise<void> => {
  const result = await runPairs(variant(a), variant(b))
  console.log(formatRatio(nameA, nameB, result))
  console.log(`  a span: ${nameA} ${nanos(result.medianA)}, ${nameB} ${nanos(result.medianB)}`)
}

console.log(`${total} spans a round, CPU time of the process; Node ${process.versions.node}`)
await measure("native", native, "perigee", light)
await measure("native", native, "perigee to its store", stored)
await measure("sdk", sdk, "perigee", light)
await measure("sdk", sdk, "perigee to its store", stored)
if (digits === 0) throw new Error("no span was made")
