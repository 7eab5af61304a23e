/**
 * Who is told of the events that somebody will ask about, sampled or not: those given up, late, shed, slow, taken back, or whose outcome was delivered. They are told with
 * the hops they came by, so that their operator spans can be made afterwards.
 */
import { Context } from "effect"
import type { EventContext, Hop } from "../../domain/stream/Envelope.ts"
import type { RecordedReason } from "../../domain/tracing/retroactiveSpans.ts"

/** An event at the moment at which it became worth a trace. */
export interface RecordedEvent {
  readonly context: EventContext
  /** The stages that it passed, the one that says so first. */
  readonly hop: Hop
  readonly reason: RecordedReason
  /** What went wrong: kind and message; absent where nothing did. */
  readonly error?: { readonly kind: string; readonly message: string }
  /** What is added to monotonic nanoseconds to have nanoseconds since the Unix epoch. */
  readonly wallOffset: bigint
}

/** By default nobody. Called for unsampled events only: the sampled have their spans. It must not throw and should not wait. */
export class StageRecorder extends Context.Reference<{
  readonly record: (event: RecordedEvent) => void
  /** An event that leaves the pipeline so long after it was received, ms, is slow. */
  readonly slowMillis: number
}>("perigee/layers/stage/StageRecorder", {
  defaultValue: () => ({ record: () => {}, slowMillis: Infinity })
}) {}
