/**
 * Groups the spans of one partition by trace and decides each trace once, by the log alone: the same records give the same decisions, however they are cut and whenever
 * they are read.
 *
 * A trace is open until it is done (see {@link AggregationOptions}); then it is kept or dropped, and its spans that come later follow that. Where the decisions of an
 * earlier run are known, spans that were read before are held against them and never judged again.
 *
 * State: {@link OpenTraces}, {@link SpanBodies}, {@link Decisions}; bounded by bytes.
 */
import { Result } from "effect"
import { randomnessOf } from "../../domain/sampling/head/otMember.ts"
import { above, always, isKept, keepsBits, maxThreshold, type Threshold } from "../../domain/sampling/head/threshold.ts"
import { makeOverloadFloor } from "../../domain/sampling/tail/OverloadFloor.ts"
import type { OtlpMalformed } from "../../domain/traces/otlp/OtlpMalformed.ts"
import {
  resourceAt,
  resourceStride,
  scopeAt,
  scopeStride,
  spanAt,
  type SpanColumns,
  spanStride
} from "../../domain/traces/otlp/SpanColumns.ts"
import { readSpanRecord, type SpanRecord } from "../../domain/traces/otlp/spanRecord.ts"
import { SpanScanner } from "../../domain/traces/otlp/SpanScanner.ts"
import type { Completion } from "../../domain/traces/TraceRecord.ts"
import { type AggregationOptions, type AggregationStats, emptyAggregationStats } from "./AggregationOptions.ts"
import type { ClosedTrace, ClosedTraces } from "./ClosedTraces.ts"
import { type Decided, Decisions } from "./Decisions.ts"
import { judgeTraces } from "./judgeTraces.ts"
import { OpenTraces, traceFlag } from "./OpenTraces.ts"
import { pairsOf, SpanBodies } from "./SpanBodies.ts"
import { isWhole, placesOf } from "./spanPlaces.ts"
import { noRow, rowAt, rowStride } from "./SpanRows.ts"
import { Turns } from "./Turns.ts"

/** A record of the topic `spans`. `offset` counts from 0 in its partition. */
export interface SpansRecord extends SpanRecord {
  readonly offset: number
  /** Milliseconds. */
  readonly timestamp: number
}

type Reason = Completion["reason"]

/** The share of what waits that goes at once where there is too much. */
const relief = 1 / 8

export class Aggregation {
  readonly partition: number
  readonly stats: AggregationStats = emptyAggregationStats()
  /** The offset of the record that comes next. */
  next = 0
  readonly #options: AggregationOptions
  readonly #open = new OpenTraces()
  readonly #bodies: SpanBodies
  readonly #decisions: Decisions
  readonly #scanner: SpanScanner
  readonly #turns: Turns
  readonly #floor
  readonly #judge
  /** Traces whose decision is known, by slot. */
  readonly #forced = new Map<number, Decided>()
  #now = -Infinity
  #closed: Array<ClosedTrace> = []

  constructor(partition: number, options: AggregationOptions, decisions = new Decisions(options.decisionCapacity)) {
    this.partition = partition
    this.#options = options
    this.#decisions = decisions
    this.#bodies = new SpanBodies(options.policies?.needsSpans === true ? Infinity : options.maxBodyBytes)
    this.#scanner = new SpanScanner({ attributes: options.policies?.conditions.ofAttributes ?? false })
    this.#turns = new Turns(options.turnMillis)
    this.#floor = makeOverloadFloor(2 * options.maxWaitMillis)
    this.#judge = options.policies === undefined
      ? undefined
      : judgeTraces(options.policies, options, this.#open, this.#bodies)
  }

  /** Takes a record in. One that cannot be read changes nothing but the time. */
  take(record: SpansRecord): OtlpMalformed | undefined {
    this.next = record.offset
    this.advance(record.timestamp)
    this.next = record.offset + 1
    const bytes = readSpanRecord(record)
    if (Result.isFailure(bytes)) return bytes.failure
    const scanned = this.#scanner.scan(bytes.success)
    if (Result.isFailure(scanned)) return scanned.failure
    this.stats.records++
    this.#spans(record.offset, bytes.success, scanned.success)
    if (this.memory > this.#options.maxBytes) this.#relieve()
    return undefined
  }

  /** Log time goes on: decides what is due. It never goes back. */
  advance(now: number): void {
    if (now <= this.#now) return
    this.#now = now
    for (let turn = this.#turns.take(now); turn !== undefined; turn = this.#turns.take(now)) this.#look(turn)
  }

  /** What was closed since the last call. */
  drain(): ClosedTraces | undefined {
    if (this.#closed.length === 0) return undefined
    const traces = this.#closed
    this.#closed = []
    return { partition: this.partition, upTo: this.next, at: this.#now, traces }
  }

  /** Everything before this offset is decided. */
  get settled(): number {
    return this.#bodies.oldest?.offset ?? this.next
  }

  /** The end: where all is kept, what is open is written as it is; else it waits in the log for the next start. */
  end(): void {
    if (this.#options.policies !== undefined) return
    this.#settle(Array.from(this.#open.ids.slots()), () => "shutdown", this.#now)
  }

  /** Traces, spans and bytes that wait. */
  get waiting(): { readonly traces: number; readonly spans: number; readonly bytes: number } {
    return { traces: this.#open.ids.size, spans: this.#open.rows.size, bytes: this.memory }
  }

  get memory(): number {
    return this.#open.memory + (this.#options.policies?.needsSpans === true ? this.#bodies.heldBytes : 0)
  }

  #spans(offset: number, bytes: Uint8Array, columns: SpanColumns): void {
    const { words } = columns
    const body = {
      partition: this.partition,
      offset,
      resources: pairsOf(columns.resourceWords, columns.resources, resourceStride, resourceAt.from, resourceAt.to),
      scopes: pairsOf(columns.scopeWords, columns.scopes, scopeStride, scopeAt.from, scopeAt.to),
      bytes,
      uses: 0
    }
    const number = this.#bodies.add(body)
    for (let span = 0; span < columns.count; span++) {
      const at = span * spanStride
      this.stats.spans++
      const slot = this.#slotOf(words, at, offset, () => traceStateOf(bytes, words, at))
      if (slot < 0) continue
      const row = this.#open.append(slot)
      const { words: rows } = this.#open.rows
      const to = row * rowStride
      rows[to + rowAt.body] = number
      rows[to + rowAt.from] = words[at + spanAt.from] ?? 0
      rows[to + rowAt.to] = words[at + spanAt.to] ?? 0
      rows[to + rowAt.resource] = words[at + spanAt.resource] ?? 0
      rows[to + rowAt.scope] = words[at + spanAt.scope] ?? 0
      rows[to + rowAt.id] = words[at + spanAt.spanId] ?? 0
      rows[to + rowAt.id + 1] = words[at + spanAt.spanId + 1] ?? 0
      rows[to + rowAt.parent] = words[at + spanAt.parent] ?? 0
      rows[to + rowAt.parent + 1] = words[at + spanAt.parent + 1] ?? 0
      rows[to + rowAt.kind] = words[at + spanAt.kind] ?? 0
      body.uses++
      this.#heard(slot, bytes, columns, span)
    }
    if (body.uses === 0) this.#bodies.release(number, 0)
  }

  /** The open trace of a span; -1: the span goes no further. */
  #slotOf(words: Uint32Array, at: number, offset: number, traceState: () => string | undefined): number {
    const open = this.#open
    let slot = open.find(words, at)
    const forced = slot < 0 || this.#forced.size === 0 ? undefined : this.#forced.get(slot)
    if (forced !== undefined && offset >= forced.upTo && ((open.flags[slot] ?? 0) & traceFlag.late) === 0) {
      // It was read again to its end; what comes now came late.
      this.#settle([slot], () => "root", this.#now)
      slot = -1
    }
    if (slot >= 0) return slot
    const decided = this.#decisions.get(words, at)
    if (decided !== undefined && !decided.keep) {
      if (offset < decided.upTo) return -1
      this.stats.lateDroppedSpans++
      if (words[at + spanAt.status] === 2) this.stats.lateDroppedErrors++
      return -1
    }
    if (decided === undefined) this.stats.traces++
    const state = (words[at + spanAt.traceStateLength] ?? 0) === 0 ? undefined : traceState()
    const high = (words[at + 2] ?? 0) & 0xffffff
    const low = words[at + 3] ?? 0
    const random = state?.includes("rv:") === true ? randomnessOf(hexOf(words, at), state) : { high, low }
    const floor = this.#options.policies === undefined || decided !== undefined ? always : this.#floor.at(this.#now)
    if (!keepsBits(floor, random.high, random.low)) {
      this.stats.refused++
      this.#dropped(words, at, floor)
      return -1
    }
    slot = open.open(words, at)
    open.randomHigh[slot] = random.high
    open.randomLow[slot] = random.low
    open.floorHigh[slot] = floor.high
    open.floorLow[slot] = floor.low
    open.arrivedAt[slot] = this.#now
    open.queued[slot] = Infinity
    if (decided !== undefined) {
      const late = offset >= decided.upTo
      open.flags[slot] = traceFlag.forced | (late ? traceFlag.late : 0)
      this.#forced.set(slot, late ? { ...decided, revision: decided.revision + 1 } : decided)
      if (late) this.stats.reopened++
    }
    return slot
  }

  #heard(slot: number, bytes: Uint8Array, columns: SpanColumns, span: number): void {
    const open = this.#open
    const { words } = columns
    const { graceMillis, maxBytesPerTrace, maxSpansPerTrace, maxWaitMillis, policies } = this.#options
    const at = span * spanStride
    const start = (words[at + spanAt.start] ?? 0) * 2 ** 32 + (words[at + spanAt.start + 1] ?? 0)
    const end = (words[at + spanAt.end] ?? 0) * 2 ** 32 + (words[at + spanAt.end + 1] ?? 0)
    if (start < (open.start[slot] ?? 0)) open.start[slot] = start
    if (end > (open.end[slot] ?? 0)) open.end[slot] = end
    let flags = open.flags[slot] ?? 0
    if (((words[at + spanAt.parent] ?? 0) | (words[at + spanAt.parent + 1] ?? 0)) === 0) flags |= traceFlag.rootEnded
    if (policies !== undefined) {
      open.matched[slot] = policies.conditions.match(bytes, columns, span, open.matched[slot] ?? 0)
    }
    open.heardAt[slot] = this.#now
    open.bytes[slot] = (open.bytes[slot] ?? 0) + (words[at + spanAt.to] ?? 0) - (words[at + spanAt.from] ?? 0)
    if ((open.spans[slot] ?? 0) >= maxSpansPerTrace || (open.bytes[slot] ?? 0) >= maxBytesPerTrace) {
      flags |= traceFlag.closing
    }
    open.flags[slot] = flags
    const latest = (open.arrivedAt[slot] ?? 0) + maxWaitMillis
    const due = (flags & traceFlag.closing) !== 0
      ? this.#now
      : (flags & (traceFlag.rootEnded | traceFlag.forced)) === 0
      ? latest
      : Math.min(this.#now + graceMillis, latest)
    this.#queue(slot, due)
  }

  /** Looks at the trace in the turn of that time, if not sooner. */
  #queue(slot: number, due: number): void {
    const turn = this.#turns.of(due)
    if (turn >= (this.#open.queued[slot] ?? Infinity)) return
    this.#open.queued[slot] = turn
    this.#turns.add(turn, slot)
  }

  /** Closes what is done at the end of a turn; what is not is looked at again later. */
  #look(
    { slots, time, turn }: { readonly turn: number; readonly time: number; readonly slots: ReadonlyArray<number> }
  ): void {
    const open = this.#open
    const done: Array<number> = []
    const reasons = new Map<number, Reason>()
    for (const slot of slots) {
      if (open.spans[slot] === 0 || open.queued[slot] !== turn || reasons.has(slot)) continue
      const outcome = this.#outcome(slot, time)
      if (typeof outcome === "string") {
        done.push(slot)
        reasons.set(slot, outcome)
      } else {
        open.queued[slot] = Infinity
        this.#queue(slot, outcome)
      }
    }
    if (done.length > 0) this.#settle(done, (slot) => reasons.get(slot) ?? "unknown", time)
  }

  /** Why a trace is done at this time, or when to look again. */
  #outcome(slot: number, time: number): Reason | number {
    const open = this.#open
    const { graceMillis, maxSpansPerTrace, maxWaitMillis, rootDelayMillis } = this.#options
    const flags = open.flags[slot] ?? 0
    if ((flags & traceFlag.closing) !== 0) return (open.spans[slot] ?? 0) >= maxSpansPerTrace ? "span_cap" : "byte_cap"
    const latest = (open.arrivedAt[slot] ?? 0) + maxWaitMillis
    if (time >= latest) return "timeout"
    const quiet = time - (open.heardAt[slot] ?? 0)
    if ((flags & traceFlag.forced) !== 0) {
      return quiet >= graceMillis ? "root" : Math.min(latest, (open.heardAt[slot] ?? 0) + graceMillis)
    }
    if ((flags & traceFlag.rootEnded) === 0) return latest
    if (quiet >= rootDelayMillis) return "root"
    if (quiet < graceMillis) return Math.min(latest, (open.heardAt[slot] ?? 0) + graceMillis)
    return isWhole(open, slot) ? "structure" : Math.min(latest, (open.heardAt[slot] ?? 0) + rootDelayMillis)
  }

  /** Decides these traces, all together. */
  #settle(slots: ReadonlyArray<number>, reasonOf: (slot: number) => Reason, time: number): void {
    const undecided = slots.filter((slot) => !this.#forced.has(slot))
    const verdicts = this.#judge?.(undecided, time)
    const current = this.#floor.at(time)
    let next = 0
    for (const slot of slots) {
      const forced = this.#forced.get(slot)
      if (forced !== undefined) {
        this.#close(slot, reasonOf(slot), forced)
        continue
      }
      const verdict = verdicts?.[next++]
      if (verdict === undefined) this.#close(slot, reasonOf(slot), this.#decided(true, always, keptAll, time))
      else {
        const floor = maxThreshold(
          { high: this.#open.floorHigh[slot] ?? 0, low: this.#open.floorLow[slot] ?? 0 },
          current
        )
        const threshold = maxThreshold(verdict.threshold, floor)
        const random = { high: this.#open.randomHigh[slot] ?? 0, low: this.#open.randomLow[slot] ?? 0 }
        const keep = !verdict.excluded && isKept(random, threshold)
        const policy = threshold === verdict.threshold ? verdict.policy : "overload"
        if (verdict.excluded) this.stats.excluded++
        this.#close(slot, reasonOf(slot), this.#decided(keep, threshold, policy, time))
      }
    }
  }

  #decided(keep: boolean, threshold: Threshold, policy: string, decidedAt: number): Decided {
    return { keep, threshold, policy, decidedAt, upTo: this.next, revision: 1 }
  }

  #close(slot: number, reason: Reason, decided: Decided): void {
    const open = this.#open
    const { ids } = open
    const late = decided.revision > 1
    const words = Uint32Array.of(ids.word(slot, 0), ids.word(slot, 1), ids.word(slot, 2), ids.word(slot, 3))
    const known = (open.flags[slot] ?? 0) & traceFlag.forced
    if (known === 0 || late) this.#decisions.set(words, 0, known === 0 ? decided : { ...decided, upTo: this.next })
    const { keep, policy } = decided
    const spans = keep ? placesOf(open, this.#bodies, slot) : []
    this.#closed.push({
      traceId: ids.hex(slot),
      revision: decided.revision,
      decision: {
        keep,
        threshold: decided.threshold,
        policy,
        ruleset: this.#options.ruleset,
        decidedAt: decided.decidedAt,
        late
      },
      completion: { state: isWhole(open, slot) ? "complete" : "partial", reason },
      spans
    })
    const { stats } = this
    stats.closedBy.set(reason, (stats.closedBy.get(reason) ?? 0) + 1)
    if (keep) {
      stats.keptSpans += spans.length
      if (known === 0) stats.kept++
      stats.keptBy.set(policy, (stats.keptBy.get(policy) ?? 0) + 1)
    } else stats.dropped++
    this.#forget(slot)
  }

  #forget(slot: number): void {
    const { words } = this.#open.rows
    for (let row = this.#open.first[slot] ?? noRow; row !== noRow; row = words[row * rowStride + rowAt.next] ?? noRow) {
      this.#bodies.release(words[row * rowStride + rowAt.body] ?? 0, 1)
    }
    this.#open.close(slot)
    this.#forced.delete(slot)
  }

  /** Not let in, or thrown out. */
  #dropped(words: Uint32Array, at: number, threshold: Threshold): void {
    const decided = this.#decided(false, threshold, "overload", this.#now)
    this.#decisions.set(words, at, decided)
    this.#closed.push({
      traceId: hexOf(words, at),
      revision: 1,
      decision: {
        keep: false,
        threshold,
        policy: "overload",
        ruleset: this.#options.ruleset,
        decidedAt: this.#now,
        late: false
      },
      completion: { state: "partial", reason: "byte_cap" },
      spans: []
    })
  }

  /** Too much waits. */
  #relieve(): void {
    const open = this.#open
    const waiting = Array.from(open.ids.slots()).filter((slot) => !this.#forced.has(slot))
    const count = Math.max(1, Math.ceil(waiting.length * relief))
    if (this.#options.policies === undefined) {
      waiting.sort((a, b) =>
        (open.arrivedAt[a] ?? 0) - (open.arrivedAt[b] ?? 0) || (open.randomLow[a] ?? 0) - (open.randomLow[b] ?? 0)
      )
      this.#settle(waiting.slice(0, count), () => "byte_cap", this.#now)
      return
    }
    waiting.sort((a, b) =>
      (open.randomHigh[a] ?? 0) - (open.randomHigh[b] ?? 0) || (open.randomLow[a] ?? 0) - (open.randomLow[b] ?? 0)
    )
    let highest: Threshold = always
    for (const slot of waiting.slice(0, count)) {
      const { ids } = open
      const threshold = above({ high: open.randomHigh[slot] ?? 0, low: open.randomLow[slot] ?? 0 })
      highest = maxThreshold(highest, threshold)
      this.stats.evicted++
      this.#dropped(
        Uint32Array.of(ids.word(slot, 0), ids.word(slot, 1), ids.word(slot, 2), ids.word(slot, 3)),
        0,
        threshold
      )
      this.#forget(slot)
    }
    this.#floor.raise(highest, this.#now)
  }
}

/** The policy of a trace that was kept as all are. */
export const keptAll = "always_sample"

const hexOf = (words: Uint32Array, at: number): string => {
  let id = ""
  for (let i = 0; i < 4; i++) id += (words[at + i] ?? 0).toString(16).padStart(8, "0")
  return id
}

const traceStateOf = (bytes: Uint8Array, words: Uint32Array, at: number): string => {
  const from = words[at + spanAt.traceState] ?? 0
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("latin1", from, from + (words[at + spanAt.traceStateLength] ?? 0))
}
