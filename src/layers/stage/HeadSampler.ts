/**
 * Whether an event that comes without a trace context of its own is sampled, decided by its trace id alone, so that every replica and every
 * run decides the same. An event that comes with one follows its parent: `followParent` of the domain, which no sampler may overrule.
 */
import { Context, Effect, Layer } from "effect"
import { withThreshold } from "../../domain/sampling/otMember.ts"
import type { SamplingDecision } from "../../domain/sampling/parent.ts"
import { keepsBits, keepsTraceId, type Threshold, thresholdOf } from "../../domain/sampling/threshold.ts"
import { LoadGuard } from "../observability/LoadGuard.ts"

export type HeadDecision = SamplingDecision

const unsampled: HeadDecision = { sampled: false, traceState: undefined }

/**
 * OpenTelemetry's consistent probability sampling: kept when the randomness is at or above the threshold, which is written to `tracestate`
 * as `ot=th:`. The default samples nothing. Decisions are shared objects: nothing is allocated.
 */
export class HeadSampler extends Context.Reference<{
  /** Decides the root of a trace by its id of 32 hex digits. Samplers that have a rate for each source want to know the source. */
  readonly decide: (traceId: string, source?: string) => HeadDecision
  /** The same by the randomness itself: the upper 24 and the lower 32 bits of the trace id's last 7 bytes, as unsigned numbers. */
  readonly decideBits: (high24: number, low32: number, source?: string) => HeadDecision
}>("perigee/layers/stage/HeadSampler", {
  defaultValue: () => ({ decide: () => unsampled, decideBits: () => unsampled })
}) {
  /** Samples no root; who comes with a sampled parent stays sampled. */
  static readonly layerOff = Layer.succeed(HeadSampler, { decide: () => unsampled, decideBits: () => unsampled })

  /** This share of all traces, held to [0, 1]; halved as often as the {@link LoadGuard} around this Layer says. */
  static readonly layerRatio = (ratio: number) =>
    Layer.effect(
      HeadSampler,
      Effect.map(LoadGuard, ({ halvings, maxHalvings }) => {
        const share = Math.min(1, Math.max(0, ratio))
        const full = levelOf(thresholdOf(share))
        const levels = Array.from({ length: maxHalvings + 1 }, (_, n) => levelOf(thresholdOf(share / 2 ** n)))
        return HeadSampler.deciding(() => levels[halvings()] ?? full)
      })
    )

  /** A sampler that decides by the level in force for a source. */
  static readonly deciding = (levelFor: (source: string | undefined) => HeadLevel) =>
    HeadSampler.of({
      decide: (traceId, source) => {
        const { sampled, threshold } = levelFor(source)
        return keepsTraceId(threshold, traceId) ? sampled : unsampled
      },
      decideBits: (high24, low32, source) => {
        const { sampled, threshold } = levelFor(source)
        return keepsBits(threshold, high24, low32) ? sampled : unsampled
      }
    })
}

/** A threshold and the decision that goes with it. */
export interface HeadLevel {
  readonly threshold: Threshold
  readonly sampled: HeadDecision
}

export const levelOf = (threshold: Threshold): HeadLevel => ({
  threshold,
  sampled: { sampled: true, traceState: withThreshold(undefined, threshold) }
})
