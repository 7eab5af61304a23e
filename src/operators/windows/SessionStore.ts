/** Sessions by key, and when each is due: to be closed, or, once closed, to be forgotten. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { Changes } from "../state/Changes.ts"
import { type Timed, Timers } from "../state/Timers.ts"
import { Entry } from "./Entry.ts"
import type { WindowKey } from "./WindowSettings.ts"

/** When a session is to be looked at again. */
interface SessionTimer<K extends WindowKey, Acc> extends Timed {
  readonly session: Session<K, Acc>
}

export class Session<K extends WindowKey, Acc> extends Entry<Acc> {
  readonly key: K
  /** Counts sessions as they began. */
  readonly id: number
  start: UtcTime
  end: UtcTime
  /** The least id of those that were merged into it: where ends are equal, results are in this order. */
  order: number
  /** How often an emitted value of it was taken back. */
  version = 0
  /** Whether its value has been emitted and stands. */
  closed = false
  timer: SessionTimer<K, Acc> | undefined = undefined

  constructor(key: K, start: UtcTime, end: UtcTime, id: number, acc: Acc) {
    super(acc)
    this.key = key
    this.start = start
    this.end = end
    this.id = id
    this.order = id
  }

  extend(start: UtcTime, end: UtcTime): void {
    if (start < this.start) this.start = start
    if (end > this.end) this.end = end
  }

  /** Takes in the times and contributors of another. */
  join(other: Session<K, Acc>): void {
    this.extend(other.start, other.end)
    this.merge(other)
    this.order = Math.min(this.order, other.order)
    this.version = Math.max(this.version, other.version)
  }
}

const none: ReadonlyArray<never> = []

export class SessionStore<K extends WindowKey, Acc> {
  /** Ascending by time; they do not overlap. */
  readonly byKey = new Map<K, Array<Session<K, Acc>>>()
  readonly changed = new Changes<Session<K, Acc>>()
  watermark: UtcTime = -Infinity
  /** Sessions of all keys. */
  held = 0
  /** Sessions that ever began. */
  arrivals = 0
  private readonly lateness: number
  private readonly timers = new Timers<SessionTimer<K, Acc>>()

  constructor(allowedLatenessMillis: number) {
    this.lateness = allowedLatenessMillis
  }

  sessionsOf(key: K): ReadonlyArray<Session<K, Acc>> {
    return this.byKey.get(key) ?? none
  }

  /** Holds a session in the place of those that are now part of it. */
  hold(session: Session<K, Acc>, replaced: ReadonlyArray<Session<K, Acc>>): void {
    for (const { timer } of replaced) if (timer !== undefined && timer.session !== session) this.timers.drop(timer)
    const others = this.sessionsOf(session.key).filter((each) => !replaced.includes(each))
    const place = others.findIndex(({ start }) => start > session.start)
    this.byKey.set(session.key, others.toSpliced(place < 0 ? others.length : place, 0, session))
    this.held += 1 - replaced.length
    this.changed.note(session)
    for (const gone of replaced) this.changed.note(gone)
    this.schedule(session)
  }

  holds(session: Session<K, Acc>): boolean {
    return this.sessionsOf(session.key).includes(session)
  }

  /** Takes out the sessions that time has come for, in order of end and then of beginning. Those closed before are forgotten. */
  due(): ReadonlyArray<Session<K, Acc>> {
    const due: Array<Session<K, Acc>> = []
    for (let timer = this.timers.next(this.watermark); timer !== undefined; timer = this.timers.next(this.watermark)) {
      const { session } = timer
      if (this.deadlineOf(session) > this.watermark) this.schedule(session)
      else if (session.closed) this.forget(session)
      else due.push(session)
    }
    return due.sort((a, b) => a.end - b.end || a.order - b.order)
  }

  /** The session's value has been emitted. */
  close(session: Session<K, Acc>): void {
    session.closed = true
    this.changed.note(session)
    if (this.deadlineOf(session) > this.watermark) this.schedule(session)
    else this.forget(session)
  }

  private deadlineOf({ closed, end }: Session<K, Acc>): UtcTime {
    return closed ? end - 1 + this.lateness : end - 1
  }

  /** A session that grows keeps its deadline and gets the next when that is over: most grow many times. */
  private schedule(session: Session<K, Acc>): void {
    const { timer } = session
    const time = this.deadlineOf(session)
    if (timer?.live === true) {
      if (timer.time <= time) return
      this.timers.drop(timer)
    }
    session.timer = { time, live: true, session }
    this.timers.add(session.timer)
  }

  private forget(session: Session<K, Acc>): void {
    const rest = this.sessionsOf(session.key).filter((each) => each !== session)
    if (rest.length === 0) this.byKey.delete(session.key)
    else this.byKey.set(session.key, rest)
    this.held--
    this.changed.note(session)
  }
}
