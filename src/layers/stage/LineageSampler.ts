/**
 * Whether the lineage of an output is kept, decided by its id alone, so that every replica and every run decides the same. It has nothing
 * to do with whether the event is traced.
 */
import { Context, Layer } from "effect"
import { keepsLineage } from "../../domain/lineage/keepsLineage.ts"
import { alertKind } from "../../domain/lineage/LineageRecord.ts"

/** The default keeps nothing. */
export class LineageSampler extends Context.Reference<{
  /** An alert's is always kept. Synchronous and cheap: once per event, where it enters. */
  readonly keeps: (id: string, kind: string) => boolean
}>("perigee/layers/stage/LineageSampler", { defaultValue: () => ({ keeps: () => false }) }) {
  /** Keeps a share of the ids, and every alert. `ratio` is held to [0, 1]. */
  static readonly layerRatio = (ratio: number): Layer.Layer<never> => {
    const keeps = keepsLineage(ratio)
    return Layer.succeed(LineageSampler, { keeps: (id, kind) => kind === alertKind || keeps(id) })
  }
}
