/**
 * The five ways in which context goes wrong in streams. Each is a check that finds nothing with the mechanism in place and finds something
 * when the mechanism is taken out, so that none of them can pass for want of looking. Worker threads, gRPC and HTTP: boundaries.test.ts.
 */
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Fiber, Layer, pipe, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Element } from "../../../src/domain/stream/Batch.ts"
import type { SpanData } from "../../../src/domain/tracing/SpanData.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { currentTraceHeaders } from "../../../src/layers/tracing/propagation.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { asyncCall } from "../../../src/operators/calls/asyncCall.ts"
import { fusionSource } from "../../../src/operators/fusion/fusionSource.ts"
import { batch } from "../../../src/operators/shaping/batch.ts"
import { source } from "../../../src/operators/sources/source.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { logRecord, parts } from "../../support/observationRecords.ts"

type Tracing = ReturnType<typeof StageTracing["defaultValue"]>

/** Spans as always, but for what `breaks` takes out. */
const traced = (breaks: (tracing: Tracing) => Partial<Tracing>, ratio = 1) =>
  Layer.effect(StageTracing, Effect.map(StageTracing, (tracing) => ({ ...tracing, ...breaks(tracing) }))).pipe(
    Layer.provideMerge(StageTracing.layer),
    Layer.provideMerge(Layer.merge(Tracing.layerTest, HeadSampler.layerRatio(ratio))),
    Layer.merge(stageLayer)
  )

const whole = () => ({})

const numbers = (count: number) =>
  Stream.range(0, count - 1).pipe(Stream.rechunk(8), source({ name: "numbers", eventTime: (n: number) => n }))

const run = <B, R>(operator: Stage.Operator<number, B, never, R>, count = 24) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Stream.runCollect(pipe(numbers(count), operator)))
    yield* TestClock.adjust("1 minute")
    const outputs: ReadonlyArray<Element<B>> = yield* Fiber.join(fiber)
    const { settle } = yield* StageTracing
    settle()
    return { outputs, spans: (yield* RecordedSpans).spans() }
  })

const parentOf = (spans: ReadonlyArray<SpanData>, { parentSpanId }: SpanData) =>
  spans.find(({ spanId }) => spanId === parentSpanId)

/** With the mechanism the check finds nothing; without it, something. */
const holdsAndBreaks = (
  check: Effect.Effect<ReadonlyArray<string>, never, Stage.StageServices | RecordedSpans>,
  breaks: (tracing: Tracing) => Partial<Tracing>
) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* Effect.provide(check, traced(whole)), [])
    assert.isNotEmpty(yield* Effect.provide(check, traced(breaks)))
  })

/** Works across asynchronous boundaries, and leaves a user's span and event id behind. */
const asynchronous = asyncCall<number, number, never, never>({
  name: "asks",
  concurrency: 8,
  call: (n, { id }) =>
    Effect.gen(function*() {
      yield* Effect.sleep(`${n % 5} millis`)
      yield* Effect.yieldNow
      const forked = yield* Effect.forkChild(
        Effect.sleep("1 milli").pipe(Effect.withSpan("user", { attributes: { "user.event": id } }))
      )
      yield* Fiber.join(forked)
      return n
    })
})

describe("pitfalls", () => {
  it.effect("lost in async", () =>
    holdsAndBreaks(
      Effect.map(run(asynchronous), ({ spans }) => {
        const users = spans.filter(({ name }) => name === "user")
        if (users.length !== 24) return [`${users.length} user spans`]
        return users.flatMap((span) =>
          parentOf(spans, span)?.name === "asks" ? [] : [`${span.spanId} is not below its stage`]
        )
      }),
      () => ({ start: () => undefined })
    ))

  it.effect("leakage", () =>
    holdsAndBreaks(
      Effect.map(run(asynchronous), ({ spans }) =>
        spans.flatMap(({ attributes, traceId }) => {
          const event = attributes["user.event"]
          return event === undefined || event === traceId ? [] : [`${event} works in the trace of ${traceId}`]
        })),
      ({ start }) => {
        // A context that is not given back: every event gets the span of the first.
        let first: ReturnType<typeof start>
        return { start: (...of) => first ??= start(...of) }
      }
    ))

  class Down extends Data.TaggedError("Down")<{ readonly attempt: number }> {}

  /** Fails twice for each event; tells the headers that each try would send. */
  const flaky = (sent: Map<string, Array<string | undefined>>) =>
    Stage.effectful<number, number, Down, never>({
      name: "flaky",
      classify: () => "transient",
      retry: { times: 5, baseMillis: 10, capMillis: 20 },
      step: (events, emit) =>
        Effect.forEach(events, (event) =>
          Effect.gen(function*() {
            const headers = yield* currentTraceHeaders
            const tries = sent.get(event.context.id) ?? []
            tries.push(headers?.traceparent)
            sent.set(event.context.id, tries)
            if (tries.length < 3) return yield* new Down({ attempt: tries.length })
            emit.out(event, event.payload)
          }), { discard: true })
    })

  const retried = Effect.suspend(() => {
    const sent = new Map<string, Array<string | undefined>>()
    return Effect.map(run(flaky(sent), 4), ({ spans }) =>
      Array.from(sent).flatMap(([id, tries]) => {
        const [first] = tries
        const waits = spans.filter(({ attributes, traceId }) =>
          traceId === id && attributes["perigee.wait"] === "backoff"
        )
        const faults: Array<string> = []
        const alike = first?.includes(id) === true && tries.every((header) => header === first)
        if (tries.length !== 3 || !alike) faults.push(`${id} sends ${tries.join()}`)
        if (waits.length !== 2) faults.push(`${id} waits ${waits.length} times`)
        return faults
      }))
  })

  it.effect("missing in retries", () => holdsAndBreaks(retried, () => ({ start: () => undefined })))

  it.effect("missing in retries: the waits between", () => holdsAndBreaks(retried, () => ({ wait: () => {} })))

  const parent = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" }

  it.effect("wrong relationship for queues: one to one keeps the trace, as a child and by a link", () =>
    holdsAndBreaks(
      Effect.gen(function*() {
        const record = logRecord("a line", 0, { traceparent: `00-${parent.traceId}-${parent.spanId}-01` })
        yield* Stream.runDrain(pipe(fusionSource(parts([[record]])), Stage.map("reads", (received) => received)))
        const { settle } = yield* StageTracing
        settle()
        const spans = (yield* RecordedSpans).spans()
        const root = spans.find(({ name }) => name === "observation")
        const reads = spans.find(({ name }) => name === "reads")
        return [
          ...(root?.traceId === parent.traceId && root.parentSpanId === parent.spanId ? [] : ["no child"]),
          ...(root?.links.some(({ spanId }) => spanId === parent.spanId) === true ? [] : ["no link"]),
          ...(reads !== undefined && reads.parentSpanId === root?.spanId ? [] : ["the stage is not below it"])
        ]
      }),
      ({ root }) => ({
        root: (name, event, at) => root(name, { ...event, trace: { ...event.trace, spanId: undefined } }, at)
      })
    ))

  it.effect("wrong relationship for queues: many to one links, and each member keeps its own span", () =>
    holdsAndBreaks(
      Effect.map(run(batch<number>({ size: 4 }), 8), ({ outputs, spans }) => {
        const own = spans.filter(({ attributes, name }) => name === "batch" && attributes["perigee.wait"] === undefined)
        const groups = outputs.flatMap((element) => element._tag === "Batch" ? element.contexts : [])
        return [
          ...(groups.length === 2 ? [] : [`${groups.length} groups`]),
          ...(new Set(own.map(({ traceId }) => traceId)).size === 8 ? [] : ["a member has no span of its own"]),
          ...groups.flatMap(({ trace }) => {
            const span = spans.find(({ spanId }) => spanId === trace.spanId)
            const traces = new Set([span?.traceId, ...span?.links.map(({ traceId }) => traceId) ?? []])
            return traces.size === 4 ? [] : [`a group of four is of ${traces.size} traces`]
          })
        ]
      }),
      ({ start }) => ({ start: (stage, event, at) => start(stage, event, at, []) })
    ))

  /** Whether each of 2,000 events is sampled here, and where its record is read that was written with `headers`. */
  const readAfter = (headers: (own: Readonly<Record<string, string>>) => Readonly<Record<string, string>>) =>
    Effect.gen(function*() {
      const written: Array<{ readonly sampled: boolean; readonly headers: Readonly<Record<string, string>> }> = []
      const writes = Stage.effectful<number, number, never, never>({
        name: "writes",
        step: (events, emit) =>
          Effect.sync(() => {
            for (const event of events) {
              written.push({ sampled: event.context.trace.sampled, headers: emit.headers(event) })
            }
          })
      })
      yield* run(writes, 2000).pipe(Effect.provide(traced(whole, 0.1)))
      const records = written.map((record, i) => logRecord(`line ${i}`, i, headers(record.headers)))
      const read = yield* Stream.runCollect(fusionSource(parts([records]))).pipe(
        Effect.provide(HeadSampler.layerRatio(0.5))
      )
      const contexts = read.flatMap((element) => element._tag === "Batch" ? element.contexts : [])
      assert.lengthOf(contexts, 2000)
      assert.isAbove(written.filter(({ sampled }) => sampled).length, 100)
      return contexts.flatMap(({ trace }, i) => {
        const before = written[i]
        return trace.sampled === before?.sampled && before.headers["traceparent"]?.includes(trace.traceId) === true
          ? []
          : [`${i}: sampled ${before?.sampled}, then ${trace.sampled}`]
      })
    })

  it.effect("inconsistent sampling", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* readAfter((own) => own), [])
      assert.isNotEmpty(yield* readAfter(() => ({})))
    }))
})
