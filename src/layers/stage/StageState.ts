/**
 * The state of the stages that run: where it is restored from, and what can be asked of it. The stages keep their state themselves, as plain
 * objects; this is how a checkpoint, a metric or a test reaches it.
 *
 * A snapshot holds together only between two arrays: take it when no array is inside the pipeline, as a checkpoint does behind a progress
 * mark. A stage without a {@link StateCodec} is not in it.
 */
import { Context, Layer, type Schema } from "effect"

/** How the state of a stage is written and read. `decode` gets what `encode` of the named version gave; `undefined`: it cannot read that. */
export interface StateCodec<S> {
  readonly version: number
  readonly encode: (state: S) => Schema.Json
  readonly decode: (encoded: Schema.Json, version: number) => S | undefined
}

export interface StageSnapshot {
  readonly version: number
  readonly state: Schema.Json
}

/** Snapshots by stage name. */
export type PipelineSnapshot = ReadonlyMap<string, StageSnapshot>

/** A running stage's state, seen from outside. */
export interface StateHandle {
  readonly snapshot: () => StageSnapshot
  /** Keys, windows, rows: whatever the stage counts its bound in. */
  readonly entries: () => number
}

/** By default nothing is restored and nobody asks. */
export class StageState extends Context.Reference<{
  /** Announces the state of a stage that starts, and gives what it is to start from. */
  readonly open: (stage: string, handle: StateHandle) => StageSnapshot | undefined
  readonly snapshot: () => PipelineSnapshot
  /** How many entries the state of each stage has. */
  readonly sizes: () => ReadonlyMap<string, number>
}>("perigee/layers/stage/StageState", {
  defaultValue: () => ({ open: () => undefined, snapshot: () => new Map(), sizes: () => new Map() })
}) {
  /** Keeps the handles of the stages that run; they start from `restored`, if it has them. */
  static readonly layerMemory = (restored: PipelineSnapshot = new Map()) =>
    Layer.sync(StageState, () => {
      const handles = new Map<string, StateHandle>()
      return {
        open: (stage: string, handle: StateHandle) => {
          handles.set(stage, handle)
          return restored.get(stage)
        },
        snapshot: () => new Map(Array.from(handles, ([stage, handle]) => [stage, handle.snapshot()] as const)),
        sizes: () => new Map(Array.from(handles, ([stage, handle]) => [stage, handle.entries()] as const))
      }
    })
}
