/** What the main thread and a screening worker say to each other: structured clones, the numbers of an ephemeris in memory that both see. */
import type { MeanElements } from "../../domain/orbit/catalogue/MeanElements.ts"
import type { SliceEphemeris } from "../../domain/orbit/ephemeris/SliceEphemeris.ts"
import type { Span } from "../../domain/orbit/screening/hours.ts"
import type { ScreenResult } from "../../domain/orbit/screening/ScreenResult.ts"

export type Order =
  | { readonly _tag: "Load"; readonly elements: ReadonlyArray<MeanElements> }
  /** `threshold` in m; without one the ephemeris alone. */
  | { readonly _tag: "Screen"; readonly id: number; readonly span: Span; readonly threshold: number | undefined }

export interface Done {
  readonly _tag: "Done"
  readonly id: number
  /** The ids stay with who asked. */
  readonly ephemeris: Omit<SliceEphemeris, "objectIds">
  readonly result: ScreenResult | undefined
}

export type Answer = Done | { readonly _tag: "Failed"; readonly id: number; readonly reason: string }
