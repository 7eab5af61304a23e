/**
 * The commit units of a running pipeline: the sources ask when to give a barrier and wait until the unit is cut, sinks on the log hand in what they
 * append, and `commit` at the end cuts the unit when the barrier has come to it. See docs/recovery.md.
 *
 * Without a Layer there are none: appends are durable at once, positions when they come to `commit`, and state is lost with the process.
 */
import { Context, type Effect } from "effect"
import type { LogError } from "../log/LogError.ts"
import type { LogUnits, ReadPositions, StagedAppend } from "../log/LogUnits.ts"

/** One source of the pipeline. */
export interface UnitSource {
  /** The unit that the source is to give a barrier for now; the source then waits. */
  readonly barrier: () => number | undefined
  /** Whether it waits for a unit to be cut. */
  readonly waits: () => boolean
  /** Something goes into the pipeline. */
  readonly gave: () => void
  /** Its input is at its end, and a unit is due. Where nothing came in this run, and an earlier one has closed what was open, it is the last. */
  readonly atEnd: () => void
  /** That unit is cut. True: no other source goes on, and what is open is to be closed; the state stays as it is now. */
  readonly closes: () => boolean
  readonly leave: () => void
}

export interface CommitUnitsShape {
  readonly task: string
  /** Of the log that the units are committed to. */
  readonly log: LogUnits
  readonly openSource: () => UnitSource
  /** Done when a barrier is due, or one is under way. */
  readonly due: Effect.Effect<void>
  /** Done when no unit is being cut. */
  readonly cut: Effect.Effect<void>
  /** Whether a unit is being cut: nothing begins by itself until it is. */
  readonly isCutting: () => boolean
  readonly isCut: (unit: number) => boolean
  /** A unit is due as soon as the array at work is through. */
  readonly hurry: () => void
  /** Takes records that were checked. */
  readonly append: (append: StagedAppend) => void
  /** Called when what was handed in since the last unit is durable, or with `false` when it is given up. */
  readonly settled: (told: (committed: boolean) => Effect.Effect<void>) => void
  readonly read: (positions: ReadPositions) => void
  /** The barrier has come to the end. May be called again after it failed. */
  readonly commit: (unit: number) => Effect.Effect<void, LogError>
  /** Cuts a last unit, as things are: nothing is closed. Done when it is committed. */
  readonly stop: Effect.Effect<void>
  /** Done when the last unit is committed after {@link stop}. */
  readonly stopped: Effect.Effect<void>
}

export class CommitUnits extends Context.Reference<CommitUnitsShape | undefined>("perigee/layers/units/CommitUnits", {
  defaultValue: () => undefined
}) {}
