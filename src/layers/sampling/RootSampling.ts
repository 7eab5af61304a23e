/** Which spans that have no parent are sampled: those of a service's own calls, not of events, whose stages give them their trace. */
import { Context, Layer } from "effect"
import type { HeadDecision } from "../stage/HeadSampler.ts"

export type DecideRoot = (traceId: string) => HeadDecision

/** The default samples all. */
export class RootSampling extends Context.Reference<DecideRoot>("perigee/layers/observability/RootSampling", {
  defaultValue: () => () => ({ sampled: true, traceState: undefined })
}) {
  /** Only what belongs to an event's trace, or to one that came from outside, is sampled. */
  static readonly layerOff = Layer.succeed(RootSampling, () => ({ sampled: false, traceState: undefined }))
}
