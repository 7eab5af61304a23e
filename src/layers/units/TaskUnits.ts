/**
 * The Layer of a task's commit units: its state is read back from the log, and from then on everything that its pipeline appends, reads and changes
 * becomes durable in units. Provide it anew for each run of the pipeline, around all that belongs to it.
 *
 * On a log without units (Kafka until its transactions are used) it provides a state that is not kept, and says so: appends and positions are then
 * durable by themselves, at least once, as without this Layer.
 */
import { Clock, Context, Duration, Effect, Layer, type Scope } from "effect"
import type { LogError } from "../log/LogError.ts"
import type { LogUnits } from "../log/LogUnits.ts"
import { MessageLog } from "../log/MessageLog.ts"
import { StageState } from "../stage/StageState.ts"
import { CommitUnits, type CommitUnitsShape } from "./CommitUnits.ts"
import { keptState } from "./keptState.ts"
import { UnitContents } from "./UnitContents.ts"
import { UnitCycle } from "./UnitCycle.ts"

export interface TaskUnitsOptions {
  /** Under which name the state is kept; of one pipeline alone. */
  readonly task: string
  /** The longest time from an event to the unit that it is in (default 200 ms). */
  readonly every?: Duration.Input
  /** That of the machine, where another Layer makes time go faster. */
  readonly clock?: Clock.Clock
}

const entriesIn = (
  snapshot: ReadonlyMap<string, ReadonlyMap<string, { readonly entries: ReadonlyArray<unknown> }>>
) => {
  let entries = 0
  for (const parts of snapshot.values()) for (const part of parts.values()) entries += part.entries.length
  return entries
}

const opened = Effect.fnUntraced(function*(
  log: LogUnits,
  { clock: given, every = "200 millis", task }: TaskUnitsOptions
): Effect.fn.Return<Context.Context<never>, LogError, Scope.Scope> {
  const clock = given ?? (yield* Clock.Clock)
  const before = clock.monotonicTimeNanosUnsafe()
  const kept = yield* log.load(task)
  if (kept !== undefined) {
    const millis = Number(clock.monotonicTimeNanosUnsafe() - before) / 1e6
    yield* Effect.logInfo(
      `${task}: goes on from commit unit ${kept.units}: ${entriesIn(kept.snapshot)} entries of state, read in ${
        Math.round(millis)
      } ms`
    )
  }
  const { changes, service } = keptState(task, kept?.snapshot ?? new Map())
  const contents = new UnitContents(task, log, changes)
  const cycle = new UnitCycle({
    clock,
    everyMillis: Duration.toMillis(every),
    units: kept?.units ?? 0,
    toldEnd: kept?.closed ?? false
  })
  yield* Effect.forkScoped(Effect.provideService(cycle.watch, Clock.Clock, clock))
  yield* Effect.addFinalizer(() => contents.giveUp)

  const units: CommitUnitsShape = {
    task,
    log,
    openSource: () => cycle.openSource(),
    due: cycle.due,
    cut: cycle.cut,
    isCutting: () => cycle.isCutting(),
    isCut: (unit) => cycle.isCut(unit),
    hurry: () => cycle.hurry(),
    append: (append) => {
      if (contents.append(append)) cycle.hurry()
    },
    settled: (told) => contents.settled(told),
    read: (positions) => contents.read(positions),
    commit: () =>
      Effect.map(contents.commit({ closing: cycle.closing, closed: cycle.isClosed() }), () => cycle.ended()),
    stop: Effect.suspend(() => {
      cycle.stop()
      return cycle.stopped
    }),
    stopped: cycle.stopped
  }
  return Context.make(CommitUnits, units).pipe(Context.add(StageState, service))
})

/** Fails with `Corrupt` for state that cannot be read back. */
const layer = (options: TaskUnitsOptions): Layer.Layer<never, LogError, MessageLog> =>
  Layer.effectContext(Effect.gen(function*() {
    const { units } = yield* MessageLog
    if (units !== undefined) return yield* opened(units, options)
    yield* Effect.logInfo(
      `${options.task}: this log has no commit units: what it writes is there at least once, and its state begins anew with each start`
    )
    return yield* Layer.build(StageState.layerMemory())
  }))

/** Commit units of one task. */
export const TaskUnits = { layer }
