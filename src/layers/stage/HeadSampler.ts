/**
 * Whether an event that comes without a trace context of its own is sampled, decided by its trace id alone, so that every replica and every
 * run decides the same.
 */
import { Context, Layer } from "effect"
import type { TraceContext } from "../../domain/Envelope.ts"

export type HeadDecision = Pick<TraceContext, "sampled" | "traceState">

const unsampled: HeadDecision = { sampled: false, traceState: undefined }

/** 2^56: the randomness of a trace id is its last 7 bytes. */
const range = 2 ** 56

/** The default samples nothing. */
export class HeadSampler extends Context.Reference<{
  readonly decide: (traceId: string) => HeadDecision
}>("perigee/layers/stage/HeadSampler", { defaultValue: () => ({ decide: () => unsampled }) }) {
  /**
   * OpenTelemetry's consistent probability sampling: kept when the randomness is at or above the threshold, which is written to
   * `tracestate` as `ot=th:`. `ratio` is held to [0, 1].
   */
  static readonly layerRatio = (ratio: number) => {
    const threshold = Math.round((1 - Math.min(1, Math.max(0, ratio))) * range)
    const th = threshold === 0 ? "0" : threshold.toString(16).padStart(14, "0").replace(/0+$/, "")
    const sampled: HeadDecision = { sampled: true, traceState: `ot=th:${th}` }
    return Layer.succeed(HeadSampler, {
      // Seven bytes do not fit a double to the last bit; eight bits are far below what a ratio can mean.
      decide: (traceId: string) => Number.parseInt(traceId.slice(-14), 16) >= threshold ? sampled : unsampled
    })
  }
}
