/** A worker thread that continues the trace it is sent, and sends back its spans. */
import { Effect } from "effect"
import { parentPort } from "node:worker_threads"
import { type TraceHeaders, withTraceHeaders } from "../../../src/layers/tracing/propagation.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"

parentPort?.on("message", (headers: TraceHeaders) => {
  void Effect.runPromise(
    Effect.logInfo("working").pipe(
      Effect.withSpan("inner"),
      Effect.withSpan("in the worker"),
      withTraceHeaders(headers),
      Effect.andThen(Effect.map(RecordedSpans, ({ spans }) => spans())),
      Effect.provide(Tracing.layerTest)
    )
  ).then((spans) => parentPort?.postMessage(spans))
})
