/**
 * Whether an event that comes without a trace context of its own is sampled, decided by its trace id alone, so that every replica and every
 * run decides the same. An event that comes with one follows its parent: `followParent` of the domain, which no sampler may overrule.
 */
import { Context, Effect, Layer } from "effect"
import { withThreshold } from "../../domain/sampling/head/otMember.ts"
import type { SamplingDecision } from "../../domain/sampling/head/parent.ts"
import { keepsBits, keepsTraceId, never, type Threshold, thresholdOf } from "../../domain/sampling/head/threshold.ts"
import { LoadGuard } from "../sampling/LoadGuard.ts"

export type HeadDecision = SamplingDecision

const unsampled: HeadDecision = { sampled: false, traceState: undefined }

/** A threshold and the decision that goes with it. */
export interface HeadLevel {
  readonly threshold: Threshold
  readonly sampled: HeadDecision
}

const none = { decide: () => unsampled, level: (): HeadLevel => ({ threshold: never, sampled: unsampled }) }

/**
 * OpenTelemetry's consistent probability sampling: kept when the randomness is at or above the threshold, which is written to `tracestate`
 * as `ot=th:`. The default samples nothing. Decisions are shared objects: nothing is allocated.
 */
export class HeadSampler extends Context.Reference<{
  /**
   * Decides the root of a trace by its id of 32 hex digits, or by the UUID that it is without its dashes. Samplers that have a rate for each source
   * want to know the source.
   */
  readonly decide: (id: string, source?: string) => HeadDecision
  /** For who decides an array at once, by {@link isSampled}: the level in force for its `traces` roots. */
  readonly level: (source: string | undefined, traces: number) => HeadLevel
}>("perigee/layers/stage/HeadSampler", {
  defaultValue: () => none
}) {
  /** Samples no root; who comes with a sampled parent stays sampled. */
  static readonly layerOff = Layer.succeed(HeadSampler, none)

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

  /** A sampler that decides by the level in force for a source, of which so many traces begin. */
  static readonly deciding = (level: (source: string | undefined, traces: number) => HeadLevel) =>
    HeadSampler.of({
      decide: (id, source) => {
        const { sampled, threshold } = level(source, 1)
        return keepsTraceId(threshold, id) ? sampled : unsampled
      },
      level
    })
}

export const levelOf = (threshold: Threshold): HeadLevel => ({
  threshold,
  sampled: { sampled: true, traceState: withThreshold(undefined, threshold) }
})

/** Whether a level keeps a trace of this randomness: the upper 24 and the lower 32 bits of its id's last 7 bytes, as unsigned numbers. */
export const isSampled = ({ threshold }: HeadLevel, high24: number, low32: number): boolean =>
  keepsBits(threshold, high24, low32)
