/**
 * Puts watermarks into a stream, one watermark per source and their minimum for all, and gives up what is too late.
 *
 * A source's watermark is its greatest event time less its lateness. A source that is idle (nothing for `idleMillis`), or has not spoken
 * yet, follows the clock instead: now less its lateness, for nothing older can still come in time from it. `now` is the greatest of
 * the ticks and event times seen, so that a file is judged as the live feed would have been, whatever the machine's clock.
 *
 * **Live.** With `idleBy: "ticks"` no data of one source makes another idle: a source is idle at a tick when nothing of it was received for so long before.
 * After a start, and where ticks stayed away for more than five seconds (a stopped process, a backlog), the idle times begin anew: what was
 * held up by us is not held against a sensor.
 *
 * **Late.** An event older than its own source's watermark, or than the common one, by more than `allowedLatenessMillis` is counted and
 * dead-lettered as `Late`. What is late but allowed goes on; whoever has closed a window with it corrects the result.
 *
 * **End.** When the input ends, time comes to `now` for all before it goes to infinity: nothing older can follow.
 *
 * Order and arrays kept; a watermark follows the array that moved it. State: a table of four numbers a source; sources not announced are added
 * as they appear, at most `maxSources`, and share one entry beyond that. Cost: one map look-up an event.
 */
import { Schema } from "effect"
import type { EventContext } from "../../domain/stream/Envelope.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { type Edge, type Emit, type Operator, type StageServices, stateful } from "../stage/Stage.ts"
import type { StateSchema } from "../state/Binary.ts"
import { Cell, cellPart } from "../state/Cell.ts"
import { structure } from "../state/State.ts"
import { EntryTable } from "../state/Table.ts"
import { tablePart } from "../state/tablePart.ts"

export interface SourceLateness {
  /** How much older than the newest event of its source an event may be. */
  readonly latenessMillis: number
  /** After so long without an event the source's watermark follows the clock. */
  readonly idleMillis: number
}

export interface WatermarkOptions {
  readonly name?: string
  /** Sources known beforehand: time waits for each until it has spoken or its idle limit is over. */
  readonly sources: ReadonlyMap<string, SourceLateness>
  /** For a source that is not among them. */
  readonly lateness: (context: EventContext) => SourceLateness
  readonly allowedLatenessMillis: number
  /** Events that time does not go by. Default: none. */
  readonly aside?: (context: EventContext) => boolean
  readonly maxSources?: number
  /**
   * Of what the idle times are measured. `events` (default): also of event times, as in a file that is judged as the live feed would have been. `ticks`: of
   * these alone, and the times at which events were received, so that no source is idle because another is read first.
   */
  readonly idleBy?: "events" | "ticks"
  readonly edge?: Edge
}

/** What is known of a source, or of one of the events aside: these have a time of their own. */
interface SourceTime extends SourceLateness {
  greatest: UtcTime
  lastActive: UtcTime
}

interface Clock {
  now: UtcTime
  watermark: UtcTime
}

/** Where ticks come each second, this is a time in which we did not look, ms. */
const mostBetweenTicks = 5000

const sourceTimes: StateSchema<SourceTime> = Schema.Struct({
  latenessMillis: Numeric,
  idleMillis: Numeric,
  greatest: Numeric,
  lastActive: Numeric
})
const clocks: StateSchema<Clock> = Schema.Struct({ now: Numeric, watermark: Numeric })

interface WatermarkState {
  readonly sources: EntryTable<string, SourceTime>
  readonly asides: EntryTable<string, SourceTime>
  readonly clock: Cell<Clock>
  /** The last tick of this run. */
  lastTick: UtcTime
}

/** The watermark of one source at `now`. */
const own = (now: UtcTime, { greatest, idleMillis, lastActive, latenessMillis }: SourceTime): UtcTime => {
  const idle = now - lastActive > idleMillis
  return (idle ? Math.max(greatest, now) : greatest) - latenessMillis
}

/** The least watermark of all sources. */
const common = ({ clock: { value: { now } }, sources }: WatermarkState): UtcTime => {
  let least = Infinity
  for (const [, source] of sources.entries()) {
    const time = own(now, source)
    if (time < least) least = time
  }
  return least === Infinity ? -Infinity : least
}

const advance = <A>(state: WatermarkState, emit: Emit<A>): void => {
  const time = common(state)
  const { clock } = state
  if (time <= clock.value.watermark) return
  setWatermark(clock, time)
  emit.watermark(time)
}

const begin = ({ clock, sources }: WatermarkState, now: UtcTime, anew = false): void => {
  // The first sign of time starts the idle clocks of the sources that have not spoken.
  if (anew || clock.value.now === -Infinity) {
    for (const [id, source] of sources.entries()) {
      if (source.lastActive >= now) continue
      source.lastActive = now
      sources.touch(id)
    }
  }
  if (now <= clock.value.now) return
  clock.value.now = now
  clock.touch()
}

const setWatermark = (clock: Cell<Clock>, time: UtcTime): void => {
  clock.value.watermark = time
  clock.touch()
}

export const assignWatermarks = <A>(options: WatermarkOptions): Operator<A, A, never, StageServices> => {
  const {
    name = "watermark",
    allowedLatenessMillis,
    aside,
    idleBy = "events",
    maxSources = 10_000,
    edge,
    sources: announced
  } = options

  const sourceOf = (
    sources: EntryTable<string, SourceTime>,
    id: string,
    context: EventContext,
    now: UtcTime
  ): SourceTime => {
    const known = sources.get(id)
    if (known !== undefined) return known
    const { idleMillis, latenessMillis } = options.lateness(context)
    const source = { latenessMillis, idleMillis, greatest: -Infinity, lastActive: now }
    sources.set(id, source)
    return source
  }

  const open = () => {
    const state: WatermarkState = {
      sources: new EntryTable({ capacity: Infinity }),
      asides: new EntryTable({ capacity: Infinity }),
      clock: new Cell({ now: -Infinity, watermark: -Infinity }),
      lastTick: -Infinity
    }
    const times = { value: sourceTimes }
    return {
      state,
      parts: [
        tablePart("sources", state.sources, times),
        tablePart("asides", state.asides, times),
        cellPart("clock", state.clock, { schema: clocks })
      ],
      // The lateness of a source that is known beforehand is what it is set to now, whatever it was when it was kept.
      ready: () => {
        for (const [id, lateness] of announced) {
          const { greatest = -Infinity, lastActive = -Infinity } = state.sources.get(id) ?? {}
          const { idleMillis, latenessMillis } = lateness
          state.sources.set(id, { latenessMillis, idleMillis, greatest, lastActive })
        }
      }
    }
  }

  return stateful<A, A, WatermarkState>({
    name,
    ...(edge !== undefined && { edge }),
    assignsWatermarks: true,
    state: structure([
      { name: "sources", bound: maxSources + 1 },
      { name: "asides", bound: maxSources + 1 },
      { name: "clock", bound: 1 }
    ], open),
    observe: ({ clock: { value: { now, watermark } }, sources }) => ({
      watermark,
      sources: new Map(Array.from(sources.entries(), ([id, source]) => [id, own(now, source)] as const))
    }),
    onEvents: (state, events, emit) => {
      const { clock } = state
      for (const event of events) {
        const { context } = event
        const time = context.eventTime
        const isAside = aside?.(context) === true
        if (!isAside && idleBy === "events" && time > clock.value.now) begin(state, time)
        const sources = isAside ? state.asides : state.sources
        const id = sources.has(context.sourceId) || sources.size < maxSources ? context.sourceId : "other"
        const source = sourceOf(sources, id, context, clock.value.now)
        const limit = Math.max(source.greatest - source.latenessMillis, clock.value.watermark) - allowedLatenessMillis
        if (time < limit) {
          emit.late(event, `${((limit - time) / 1000).toFixed(3)} s past its lateness`)
          continue
        }
        if (time > source.greatest) source.greatest = time
        source.lastActive = idleBy === "events" ? clock.value.now : Math.max(clock.value.now, context.ingestTime)
        sources.touch(id)
        emit.out(event, event.payload)
      }
      advance(state, emit)
    },
    onTick: (state, now, emit) => {
      const { lastTick } = state
      state.lastTick = Math.max(lastTick, now)
      begin(state, now, idleBy === "ticks" && now - lastTick > mostBetweenTicks)
      advance(state, emit)
    },
    onWatermark: ({ clock }, time, emit) => {
      const last = time === Infinity ? [clock.value.now, time] : [time]
      for (const next of last) {
        if (next <= clock.value.watermark) continue
        setWatermark(clock, next)
        emit.watermark(next)
      }
    }
  })
}
