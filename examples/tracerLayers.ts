/**
 * The same pipeline with another tracer: off, in memory, in the store of this process. Only the Layer is swapped.
 *
 *     npx node -C perigee-source examples/tracerLayers.ts
 */
import { Console, Effect, Layer, Stream } from "effect"
import { DeadLettersMemory, FlightRecorder, HeadSampler, Tracing } from "perigee/layers"
import { RecordedSpans, type SpanSink, SpanStore, StageRegistry, StageTracing } from "perigee/layers"
import { source, Stage } from "perigee/operators"

const halve = Stage.map("halve", (n: number) => {
  if (n % 2 !== 0) throw new Error(`${n} is odd`)
  return n / 2
})

/** The pipeline: no tracer is named. */
const halves = Stream.range(1, 200).pipe(
  source({ name: "numbers", eventTime: (n) => n }),
  halve,
  Stream.runFold(
    () => 0,
    (sum, element) => element._tag === "Batch" ? element.payloads.reduce((total, n) => total + n, sum) : sum
  )
)

const services = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer, HeadSampler.layerRatio(0.01))

/** 1 % of the events get spans as they go; those that fail get theirs afterwards. */
const traced = <A, E, R>(tracer: Layer.Layer<A | SpanSink, E, R>) =>
  Layer.merge(StageTracing.layer, FlightRecorder.layer()).pipe(Layer.provideMerge(tracer), Layer.provideMerge(services))

/** The sum of the halves, which no tracer changes, and how many failed events each of them has a trace of. */
export const comparison = Effect.gen(function*() {
  const off = yield* halves.pipe(Effect.provide(traced(Tracing.layerOff)))
  const inMemory = yield* Effect.gen(function*() {
    const sum = yield* halves
    const failed = (yield* RecordedSpans).spans().filter(({ status }) => status.code === "error")
    return { sum, failed: failed.length }
  }).pipe(Effect.provide(traced(Tracing.layerTest)))
  const backend = yield* Effect.gen(function*() {
    const sum = yield* halves
    const found = yield* (yield* SpanStore).search({ operation: "halve", error: true, limit: 1000 })
    return { sum, failed: found.length }
  }).pipe(Effect.provide(traced(Tracing.layerBackend())))
  return { off, inMemory, backend }
})

if (import.meta.main) await Effect.runPromise(Effect.flatMap(comparison, Console.log))
