/**
 * Session windows: those of a key are kept in order of time, and merge when an event joins them.
 *
 * Every result is exact over the events that were taken in. For that an event is late by its own time, not by its session's: one at or before
 * the watermark less the allowed lateness might have to join a session that is no longer there.
 */
import { Schema } from "effect"
import type { Batch } from "../../domain/stream/Batch.ts"
import { Place } from "../../domain/stream/Place.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { StatePart } from "../../layers/stage/StageState.ts"
import type { Collector } from "../stage/Stage.ts"
import { Cell, cellPart } from "../state/Cell.ts"
import { type Graveyard, refuseFull, refuseLate, refuseNoRoom, refuseTime } from "./refusals.ts"
import { sessionsPart } from "./sessionsPart.ts"
import { Session, SessionStore } from "./SessionStore.ts"
import type { WindowKey, WindowResult, Windows, WindowSettings } from "./WindowSettings.ts"

interface Span {
  readonly start: UtcTime
  readonly end: UtcTime
  readonly version: number
}

const spanOf = ({ end, start, version }: Span): Span => ({ start, end, version })

/** Of which windows the state is, and how far time has come. */
const SessionTimes = Schema.Struct({ gap: Schema.Int, watermark: Numeric })

export class SessionWindows<A, K extends WindowKey, Acc, R> implements Windows<A, K, R> {
  private readonly settings: WindowSettings<A, K, Acc, R>
  private readonly store: SessionStore<K, Acc>
  private readonly gap: number
  private readonly times: Cell<typeof SessionTimes.Type>

  constructor(gap: number, settings: WindowSettings<A, K, Acc, R>) {
    this.gap = gap
    this.times = new Cell({ gap, watermark: -Infinity })
    this.settings = settings
    this.store = new SessionStore(settings.allowedLatenessMillis)
  }

  onBatch(batch: Batch<A>, collector: Collector<WindowResult<K, R>>): void {
    const { allowedLatenessMillis, key: keyOf } = this.settings
    const { watermark } = this.store
    const limit = watermark - allowedLatenessMillis
    const place = new Place(batch)
    for (const payload of batch.payloads) {
      place.advance()
      const { time } = place
      if (!Number.isFinite(time)) {
        refuseTime(place, collector)
        continue
      }
      if (time <= limit) {
        refuseLate(place, time + allowedLatenessMillis, watermark, collector)
        continue
      }
      const key = keyOf(payload, place)
      const sessions = this.store.sessionsOf(key)
      const last = sessions[sessions.length - 1]
      if (last === undefined || last.closed || time < last.start || time >= last.end) {
        this.join(key, sessions, payload, place, collector)
      } else if (this.hasRoom(last, payload, place, collector)) {
        this.add(last, payload, place, collector)
      }
    }
  }

  onWatermark(time: UtcTime, collector: Collector<WindowResult<K, R>>): void {
    const { store } = this
    if (time <= store.watermark) return
    store.watermark = time
    this.times.value = { gap: this.gap, watermark: time }
    for (const session of store.due()) {
      this.insert(session, collector)
      store.close(session)
    }
  }

  parts(): ReadonlyArray<StatePart> {
    const { settings: { aggregate }, store, times } = this
    return [
      sessionsPart("sessions", aggregate, store, () => this.entries()),
      cellPart("windows", times, { schema: SessionTimes, accepts: ({ gap }) => gap === this.gap })
    ]
  }

  ready(): void {
    this.store.watermark = this.times.value.watermark
  }

  private entries(): number {
    const { size } = this.settings.aggregate
    if (size === undefined) return this.store.held
    let total = 0
    for (const sessions of this.store.byKey.values()) for (const { acc } of sessions) total += size(acc)
    return total
  }

  private hasRoom(
    { acc }: Session<K, Acc>,
    payload: A,
    place: Place,
    collector: Graveyard
  ): boolean {
    const { hasRoom } = this.settings.aggregate
    if (hasRoom === undefined || hasRoom(acc, payload)) return true
    refuseNoRoom(place, collector)
    return false
  }

  private add(
    session: Session<K, Acc>,
    payload: A,
    place: Place,
    collector: Collector<WindowResult<K, R>>
  ): void {
    session.acc = this.settings.aggregate.add(session.acc, payload)
    const { time } = place
    session.extend(time, time + this.gap)
    collector.absorb(session, place)
    this.store.changed.note(session)
  }

  /** An event that begins a session, goes before others, joins several, or changes one that was emitted. */
  private join(
    key: K,
    sessions: ReadonlyArray<Session<K, Acc>>,
    payload: A,
    place: Place,
    collector: Collector<WindowResult<K, R>>
  ): void {
    const { settings: { aggregate: { initial, merge, result }, maxEntries }, store } = this
    const { time } = place
    const end = time + this.gap
    const touched = sessions.filter((each) => each.start < end && time < each.end)
    const [first, ...others] = touched
    if (first === undefined && store.held >= maxEntries) return refuseFull(place, maxEntries, collector)
    const session = first ?? new Session(key, time, end, store.arrivals++, initial())
    if (!this.hasRoom(session, payload, place, collector)) return
    const emitted = touched.flatMap((each) => each.closed ? [{ was: spanOf(each), value: result(each.acc) }] : [])
    for (const other of others) {
      session.acc = merge(session.acc, other.acc)
      session.join(other)
    }
    this.add(session, payload, place, collector)
    for (const { value, was } of emitted) this.emit(session, was, "retract", value, collector)
    if (emitted.length > 0) session.version++
    session.closed = session.end - 1 <= store.watermark
    if (session.closed) this.insert(session, collector)
    store.hold(session, touched)
  }

  private insert(session: Session<K, Acc>, collector: Collector<WindowResult<K, R>>): void {
    this.emit(session, session, "insert", this.settings.aggregate.result(session.acc), collector)
  }

  private emit(
    session: Session<K, Acc>,
    { end, start, version }: Span,
    operation: "insert" | "retract",
    value: R,
    collector: Collector<WindowResult<K, R>>
  ): void {
    collector.merged(session, { key: session.key, start, end, value, operation, version }, end - 1)
  }
}
