/** Lineage as the configuration asks for it: `PERIGEE_LINEAGE` and what belongs to it (`docs/configuration.md`). */
import { Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { LineageSampler } from "../stage/LineageSampler.ts"
import { StageLineage } from "../stage/StageLineage.ts"
import { LineageStore } from "./LineageStore.ts"
import { SqliteLineage } from "./SqliteLineage.ts"

/**
 * The store, the sampler, and the hook of the stages that begins lineage and hands it in; all off with `PERIGEE_LINEAGE=off`. In memory where the log is. A file that cannot be opened switches lineage
 * off with a warning: nothing that observes may stop the pipeline.
 */
export const layerLineageFromConfig = Layer.unwrap(Effect.gen(function*() {
  if (!(yield* settings.lineage)) return Layer.empty
  const options = {
    directory: yield* settings.dataDirectory,
    retentionMillis: yield* settings.lineageRetention,
    capacity: yield* settings.lineageCapacity
  }
  const store = (yield* settings.log) === "memory"
    ? LineageStore.layerMemory(options)
    : Layer.catch(
      SqliteLineage.layer(options),
      ({ message }) => Layer.effectDiscard(Effect.logWarning(`lineage is not kept: ${message}`))
    )
  const keeping = Layer.merge(store, LineageSampler.layerRatio(yield* settings.lineageRatio))
  return Layer.provideMerge(StageLineage.layerStore, keeping)
}))

/** Reads what a run has left or is writing, in the data directory. */
export const layerLineageReaderFromConfig = Layer.unwrap(Effect.map(settings.dataDirectory, SqliteLineage.layerReader))
