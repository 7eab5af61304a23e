/** What screening finds: closest approaches, and pairs that stay together. */
import type { UtcTime } from "../../time/UtcTime.ts"

/** A closest approach under the threshold. `a` sorts before `b`; `a` is the primary. */
export interface ScreenEvent {
  readonly a: string
  readonly b: string
  readonly tca: UtcTime
  /** m. */
  readonly missDistance: number
  /** m/s. */
  readonly relativeSpeed: number
}

/** A pair that is under the threshold and slow throughout a slice, and where it was nearest: inside the slice, or at one of its ends. */
export interface TogetherPair extends ScreenEvent {
  readonly reason: string
}

export interface ScreenResult {
  /** By time, then pair. */
  readonly events: ReadonlyArray<ScreenEvent>
  /** Docked pairs, by pair: their closest approaches are no events. */
  readonly suppressed: ReadonlyArray<TogetherPair>
  /** Pairs that stay together without being docked, by pair: their closest approaches are events like all others. */
  readonly coLocated: ReadonlyArray<TogetherPair>
}
