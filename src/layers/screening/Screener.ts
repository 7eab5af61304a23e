/** Who does the work of a screening. */
import { type Effect, Schema } from "effect"
import type { SliceEphemeris } from "../../domain/orbit/ephemeris/SliceEphemeris.ts"
import type { Span } from "../../domain/orbit/screening/hours.ts"
import type { ScreenResult } from "../../domain/orbit/screening/ScreenResult.ts"

/** The thread that did the work is gone, or could not do it. */
export class ScreeningError extends Schema.TaggedError<ScreeningError>()("ScreeningError", {
  reason: Schema.Literals(["start", "worker"]),
  cause: Schema.Defect()
}) {
  override get message(): string {
    const what = this.reason === "start" ? "the worker threads of screening did not start" : "a screening worker failed"
    return `${what}: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

export interface Screener {
  /** Slices that it works on at once. */
  readonly concurrency: number
  /** All against all, and the ephemeris that it took. */
  readonly screen: (
    span: Span,
    threshold: number
  ) => Effect.Effect<{ readonly result: ScreenResult; readonly ephemeris: SliceEphemeris }, ScreeningError>
  /** The ephemeris alone. */
  readonly sample: (span: Span) => Effect.Effect<SliceEphemeris, ScreeningError>
}
