/** What goes into the next unit: what sinks appended, the positions that were passed, and whoever wants to hear what became of it. */
import { Clock, Effect } from "effect"
import type { LogError } from "../log/LogError.ts"
import type { LogUnit, LogUnits, ReadPositions, StagedAppend, TaskChanges } from "../log/LogUnits.ts"

/** Appended bytes after which a unit is cut before its time, so that memory stays bounded. */
const mostBytes = 8 << 20

export class UnitContents {
  private readonly task: string
  private readonly log: LogUnits
  private readonly changes: () => TaskChanges
  private appends: Array<StagedAppend> = []
  private bytes = 0
  private positions = new Map<string, ReadPositions>()
  private listeners: Array<(committed: boolean) => Effect.Effect<void>> = []
  /** What was taken and could not be committed yet. */
  private taken: LogUnit | undefined = undefined

  constructor(task: string, log: LogUnits, changes: () => TaskChanges) {
    this.task = task
    this.log = log
    this.changes = changes
  }

  /** Gives whether there is much by now. */
  append(append: StagedAppend): boolean {
    this.appends.push(append)
    for (const { value } of append.records) this.bytes += value.length
    return this.bytes > mostBytes
  }

  settled(told: (committed: boolean) => Effect.Effect<void>): void {
    this.listeners.push(told)
  }

  read({ positions, subscription }: ReadPositions): void {
    for (const position of positions) {
      this.positions.set(`${position.topic}/${position.partition}`, { subscription, positions: [position] })
    }
  }

  /** All of it, all or nothing; called again after a failure it is the same unit. */
  commit(
    { closed, closing }: {
      /** What is open is told of as if nothing more came: without the state, which stays as it was. */
      readonly closing: boolean
      readonly closed: boolean
    }
  ): Effect.Effect<void, LogError> {
    return Effect.gen({ self: this }, function*() {
      this.taken ??= {
        task: this.task,
        appends: this.appends,
        positions: Array.from(this.positions.values()),
        changes: closing ? nothing : this.changes(),
        closed,
        at: yield* Clock.currentTimeMillis
      }
      yield* this.log.commit(this.taken)
      this.taken = undefined
      this.appends = []
      this.bytes = 0
      this.positions = new Map()
      yield* this.tell(true)
    })
  }

  /** The pipeline is gone: what was handed in is not durable. */
  get giveUp(): Effect.Effect<void> {
    return this.tell(false)
  }

  private tell(committed: boolean): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { listeners } = this
      this.listeners = []
      return Effect.forEach(listeners, (told) => told(committed), { discard: true })
    })
  }
}

const nothing: TaskChanges = new Map()
