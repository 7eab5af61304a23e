/**
 * What a log does for commit units: what a pipeline appended, the positions that it read and the entries of its state that changed become durable
 * together, or none of them does.
 *
 * A **task** is whoever commits so: one pipeline, later one section of it for one partition. Its state is kept under its name.
 */
import type { Effect } from "effect"
import type { SourcePosition } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { PartChanges, PipelineSnapshot } from "../stage/StageState.ts"
import type { LogError } from "./LogError.ts"
import type { NewLogRecord } from "./LogRecord.ts"
import type { Subscription } from "./Subscription.ts"

/** Records that were checked, with the partition of each. */
export interface StagedAppend {
  readonly topic: string
  readonly records: ReadonlyArray<NewLogRecord>
  readonly partitions: ReadonlyArray<number>
}

/** Next offsets to read of one topic, in the group of a subscription. */
export interface ReadPositions {
  readonly subscription: Subscription
  readonly positions: ReadonlyArray<SourcePosition>
}

/** What changed of a part. `replaces`: these are all its entries, and those that were kept before go. */
export interface KeptChanges extends PartChanges {
  readonly replaces?: boolean
}

export type TaskChanges = ReadonlyMap<string, ReadonlyMap<string, KeptChanges>>

export interface LogUnit {
  readonly task: string
  readonly appends: ReadonlyArray<StagedAppend>
  readonly positions: ReadonlyArray<ReadPositions>
  /** By stage and part. */
  readonly changes: TaskChanges
  /** The input had an end, and what was open then was told of as if nothing more came. The state is as it was before that. */
  readonly closed: boolean
  readonly at: UtcTime
}

/** What is kept of a task. */
export interface TaskState {
  /** Units committed so far. */
  readonly units: number
  /** Whether the last unit ended an input. */
  readonly closed: boolean
  readonly at: UtcTime
  readonly snapshot: PipelineSnapshot
}

export interface TaskSummary extends Omit<TaskState, "snapshot"> {
  readonly task: string
  readonly parts: ReadonlyArray<
    {
      readonly stage: string
      readonly part: string
      readonly version: number
      readonly entries: number
      readonly bytes: number
    }
  >
}

export interface LogUnits {
  /** The engine's own: by it an append knows whether a unit is one of its log. */
  readonly engine: object
  /**
   * All of the unit or nothing; gives the positions of each append. Fails as `append` and `Subscription.commit` do; with `PartitionNotOwned`, and nothing
   * written, where one of the positions is another's by now.
   */
  readonly commit: (unit: LogUnit) => Effect.Effect<ReadonlyArray<ReadonlyArray<SourcePosition>>, LogError>
  /** `undefined`: this task has committed nothing yet. */
  readonly load: (task: string) => Effect.Effect<TaskState | undefined, LogError>
  readonly tasks: Effect.Effect<ReadonlyArray<TaskSummary>, LogError>
  /** Forgets the state of a task, or of one of its stages; gives how many entries that were. Positions stay. */
  readonly reset: (task: string, stage?: string) => Effect.Effect<number, LogError>
}
