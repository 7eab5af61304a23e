import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { envelope, type EventContext, watermark } from "../../../src/domain/stream/Envelope.ts"
import { StageLineage, StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { PerigeeTracer } from "../../../src/layers/tracing/PerigeeTracer.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { session, sliding, tumbling, window } from "../../../src/operators/windows/window.ts"
import { arrays, collectItems, contextOf } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const traceIdOf = (index: number): string => (index + 1).toString(16).padStart(32, "a")
const parentOf = (index: number): string => (index + 1).toString(16).padStart(16, "b")

const at = (time: number, sampled: boolean) =>
  envelope(
    time,
    contextOf(time, {
      eventTime: time,
      lineage: sampled ? "source" : undefined,
      trace: { traceId: traceIdOf(time), spanId: parentOf(time), sampled, traceState: undefined }
    })
  )

const services = Layer.mergeAll(StageTracing.layer, StageLineage.layer).pipe(
  Layer.provide(PerigeeTracer.layer),
  Layer.provideMerge(RecordedSpans.layer),
  Layer.provideMerge(stageLayer)
)

describe("the trace of a window's result", () => {
  const assigners = [["tumbling", tumbling(10)], ["sliding", sliding(10, 5)], ["session", session(8)]] as const

  it.effect.each(assigners)(
    "%s: goes on from the newest sampled contributor and links the other",
    ([, assigner]) =>
      Effect.gen(function*() {
        const operator = window({ name: "window", assigner, aggregate: Aggregate.count() })
        const out = yield* collectItems(
          arrays<number>([
            [at(0, false), at(2, true)],
            [at(3, true)],
            [at(4, false), at(6, false), watermark(9)],
            [watermark(20)]
          ]).pipe(operator)
        )
        const spans = (yield* RecordedSpans).spans()
        const whole = out.find((item) => item._tag === "Event" && item.payload.value === 5)
        const context: EventContext = whole?._tag === "Event" ? whole.context : assert.fail("no result")
        assert.strictEqual(context.trace.traceId, traceIdOf(3))
        assert.isTrue(context.trace.sampled)
        const emission = spans.find(({ spanId }) => spanId === context.trace.spanId)
        assert.deepStrictEqual(emission?.links.map(({ traceId }) => traceId), [traceIdOf(2)])
        const taken = spans.find(({ parentSpanId, traceId }) =>
          traceId === traceIdOf(3) && parentSpanId === parentOf(3)
        )
        assert.strictEqual(emission?.parentSpanId, taken?.spanId)
        assert.isTrue(
          spans.some(({ attributes, traceId }) => traceId === traceIdOf(3) && attributes["perigee.wait"] === "window")
        )
        // The lineage names the sampled, the first and the last, and counts all.
        const step = context.lineage
        if (step === undefined || step === "source") return assert.fail("no lineage")
        assert.strictEqual(step.parentCount, 5)
        assert.deepStrictEqual([...step.parents].toSorted(), [0, 2, 3, 6].map((index) => contextOf(index).id))
      }).pipe(Effect.provide(services))
  )

  it.effect.each(assigners)(
    "%s: a correction is in the trace of the event that made it",
    ([, assigner]) =>
      Effect.gen(function*() {
        const operator = window({ name: "window", assigner, aggregate: Aggregate.count(), allowedLatenessMillis: 100 })
        const out = yield* collectItems(
          arrays<number>([[at(0, false), watermark(9)], [at(1, true)]]).pipe(operator)
        )
        const corrected = out.flatMap((item) =>
          item._tag === "Event" && item.context.trace.sampled ? [item.payload] : []
        )
        assert.includeMembers(corrected.map(({ operation }) => operation), ["retract", "insert"])
      }).pipe(Effect.provide(services))
  )
})
