/**
 * A sampler of one's own: every event of the sources one is looking at, a share of the others. It decides by a threshold, so a kept trace says how
 * many it stands for, and every process decides alike.
 *
 *     npx node -C perigee-source examples/sampler.ts
 */
import { Console, Effect, Layer, Stream } from "effect"
import { Threshold } from "perigee/domain"
import { DeadLettersMemory, HeadSampler, levelOf, StageRegistry } from "perigee/layers"
import { source, Stage } from "perigee/operators"

/** All of `watched`, and `ratio` of the rest. */
export const layerWatching = (watched: ReadonlySet<string>, ratio: number): Layer.Layer<never> => {
  const all = levelOf(Threshold.thresholdOf(1))
  const share = levelOf(Threshold.thresholdOf(ratio))
  return Layer.succeed(
    HeadSampler,
    HeadSampler.deciding((name) => name !== undefined && watched.has(name) ? all : share)
  )
}

const services = Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer)

/** How many of 1,000 events of a source are sampled. */
export const sampledOf = (name: string) =>
  Stream.range(1, 1000).pipe(
    source({ name, eventTime: (n) => n }),
    Stage.map("identity", (n: number) => n),
    Stream.runFold(() => 0, (sampled, element) =>
      element._tag === "Batch"
        ? sampled + element.contexts.filter(({ trace }) => trace.sampled).length
        : sampled),
    Effect.provide(Layer.merge(layerWatching(new Set(["radar-3"]), 0.1), services))
  )

if (import.meta.main) {
  await Effect.runPromise(Effect.flatMap(Effect.all([sampledOf("radar-3"), sampledOf("radar-4")]), Console.log))
}
