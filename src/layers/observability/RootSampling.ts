/** Which spans that have no parent are sampled: those of a service's own calls, not of events, whose stages give them their trace. */
import { Context, Effect, Layer } from "effect"
import { type HeadDecision, HeadSampler } from "../stage/HeadSampler.ts"

export type DecideRoot = (traceId: string) => HeadDecision

/** The default samples all. */
export class RootSampling extends Context.Reference<DecideRoot>("perigee/layers/observability/RootSampling", {
  defaultValue: () => () => ({ sampled: true, traceState: undefined })
}) {
  /** As the {@link HeadSampler} says, at the same ratio as the events. */
  static readonly layerHead: Layer.Layer<never> = Layer.effect(
    RootSampling,
    Effect.map(HeadSampler, ({ decide }) => decide)
  )
}
