/** What is known of objects, the final updates that wait for their window, the objects observed in an open one, and what was said of conjunctions. */
import type { Conjunction } from "../../../domain/alert/Conjunction.ts"
import type { PairUpdate } from "../../../domain/alert/PairUpdate.ts"
import type { Evidence } from "../../../domain/lineage/Evidence.ts"
import type { Estimate } from "../../../domain/orbit/tracking/Estimate.ts"
import type { EventContext, Held } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { Cell } from "../../state/Cell.ts"
import { EntryTable } from "../../state/Table.ts"
import type { ScreenedUpdate } from "./screenConjunctions.ts"

/** An object with final observations in an open window. */
export interface Observed {
  /** Of its final observations, ascending, no older than the oldest open window. */
  readonly times: Array<UtcTime>
  /** The event that came last: an emission continues it. */
  trigger: Held
  /** One came since the last window was closed. */
  fresh: boolean
  /** Those that the last observation found ahead, and those that have passed since the oldest open window began. */
  conjunctions: ReadonlyArray<Conjunction>
}

export interface Due {
  readonly update: ScreenedUpdate
  readonly kept: Held
  /** The observation that the estimate is of: a revision is triggered by another. */
  readonly of: EventContext
}

/** An object's estimate, and what it rests on. */
export interface Known {
  readonly estimate: Estimate
  readonly evidence: Evidence
}

/** A conjunction that something was said of, so that what is said next is not left out. */
export interface Told {
  readonly conjunction: Conjunction
  /** End of the window that the last speculative update belonged to. */
  readonly windowEnd: UtcTime
  /** The last final or corrected update emitted. */
  readonly last: PairUpdate | undefined
}

/** A final update that waits, and its place among those of one time. */
export interface Waiting {
  readonly due: Due
  readonly order: number
}

/** How far it has come: the end of the last window closed, and the retractions emitted. */
export interface Progress {
  readonly closed: UtcTime
  readonly retractions: number
}

/** The windows of the catalogue's objects, or of synthetic traffic: neither opens, closes or changes one of the other. */
export class PairWindows {
  readonly speculative = new EntryTable<string, Known>({ capacity: Infinity })
  readonly final = new EntryTable<string, Known>({ capacity: Infinity })
  /** By object. */
  readonly observed = new EntryTable<string, Observed>({ capacity: Infinity })
  /** By alert id; those that something was said of. */
  readonly told = new EntryTable<string, Told>({ capacity: Infinity })
  /** By object: the estimate that its conjunctions were last spoken of by. */
  readonly spoken = new EntryTable<string, Estimate>({ capacity: Infinity })
  /** By number. */
  readonly waiting = new EntryTable<number, Waiting>({ capacity: Infinity })
  readonly progress = new Cell<Progress>({ closed: -Infinity, retractions: 0 })
  /** Of the waiting, in event-time order. */
  due: Array<Waiting> = []
  private nextOrder = 0
  /** The closest approaches of those in `told`, by their first object: found without a name, which costs a hash. */
  private readonly toldTimes = new Map<string, Set<UtcTime>>()

  isTold({ nominalTca, pair: [a] }: Conjunction): boolean {
    return this.toldTimes.get(a)?.has(nominalTca) === true
  }

  /** What was said of it. */
  toldOf(conjunction: Conjunction): Told | undefined {
    return this.isTold(conjunction) ? this.told.get(conjunction.alertId) : undefined
  }

  tell(told: Told): void {
    this.told.set(told.conjunction.alertId, told)
    this.index(told.conjunction)
  }

  private index({ nominalTca, pair: [a] }: Conjunction): void {
    const times = this.toldTimes.get(a)
    if (times === undefined) this.toldTimes.set(a, new Set([nominalTca]))
    else times.add(nominalTca)
  }

  /** What was said of a conjunction serves until its last window is closed. */
  forgetPassed(before: UtcTime): void {
    for (const [alertId, { conjunction: { nominalTca, pair: [a] } }] of Array.from(this.told.entries())) {
      if (nominalTca >= before) continue
      this.told.delete(alertId)
      this.toldTimes.get(a)?.delete(nominalTca)
    }
  }

  /** An object got a final observation, or, not `added`, another estimate. Of the conjunctions found before, those stay that have passed since `from`. */
  observe({ kept, update: { conjunctions, track } }: Due, from: UtcTime, added: boolean): void {
    const { objectId, observationTime } = track
    const before = this.observed.get(objectId)
    const passed = before?.conjunctions.filter(({ nominalTca }) => nominalTca <= observationTime && nominalTca > from)
    const observed = {
      times: before?.times ?? [],
      trigger: kept,
      fresh: true,
      conjunctions: passed === undefined || passed.length === 0 ? conjunctions : [...passed, ...conjunctions]
    }
    if (added) insertSorted(observed.times, observationTime)
    this.observed.set(objectId, observed)
  }

  /** Lets go of observations before a time, and of objects without any. */
  forgetBefore(time: UtcTime): void {
    for (const [objectId, { times }] of Array.from(this.observed.entries())) {
      if ((times[0] ?? Infinity) >= time) continue
      while ((times[0] ?? Infinity) < time) times.shift()
      if (times.length === 0) this.observed.delete(objectId)
      else this.observed.touch(objectId)
    }
  }

  /** The objects observed since this was asked last; `every`: all that are observed. */
  freshOnes(every: boolean): ReadonlyArray<Observed> {
    const found: Array<Observed> = []
    for (const [objectId, observed] of Array.from(this.observed.entries())) {
      if (every || observed.fresh) found.push(observed)
      if (!observed.fresh) continue
      observed.fresh = false
      this.observed.touch(objectId)
    }
    return found
  }

  /** Conjunctions that something was said of, with an observation in an open window. */
  openPairs(): number {
    let count = 0
    for (const [, { conjunction }] of this.told.entries()) if (this.timesOf(conjunction, -Infinity).length > 0) count++
    return count
  }

  /** Times of the final observations of both objects before the closest approach, from one time on, ascending. */
  timesOf({ nominalTca, pair }: Conjunction, from: UtcTime): ReadonlyArray<UtcTime> {
    const found: Array<UtcTime> = []
    for (const objectId of pair) {
      for (const time of this.observed.get(objectId)?.times ?? nothing) {
        if (time >= from && time < nominalTca) found.push(time)
      }
    }
    return found.sort((a, b) => a - b)
  }

  /** The event that came last of either object. */
  triggerOf({ pair: [a, b] }: Conjunction): Held | undefined {
    const [first, second] = [this.observed.get(a), this.observed.get(b)]
    if (first === undefined || second === undefined) return (first ?? second)?.trigger
    return (second.times.at(-1) ?? 0) >= (first.times.at(-1) ?? 0) ? second.trigger : first.trigger
  }

  get closed(): UtcTime {
    return this.progress.value.closed
  }

  set closed(closed: UtcTime) {
    this.progress.value = { ...this.progress.value, closed }
  }

  retracted(): void {
    const { retractions } = this.progress.value
    this.progress.value = { ...this.progress.value, retractions: retractions + 1 }
  }

  /** Takes one in after those of its time and before. */
  wait(due: Due): void {
    const waiting = { due, order: this.nextOrder++ }
    this.waiting.set(waiting.order, waiting)
    const { observationTime } = due.update.track
    const last = this.due.at(-1)
    if (last === undefined || timeOf(last) <= observationTime) this.due.push(waiting)
    else this.due.splice(this.due.findLastIndex((each) => timeOf(each) <= observationTime) + 1, 0, waiting)
  }

  /** Takes one in in the place of another. */
  replace(place: number, due: Due): void {
    const before = this.due[place]
    if (before === undefined) return
    const waiting = { due, order: before.order }
    this.due[place] = waiting
    this.waiting.set(waiting.order, waiting)
  }

  /** Takes out and gives those that were observed before `end`. */
  before(end: UtcTime): ReadonlyArray<Due> {
    let count = 0
    for (const each of this.due) {
      if (timeOf(each) >= end) break
      count++
    }
    if (count === 0) return nothing
    const taken = this.due.slice(0, count)
    this.due = this.due.slice(count)
    for (const { order } of taken) this.waiting.delete(order)
    return taken.map(({ due }) => due)
  }

  resume(): void {
    for (const [, { conjunction }] of this.told.entries()) this.index(conjunction)
    this.due = Array.from(this.waiting.entries(), ([, waiting]) => waiting)
      .sort((a, b) => timeOf(a) - timeOf(b) || a.order - b.order)
    for (const { order } of this.due) this.nextOrder = Math.max(this.nextOrder, order + 1)
  }
}

const timeOf = ({ due }: Waiting): UtcTime => due.update.track.observationTime

const nothing: ReadonlyArray<never> = []

const insertSorted = (times: Array<UtcTime>, time: UtcTime): void => {
  times.splice(times.findLastIndex((at) => at <= time) + 1, 0, time)
}
