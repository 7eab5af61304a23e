/** In an effectful step the current span is the event's own: what the user's code does and says is in the event's trace. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, pipe, Stream } from "effect"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { arrays, events } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const traced = Layer.merge(StageTracing.layer.pipe(Layer.provideMerge(Tracing.layerTest)), stageLayer)

const run = Effect.gen(function*() {
  const ask = Stage.effectful<number, number, never, never>({
    name: "ask",
    step: (batch, emit) =>
      Effect.gen(function*() {
        yield* Effect.logInfo(`asked of ${batch.length}`)
        yield* Effect.logInfo("inside").pipe(Effect.withSpan("user"))
        for (const event of batch) emit.out(event, event.payload)
      })
  })
  const input = events([1, 2, 3, 4], (i) => {
    const traceId = (i + 1).toString(16).padStart(32, "a")
    return { trace: { traceId, spanId: undefined, sampled: i % 2 === 1, traceState: undefined } }
  })
  yield* Stream.runDrain(pipe(arrays<number>([input]), ask))
  const { spans } = yield* RecordedSpans
  return { spans: spans(), sampled: input.filter(({ context }) => context.trace.sampled) }
}).pipe(Effect.provide(traced))

describe("the user's own code in an effectful step", () => {
  it.effect("a span nests below the event's, a log is an event of the span it is in", () =>
    Effect.gen(function*() {
      const { sampled, spans } = yield* run
      for (const { context: { id, trace: { traceId } } } of sampled) {
        const [stage, ...others] = spans.filter((span) => span.traceId === traceId && span.name === "ask")
        assert.lengthOf(others, 0)
        assert.isDefined(stage)
        assert.strictEqual(stage.attributes["observation.id"], id)
        assert.deepStrictEqual(stage.events.map(({ name }) => name), ["asked of 1"])
        const user = spans.find((span) => span.traceId === traceId && span.name === "user")
        assert.isDefined(user)
        assert.strictEqual(user.parentSpanId, stage.spanId)
        assert.deepStrictEqual(user.events.map(({ name }) => name), ["inside"])
      }
    }))

  it.effect("what is logged for the unsampled is in no event's trace", () =>
    Effect.gen(function*() {
      const { sampled, spans } = yield* run
      const traces = new Set(sampled.map(({ context }) => context.trace.traceId))
      const inTraces = spans.filter(({ traceId }) => traces.has(traceId)).flatMap((span) => span.events)
      assert.lengthOf(inTraces, 4)
    }))
})
