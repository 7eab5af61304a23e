/**
 * The queues between stages that run: how full each is. The stages keep the queues themselves; this is how a metric, a flow policy or a test
 * sees them.
 */
import { Context, Layer } from "effect"

/** A queue seen from outside, in events. */
export interface ChannelHandle {
  readonly capacity: number
  readonly waiting: () => number
}

/** By default nobody asks. */
export class StageChannels extends Context.Reference<{
  /** Announces a queue by its edge's name; a restarted stage's queue takes the place of the old one. */
  readonly open: (edge: string, handle: ChannelHandle) => void
  /** How full each queue is: events waiting over capacity, 0 to 1. */
  readonly occupancy: () => ReadonlyMap<string, number>
}>("perigee/layers/stage/StageChannels", {
  defaultValue: () => ({ open: () => {}, occupancy: () => new Map() })
}) {
  static readonly layerMemory = Layer.sync(StageChannels, () => {
    const handles = new Map<string, ChannelHandle>()
    return {
      open: (edge: string, handle: ChannelHandle) => void handles.set(edge, handle),
      occupancy: () =>
        new Map(Array.from(handles, ([edge, { capacity, waiting }]) => [edge, waiting() / capacity] as const))
    }
  })
}
