/**
 * The state of the stages that run: where it is restored from, and what can be asked of it. The stages keep their state themselves, as plain
 * objects in named parts (tables, panes, rows); this is how a checkpoint, a commit unit, a metric or a test reaches it.
 *
 * What is asked holds together only between two arrays: ask when no array is inside the pipeline, as a checkpoint does behind a progress mark. A
 * stage whose state is not kept (see `UnkeptState`) has no parts here.
 */
import { Context, Layer } from "effect"

/** An entry as bytes, which are the receiver's. */
export interface StateEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** An entry that changed; without a value it was removed. */
export interface StateChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** A named part of a stage's state. */
export interface StatePart {
  readonly name: string
  /** Of how entries are written: a part reads what it can, and says which it cannot. */
  readonly version: number
  /** How many entries it has, in what its bound is counted in. */
  readonly size: () => number
  readonly entries: () => Iterable<StateEntry>
  /** Which entries changed since this was called last, each once. What changed before the first call is not told. */
  readonly changes: () => ReadonlyArray<StateChange>
  /** Takes up, while still empty, what was written under a version. False: it cannot be read. */
  readonly restore: (entries: Iterable<StateEntry>, version: number) => boolean
}

export interface PartSnapshot {
  readonly version: number
  readonly entries: ReadonlyArray<StateEntry>
}

/** The parts of one stage, by name. */
export type StageSnapshot = ReadonlyMap<string, PartSnapshot>

/** By stage name. */
export type PipelineSnapshot = ReadonlyMap<string, StageSnapshot>

export interface PartChanges {
  readonly version: number
  readonly changes: ReadonlyArray<StateChange>
}

/** What changed since it was asked last, by stage and part; those in which nothing did are left out. */
export type PipelineChanges = ReadonlyMap<string, ReadonlyMap<string, PartChanges>>

/** What a stage lets be read of its state beside the number of entries: a number, or several by name. */
export type StageReadings = Readonly<Record<string, number | ReadonlyMap<string, number>>>

/** A running stage's state, seen from outside. */
export interface StateHandle {
  readonly parts: ReadonlyArray<StatePart>
  readonly readings: () => StageReadings
}

/** Nothing is restored, and nobody asks. */
const unasked = {
  open: () => undefined,
  snapshot: () => new Map(),
  changes: () => new Map(),
  sizes: () => new Map(),
  readings: () => ({})
}

export class StageState extends Context.Reference<{
  /** Announces the state of a stage that starts, and gives what it is to start from; of a stage that starts again, the new one counts. */
  readonly open: (stage: string, handle: StateHandle) => StageSnapshot | undefined
  readonly snapshot: () => PipelineSnapshot
  readonly changes: () => PipelineChanges
  /** How many entries the state of each stage has, by part. */
  readonly sizes: () => ReadonlyMap<string, ReadonlyMap<string, number>>
  /** What a stage lets be read; nothing of one that does not run. */
  readonly readings: (stage: string) => StageReadings
}>("perigee/layers/stage/StageState", { defaultValue: () => unasked }) {
  /** Keeps the handles of the stages that run; they start from `restored`, if it has them. */
  static readonly layerMemory = (restored: PipelineSnapshot = new Map()) =>
    Layer.sync(StageState, () => stageState(restored))
}

/** Keeps the handles of the stages that run; they start from `restored`, if it has them. */
export const stageState = (restored: PipelineSnapshot): Context.Service.Shape<typeof StageState> => {
  const handles = new Map<string, StateHandle>()
  return {
    open: (stage, handle) => {
      handles.set(stage, handle)
      return restored.get(stage)
    },
    snapshot: () => ofParts(handles, ({ entries, version }) => ({ version, entries: Array.from(entries()) })),
    changes: () => {
      const all = ofParts(handles, ({ changes, version }) => ({ version, changes: changes() }))
      return new Map(
        Array.from(all, ([stage, parts]) => [stage, new Map(Array.from(parts).filter(hasChanges))] as const)
          .filter(([, parts]) => parts.size > 0)
      )
    },
    sizes: () => ofParts(handles, ({ size }) => size()),
    readings: (stage) => handles.get(stage)?.readings() ?? {}
  }
}

const hasChanges = ([, { changes }]: readonly [part: string, changes: PartChanges]): boolean => changes.length > 0

const ofParts = <A>(
  handles: ReadonlyMap<string, StateHandle>,
  read: (part: StatePart) => A
): ReadonlyMap<string, ReadonlyMap<string, A>> =>
  new Map(
    Array.from(handles, ([stage, { parts }]) =>
      [stage, new Map(parts.map((part) => [part.name, read(part)] as const))] as const)
      .filter(([, parts]) =>
        parts.size > 0
      )
  )
