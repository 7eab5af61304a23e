/**
 * Tumbling and sliding windows. Events are added to panes; a window is made of its panes when it closes.
 *
 * Every result is exact over the events that were taken in: an event is late as soon as one of its windows is past its lateness. What a
 * closed window's value was is made again from its panes when it is corrected, so that results are not kept.
 */
import { Schema } from "effect"
import type { Batch } from "../../domain/stream/Batch.ts"
import { Place } from "../../domain/stream/Place.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { StatePart } from "../../layers/stage/StageState.ts"
import type { Collector } from "../stage/Stage.ts"
import { Cell, cellPart } from "../state/Cell.ts"
import { addRun, type Run } from "./addRun.ts"
import { panesPart, versionsPart } from "./alignedParts.ts"
import type { AlignedAssigner } from "./assigners.ts"
import { Entry } from "./Entry.ts"
import type { Pane } from "./panes.ts"
import { PaneStore } from "./PaneStore.ts"
import { refuseFull, refuseLate, refuseNoRoom, refuseTime } from "./refusals.ts"
import { RunningTotals } from "./RunningTotals.ts"
import { Versions } from "./Versions.ts"
import type { WindowKey, WindowResult, Windows, WindowSettings } from "./WindowSettings.ts"

/** Of which windows the state is, and how far time has come. */
const WindowTimes = Schema.Struct({ size: Schema.Int, slide: Schema.Int, watermark: Numeric })

export class AlignedWindows<A, K extends WindowKey, Acc, R> implements Windows<A, K, R> {
  private readonly settings: WindowSettings<A, K, Acc, R>
  private readonly store: PaneStore<K, Acc>
  private readonly versions = new Versions<K>()
  private readonly running: RunningTotals<K, Acc> | undefined
  private readonly run: Run<Acc>
  private readonly times: Cell<typeof WindowTimes.Type>

  constructor(assigner: AlignedAssigner, settings: WindowSettings<A, K, Acc, R>) {
    const { aggregate, allowedLatenessMillis } = settings
    this.settings = settings
    this.run = { acc: aggregate.initial(), least: Infinity, greatest: -Infinity }
    this.store = new PaneStore(assigner, allowedLatenessMillis)
    const { times } = this.store
    this.times = new Cell({ size: times.size, slide: times.slide, watermark: -Infinity })
    this.running = aggregate.remove === undefined || times.pane === times.size
      ? undefined
      : new RunningTotals(aggregate, aggregate.remove, times)
  }

  onBatch(batch: Batch<A>, collector: Collector<WindowResult<K, R>>): void {
    const place = new Place(batch)
    if (!this.settings.isKeyed) {
      this.takeRuns(batch, place, collector)
      return
    }
    for (const payload of batch.payloads) {
      place.advance()
      this.takeOne(payload, place, collector)
    }
  }

  onWatermark(time: UtcTime, collector: Collector<WindowResult<K, R>>): void {
    const { store } = this
    if (time <= store.watermark) return
    store.watermark = time
    this.times.value = { ...this.times.value, watermark: time }
    while (store.nextEnd < Infinity && store.nextEnd - 1 <= time) {
      this.close(store.nextEnd, collector)
      store.closed()
    }
    if (store.drop()) this.versions.forgetUntil(time - this.settings.allowedLatenessMillis + 1)
  }

  parts(): ReadonlyArray<StatePart> {
    const { settings: { aggregate }, store, times, versions } = this
    return [
      panesPart("panes", aggregate, store, () => this.entries()),
      versionsPart("versions", versions),
      cellPart("windows", times, {
        schema: WindowTimes,
        // Panes of other windows are no use.
        accepts: ({ size, slide }) => size === times.value.size && slide === times.value.slide
      })
    ]
  }

  ready(): void {
    this.store.resume(this.times.value.watermark)
  }

  private entries(): number {
    const { size } = this.settings.aggregate
    if (size === undefined) return this.store.held
    let total = 0
    for (const { acc } of this.store.allEntries()) total += size(acc)
    return total
  }

  private takeOne(payload: A, place: Place, collector: Collector<WindowResult<K, R>>): void {
    const { store } = this
    const pane = store.paneAt(place.time)
    if (pane.firstClose > store.watermark) this.take(pane, payload, place, collector)
    else this.takeLate(pane, payload, place, collector)
  }

  /** Without a key, events in a row that are of one pane and not followed are added by one loop, the others one by one. */
  private takeRuns(batch: Batch<A>, place: Place, collector: Collector<WindowResult<K, R>>): void {
    const { followed, payloads, times } = batch
    let at = 0
    let next = 0
    while (at < payloads.length) {
      const stop = followed[next] ?? payloads.length
      at = this.takeRun(batch, times, at, stop)
      if (at === stop) next++
      for (const payload of payloads.slice(at, at + 1)) {
        place.moveTo(at++)
        this.takeOne(payload, place, collector)
      }
    }
  }

  /** Adds what it can of the events from one place on and before another, and says where it stopped. A pane's first event it leaves to others. */
  private takeRun(batch: Batch<A>, times: ReadonlyArray<UtcTime>, from: number, to: number): number {
    const { run, store, settings: { aggregate: { add, hasRoom } } } = this
    let at = from
    while (at < to) {
      const pane = store.paneAt(times[at] ?? NaN)
      const { lastEntry: entry } = pane
      if (entry === undefined || pane.firstClose <= store.watermark) break
      const begun = at
      run.acc = entry.acc
      at = addRun(batch.payloads, times, begun, to, pane.start, pane.end, run, add, hasRoom)
      entry.acc = run.acc
      if (at === begun) break
      entry.addRun(batch, begun, at, run.least, run.greatest)
      store.changed.note(entry)
    }
    return at
  }

  /** Adds an event to its pane. False if there is no room for it. */
  private take(
    pane: Pane<K, Acc>,
    payload: A,
    place: Place,
    collector: Collector<WindowResult<K, R>>
  ): boolean {
    const { aggregate, key: keyOf, maxEntries } = this.settings
    const key = keyOf(payload, place)
    let entry = pane.lastEntry
    if (entry === undefined || pane.lastKey !== key) {
      entry = this.store.entryOf(pane, key, aggregate.initial, maxEntries)
      if (entry === undefined) {
        refuseFull(place, maxEntries, collector)
        return false
      }
    }
    if (aggregate.hasRoom !== undefined && !aggregate.hasRoom(entry.acc, payload)) {
      refuseNoRoom(place, collector)
      return false
    }
    entry.acc = aggregate.add(entry.acc, payload)
    collector.absorb(entry, place)
    this.store.changed.note(entry)
    return true
  }

  /** An event of which a window is closed: what has been emitted is corrected at once. */
  private takeLate(
    pane: Pane<K, Acc>,
    payload: A,
    place: Place,
    collector: Collector<WindowResult<K, R>>
  ): void {
    const { store: { times, watermark }, settings: { aggregate: { result }, key: keyOf }, versions } = this
    if (!Number.isFinite(place.time)) return refuseTime(place, collector)
    const limit = this.store.limit(pane)
    if (limit <= watermark) return refuseLate(place, limit, watermark, collector)
    const key = keyOf(payload, place)
    const before: Array<readonly [end: UtcTime, entry: Entry<Acc>, value: R]> = []
    for (let close = pane.firstClose; close <= watermark && close <= pane.lastClose; close += times.slide) {
      const entry = this.entryOf(key, close + 1)
      before.push([close + 1, entry, result(entry.acc)])
    }
    if (!this.take(pane, payload, place, collector)) return
    this.running?.forget()
    for (const [end, { count }, previous] of before) {
      const after = this.entryOf(key, end)
      let version = versions.of(end, key)
      if (count > 0) {
        this.emit(collector, after, key, end, "retract", previous, version)
        versions.set(end, key, ++version)
      }
      this.emit(collector, after, key, end, "insert", result(after.acc), version)
    }
  }

  private close(end: UtcTime, collector: Collector<WindowResult<K, R>>): void {
    const { running, settings: { aggregate: { result } }, store } = this
    const panes = store.panesOf(end)
    const totals = running?.enter(end, panes)
    const entries: ReadonlyMap<K, Entry<Acc>> | undefined = panes.length === 1 && totals === undefined
      ? panes[0]?.entries
      : this.mergedOf(panes, totals)
    entries?.forEach((entry, key) => {
      if (entry.count > 0) this.emit(collector, entry, key, end, "insert", result(entry.acc), 0)
    })
    running?.leave(end, panes)
  }

  private emit(
    collector: Collector<WindowResult<K, R>>,
    entry: Entry<Acc>,
    key: K,
    end: UtcTime,
    operation: "insert" | "retract",
    value: R,
    version: number
  ): void {
    const start = end - this.store.times.size
    collector.merged(entry, { key, start, end, value, operation, version }, end - 1)
  }

  /** The entries of several panes together, in order of pane and then of arrival. */
  private mergedOf(
    panes: ReadonlyArray<Pane<K, Acc>>,
    totals: ReadonlyMap<K, { readonly acc: Acc }> | undefined
  ): ReadonlyMap<K, Entry<Acc>> {
    const { initial, merge } = this.settings.aggregate
    const merged = new Map<K, Entry<Acc>>()
    for (const { entries } of panes) {
      for (const [key, entry] of entries) {
        let whole = merged.get(key)
        if (whole === undefined) {
          const total = totals?.get(key)
          merged.set(key, whole = new Entry(total === undefined ? initial() : total.acc))
        }
        if (totals === undefined) whole.acc = merge(whole.acc, entry.acc)
        whole.merge(entry)
      }
    }
    return merged
  }

  /** One key's part of a window. */
  private entryOf(key: K, end: UtcTime): Entry<Acc> {
    const { initial, merge } = this.settings.aggregate
    const whole = new Entry(initial())
    for (const { entries } of this.store.panesOf(end)) {
      const entry = entries.get(key)
      if (entry === undefined) continue
      whole.acc = merge(whole.acc, entry.acc)
      whole.merge(entry)
    }
    return whole
  }
}
