/** Acceptance: whatever the topology, every output span reaches exactly its inputs, waits are not work, and no context leaks. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, pipe, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { asyncCall } from "../../../src/operators/calls/asyncCall.ts"
import { buffer } from "../../../src/operators/shaping/buffer.ts"
import { source } from "../../../src/operators/sources/source.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import {
  type Inputs,
  type NodeKind,
  nodeKinds,
  outputsOf,
  reachedFrom,
  spansById,
  topology
} from "../../support/topologies.ts"

const traced = Layer.merge(StageTracing.layer, HeadSampler.layerRatio(1)).pipe(
  Layer.provideMerge(Tracing.layerTest),
  Layer.merge(stageLayer)
)

/** Runs numbers through a pipeline, in arrays of this size, while time passes. */
const runThrough = (
  operator: Stage.Operator<Inputs, Inputs, never, Stage.StageServices>,
  count: number,
  size: number
) =>
  Effect.gen(function*() {
    yield* TestClock.adjust("1 milli")
    const ids: Array<string> = []
    const input = Stream.range(0, count - 1).pipe(
      Stream.map((n): Inputs => [n]),
      Stream.rechunk(size),
      source({ name: "numbers", eventTime: ([n]) => n ?? 0, outOfOrdernessMillis: 0 }),
      Stream.tap((element) =>
        Effect.sync(() => {
          if (element._tag === "Batch") { for (const { id } of element.contexts) ids.push(id) }
        })
      )
    )
    const fiber = yield* Effect.forkChild(outputsOf(pipe(input, operator)))
    yield* TestClock.adjust("1 minute")
    const outputs = yield* Fiber.join(fiber)
    const { settle } = yield* StageTracing
    settle()
    return { ids, outputs, spans: (yield* RecordedSpans).spans() }
  })

/** What is wrong with the traces of a run; nothing, if each output reaches its inputs and no others. */
const strays = (
  { ids, outputs, spans }: Effect.Success<ReturnType<typeof runThrough>>,
  options?: Parameters<typeof reachedFrom>[2]
): ReadonlyArray<string> => {
  const byId = spansById(spans)
  return outputs.flatMap(({ context: { trace }, payload }) => {
    const reached = reachedFrom(byId, trace.spanId ?? "", options)
    const expected = payload.map((n) => ids[n] ?? "")
    const same = reached.size === expected.length && expected.every((id) => reached.has(id))
    return same ? [] : [`${payload.join()} reaches ${Array.from(reached, (id) => ids.indexOf(id)).join()}`]
  })
}

describe("context through a pipeline", () => {
  it.effect.prop(
    "every output span reaches exactly its inputs, whatever the topology",
    {
      kinds: Schema.Array(Schema.Literals(nodeKinds)).check(Schema.isMaxLength(5)),
      size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8 }))
    },
    ({ kinds, size }) =>
      Effect.gen(function*() {
        const run = yield* runThrough(topology(kinds), 8, size)
        assert.deepStrictEqual(strays(run), [])
        for (const span of run.spans) {
          const parent = run.spans.find(({ spanId }) => spanId === span.parentSpanId)
          // Every span is in the trace of the event it names, under a span of that trace that is work.
          assert.strictEqual(span.traceId, span.attributes["observation.id"])
          if (span.parentSpanId !== undefined) assert.strictEqual(parent?.traceId, span.traceId)
          assert.notProperty(parent?.attributes ?? {}, "perigee.wait")
          assert.isAtMost(Number(span.startTime), Number(span.endTime))
        }
      }).pipe(Effect.provide(traced)),
    { arbitrary: { runs: 200 } }
  )

  it.effect("the check sees a link that is missing", () =>
    Effect.gen(function*() {
      const run = yield* runThrough(topology(["batch"]), 6, 6)
      assert.deepStrictEqual(strays(run), [])
      assert.lengthOf(strays(run, { links: false }), run.outputs.length)
    }).pipe(Effect.provide(traced)))

  const waits: ReadonlyArray<readonly [NodeKind, string]> = [
    ["window", "window"],
    ["batch", "window"],
    ["join", "window"],
    ["queue", "queue"],
    ["retry", "backoff"]
  ]
  it.effect.each(waits)("work and wait are apart: %s", ([kind, what]) =>
    Effect.gen(function*() {
      const { spans } = yield* runThrough(topology([kind]), 7, 4)
      const waiting = spans.filter(({ attributes }) => attributes["perigee.wait"] !== undefined)
      assert.isAbove(waiting.length, 0)
      for (const { attributes, name } of waiting) {
        assert.strictEqual(attributes["perigee.wait"], what)
        assert.strictEqual(name, `0 ${kind} ${what}`)
      }
      if (kind !== "queue") assert.isAbove(spans.filter(({ name }) => name === `0 ${kind}`).length, 0)
    }).pipe(Effect.provide(traced)))

  it.effect("1,000 interleaved events never leak context", () =>
    Effect.gen(function*() {
      const busy = (name: string) =>
        asyncCall<Inputs, Inputs, never, never>({
          name,
          concurrency: 16,
          call: Effect.fnUntraced(function*(inputs, { id }) {
            const before = yield* Effect.currentSpan.pipe(Effect.orDie)
            yield* Effect.sleep(`${(inputs[0] ?? 0) * 7 % 13} millis`).pipe(
              Effect.withSpan("user", { attributes: { "observation.id": id } })
            )
            const after = yield* Effect.currentSpan.pipe(Effect.orDie)
            assert.strictEqual(after, before)
            assert.strictEqual(before.traceId, id)
            return inputs
          })
        })
      const queued = buffer<Inputs>({ name: "queued", capacity: 64, policy: "backpressure", reason: "a test" })
      const run = yield* runThrough(
        Stage.andThen(busy("one"), Stage.andThen(queued, Stage.andThen(topology(["fork"]), busy("two")))),
        1000,
        64
      )
      assert.lengthOf(run.outputs, 2000)
      for (const { attributes, name, traceId } of run.spans) {
        assert.strictEqual(attributes["observation.id"], traceId, name)
      }
      const byId = spansById(run.spans)
      for (const { name, parentSpanId, traceId } of run.spans) {
        if (name !== "user") continue
        const stage = byId.get(parentSpanId ?? "")
        assert.strictEqual(stage?.traceId, traceId)
        assert.include(["one", "two"], stage?.name)
      }
      assert.lengthOf(run.spans.filter(({ name }) => name === "user"), 3000)
      assert.deepStrictEqual(strays(run).slice(0, 3), [])
    }).pipe(Effect.provide(traced)))
})
