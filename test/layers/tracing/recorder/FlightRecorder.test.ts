import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric, pipe, Stream } from "effect"
import { Contributors } from "../../../../src/domain/stream/Contributors.ts"
import { Place } from "../../../../src/domain/stream/Place.ts"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { HeadSampler } from "../../../../src/layers/stage/HeadSampler.ts"
import { StageTracing } from "../../../../src/layers/stage/StageHooks.ts"
import type { UnkeptState } from "../../../../src/layers/stage/UnkeptState.ts"
import { FlightRecorder } from "../../../../src/layers/tracing/recorder/FlightRecorder.ts"
import { RecordedSpans } from "../../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../../src/layers/tracing/Tracing.ts"
import { source } from "../../../../src/operators/sources/source.ts"
import * as Stage from "../../../../src/operators/stage/Stage.ts"
import * as State from "../../../../src/operators/state/State.ts"
import { arrays, events } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"

const recording = (options: Parameters<typeof FlightRecorder.layer>[0] = {}) =>
  Layer.merge(StageTracing.layer, FlightRecorder.layer(options)).pipe(
    Layer.provideMerge(Tracing.layerTest),
    Layer.merge(stageLayer)
  )

const byTrace = (spans: ReadonlyArray<SpanData>) => Map.groupBy(spans, ({ traceId }) => traceId)

/** The operators of a trace from its root down; undefined where the spans are no chain. */
const chain = (spans: ReadonlyArray<SpanData>): ReadonlyArray<string> | undefined => {
  const names: Array<string> = []
  let parent = spans.find(({ parentSpanId }) => parentSpanId === undefined)
  if (parent === undefined) return undefined
  while (parent !== undefined) {
    names.push(parent.name)
    const { spanId }: SpanData = parent
    const children: ReadonlyArray<SpanData> = spans.filter((span) => span.parentSpanId === spanId)
    if (children.length > 1) return undefined
    parent = children[0]
  }
  return names.length === spans.length ? names : undefined
}

const fails = (n: number) => n % 7 === 3

const pipeline = Stage.andThen(
  Stage.map("first", (n: number) => n),
  Stage.andThen(
    Stage.filter("second", (n: number) => n >= 0),
    Stage.andThen(
      Stage.map("third", (n: number) => {
        if (fails(n)) throw new Error(`fault ${n}`)
        return n
      }),
      Stage.map("fourth", (n: number) => n)
    )
  )
)

const numbers = (count: number) =>
  Stream.range(0, count - 1).pipe(Stream.rechunk(64), source({ name: "numbers", eventTime: (n: number) => n }))

describe("FlightRecorder", () => {
  it.effect("a fault in one operator at 1 % head sampling: every failed event has its full operator trace", () =>
    Effect.gen(function*() {
      const count = 7000
      const { settle } = yield* StageTracing
      yield* Stream.runDrain(pipe(numbers(count), pipeline))
      settle()
      const { spans } = yield* RecordedSpans
      const traces = Array.from(byTrace(spans()).values())
      const failed = traces.filter((trace) => trace.some(({ status }) => status.code === "error"))
      assert.lengthOf(failed, count / 7)
      for (const trace of failed) {
        assert.deepStrictEqual(chain(trace), ["numbers", "first", "second", "third"])
        const third = trace.find(({ name }) => name === "third")
        assert.strictEqual(third?.attributes["perigee.recorded"], "dead")
        assert.strictEqual(third?.attributes["error.type"], "ProcessingException")
        assert.match(third?.status.message ?? "", /fault/)
      }
      const retroactive = failed.filter((trace) => trace[0]?.attributes["perigee.retroactive"] === true)
      assert.isAbove(retroactive.length, 0.95 * failed.length)
      assert.isBelow(retroactive.length, failed.length)
      // The others are those that the head sampled, whole.
      for (const trace of traces) if (!failed.includes(trace)) assert.strictEqual(chain(trace)?.length, 5)
    }).pipe(
      Effect.provide(Layer.merge(recording({ maxEventsPerSecond: 1e6 }), HeadSampler.layerRatio(0.01)))
    ))

  it.effect("without it there are only the sampled", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(pipe(numbers(700), pipeline))
      assert.deepStrictEqual((yield* RecordedSpans).spans(), [])
    }).pipe(Effect.provide(Layer.merge(Tracing.layerTest, stageLayer))))

  it.effect("what is over the bound is dropped and counted", () =>
    Effect.gen(function*() {
      const before = yield* droppedEvents
      yield* Stream.runDrain(pipe(numbers(700), pipeline))
      assert.strictEqual(byTrace((yield* RecordedSpans).spans()).size, 10)
      assert.strictEqual((yield* droppedEvents) - before, 90)
    }).pipe(Effect.provide(recording({ maxEventsPerSecond: 10 }))))

  it.effect("late, shed, slow and retracted events are told of; an event told of twice has each span once", () =>
    Effect.gen(function*() {
      const judge = Stage.stateless<number, number>({
        name: "judge",
        step: (all, emit) => {
          for (const event of all) {
            if (event.payload === 1) emit.late(event, "past its lateness")
            else if (event.payload === 2) emit.shed(event, "queue full")
            else emit.out(event, event.payload)
          }
        }
      })
      const end = Stage.stateless<number, number>({
        name: "end",
        step: (all, emit) => {
          for (const event of all) {
            emit.ends(event, "number")
            if (event.payload === 3) emit.retracted(event)
            emit.out(event, event.payload)
          }
        }
      })
      // Received at 0, and it is 0: only what was received before is slow.
      const input = events([1, 2, 3, 4], (i) => i === 3 ? { ingestTime: -10_000 } : { ingestTime: 0 })
      yield* Stream.runDrain(pipe(arrays<number>([input]), Stage.andThen(judge, end)))
      const spans = (yield* RecordedSpans).spans()
      const told = spans.filter((span) => "perigee.recorded" in span.attributes)
      assert.sameDeepMembers(
        told.map(({ attributes, name }) => [name, attributes["perigee.recorded"]]),
        [["judge", "late"], ["judge", "shed"], ["end", "retracted"], ["end", "slow"]]
      )
      assert.strictEqual(new Set(spans.map(({ spanId }) => spanId)).size, spans.length)
      for (const trace of byTrace(spans).values()) assert.isDefined(chain(trace))
    }).pipe(Effect.provide(recording({ slowMillis: 1000 }))))

  it.effect("the chain goes on through state", () =>
    Effect.gen(function*() {
      const sum = Stage.columns<number, number, { contributors: Contributors; sum: number }, UnkeptState>({
        name: "sum",
        state: State.unkept(() => ({ contributors: new Contributors(), sum: 0 })),
        onBatch: (state, batch, collector) => {
          const place = new Place(batch)
          for (const payload of batch.payloads) {
            place.advance()
            collector.absorb(state.contributors, place)
            state.sum += payload
          }
        },
        onWatermark: (state, _time, collector) => collector.merged(state.contributors, state.sum)
      })
      const kept = Stage.stateful<number, number, Array<ReturnType<Stage.Emit<number>["hold"]>>, UnkeptState>({
        name: "held",
        state: State.unkept(() => []),
        onEvents: (state, all, emit) => {
          for (const event of all) state.push(emit.hold(event))
        },
        onWatermark: (state, _time, emit) => {
          for (const each of state.splice(0)) emit.continued(each, 0)
        }
      })
      const refuse = Stage.stateless<number, number>({
        name: "refuse",
        step: (all, emit) => {
          for (const event of all) emit.dead(event, "ValidationFailed", "no")
        }
      })
      const before = Stage.map("before", (n: number) => n)
      yield* Stream.runDrain(
        pipe(arrays<number>([events([1, 2, 3])]), Stage.andThen(before, Stage.andThen(sum, refuse)))
      )
      yield* Stream.runDrain(pipe(arrays<number>([events([1])]), Stage.andThen(before, Stage.andThen(kept, refuse))))
      const { spans } = yield* RecordedSpans
      assert.deepStrictEqual(
        Array.from(byTrace(spans()).values(), chain),
        [["radar-1", "before", "sum", "refuse"], ["radar-1", "before", "held", "refuse"]]
      )
    }).pipe(Effect.provide(recording())))
})

const droppedEvents = Effect.map(
  Metric.value(
    Metric.counter("flight_recorder_dropped_total", {
      description:
        "What the flight recorder left out, by the bound: whole events for events and bytes, stages of one for stages",
      incremental: true,
      attributes: { bound: "events" }
    })
  ),
  ({ count }) => Number(count)
)
