/**
 * An operator of one's own: the running mean of the last `size` values. Nothing in it speaks of spans, metrics or lineage; who runs it decides.
 *
 *     npx node -C perigee-source examples/tracedOperator.ts
 */
import { Console, Effect, Layer, Metric, Stream } from "effect"
import { lineageSteps } from "perigee/domain"
import { DeadLettersMemory, HeadSampler, RecordedSpans, Tracing } from "perigee/layers"
import { StageLineage, StageMetrics, StageRegistry, StageTracing } from "perigee/layers"
import { source, Stage, State } from "perigee/operators"

const runningMean = (size: number) =>
  Stage.mapWith({
    name: "running-mean",
    state: State.value<ReadonlyArray<number>>({ initial: () => [] }),
    f: (last, value: number) => {
      last.value = [...last.value, value].slice(-size)
      return last.value.reduce((sum, each) => sum + each, 0) / last.value.length
    }
  })

const hooks = Layer.mergeAll(StageTracing.layer, StageMetrics.layer, StageLineage.layer, HeadSampler.layerRatio(0.5))
const services = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer)

/** The means of 1 to 100, and what was told of them by the Layers around. */
export const observedRun = Effect.gen(function*() {
  const batches = yield* Stream.range(1, 100).pipe(
    source({ name: "numbers", eventTime: (n) => n }),
    runningMean(3),
    Stream.filter((element) => element._tag === "Batch"),
    Stream.runCollect
  )
  const contexts = batches.flatMap((batch) => batch.contexts)
  const followed = contexts.filter(({ lineage }) => lineage !== undefined)
  return {
    means: batches.flatMap((batch) => batch.payloads),
    sampled: followed.length,
    steps: followed.map(({ lineage = "source" }) => lineageSteps(lineage).map(({ operator }) => operator)),
    spans: (yield* RecordedSpans).spans().filter(({ name }) => name === "running-mean").length,
    metrics: (yield* Metric.snapshot).filter(({ attributes }) => attributes?.["stage"] === "running-mean")
      .map(({ id }) => id)
  }
}).pipe(Effect.provide(Layer.merge(Layer.provideMerge(hooks, Tracing.layerTest), services)))

if (import.meta.main) {
  const { metrics, sampled, spans } = await Effect.runPromise(observedRun)
  await Effect.runPromise(Console.log(`${sampled} of 100 sampled, ${spans} spans, metrics: ${metrics.join(", ")}`))
}
