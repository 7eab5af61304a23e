/**
 * Puts watermarks into a stream, one watermark per source and their minimum for all, and gives up what is too late.
 *
 * A source's watermark is its greatest event time less its lateness. A source that is idle (nothing for `idleMillis`), or has not spoken
 * yet, follows the clock instead: now less its lateness, for nothing older can still come in time from it. `now` is the greatest of
 * the ticks and event times seen, so that a file is judged as the live feed would have been, whatever the machine's clock.
 *
 * **Late.** An event older than its own source's watermark, or than the common one, by more than `allowedLatenessMillis` is counted and
 * dead-lettered as `Late`. What is late but allowed goes on; whoever has closed a window with it corrects the result.
 *
 * **End.** When the input ends, time comes to `now` for all before it goes to infinity: nothing older can follow.
 *
 * Order and arrays kept; a watermark follows the array that moved it. State: three numbers a source, in snapshots; sources not announced are added
 * as they appear, at most `maxSources`, and share one entry beyond that. Cost: one map look-up an event.
 */
import type { Envelope, EventContext } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { direct, type Edge, type Emit, type Operator, type StageServices, stateful } from "../stage/Stage.ts"
import { watermarkCodec } from "./watermarkCodec.ts"

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
  readonly edge?: Edge
  /** Is given the state once, when the operator starts; to look at, never to change. */
  readonly onStart?: (state: WatermarkState) => void
}

interface SourceTime {
  readonly lateness: SourceLateness
  greatest: UtcTime
  lastActive: UtcTime
}

export interface WatermarkState {
  readonly sources: Map<string, SourceTime>
  /** Of the events aside: what they have reached themselves. */
  readonly asides: Map<string, SourceTime>
  now: UtcTime
  watermark: UtcTime
}

/** The watermark of one source at `state.now`. */
const own = ({ now }: WatermarkState, { greatest, lastActive, lateness }: SourceTime): UtcTime => {
  const idle = now - lastActive > lateness.idleMillis
  return (idle ? Math.max(greatest, now) : greatest) - lateness.latenessMillis
}

/** The watermark of every source. */
export const sourceWatermarks = (state: WatermarkState): ReadonlyArray<readonly [source: string, time: UtcTime]> =>
  Array.from(state.sources, ([id, source]) => [id, own(state, source)] as const)

/** The least watermark of all sources at `state.now`. */
const common = (state: WatermarkState): UtcTime => {
  let least = Infinity
  for (const source of state.sources.values()) {
    const time = own(state, source)
    if (time < least) least = time
  }
  return least === Infinity ? -Infinity : least
}

const advance = <A>(state: WatermarkState, emit: Emit<A>): void => {
  const time = common(state)
  if (time <= state.watermark) return
  state.watermark = time
  emit.watermark(time)
}

const begin = (state: WatermarkState, now: UtcTime): void => {
  // The first sign of time starts the idle clocks of the sources that have not spoken.
  if (state.now === -Infinity) { for (const source of state.sources.values()) source.lastActive = now }
  if (now > state.now) state.now = now
}

export const assignWatermarks = <A>(options: WatermarkOptions): Operator<A, A, never, StageServices> => {
  const { name = "watermark", allowedLatenessMillis, aside, maxSources = 10_000, edge = direct, onStart } = options

  const sourceOf = (state: WatermarkState, sources: Map<string, SourceTime>, context: EventContext): SourceTime => {
    const id = sources.has(context.sourceId) || sources.size < maxSources ? context.sourceId : "other"
    const known = sources.get(id)
    if (known !== undefined) return known
    const source = { lateness: options.lateness(context), greatest: -Infinity, lastActive: state.now }
    sources.set(id, source)
    return source
  }

  const initial = (): WatermarkState => {
    const state: WatermarkState = {
      sources: new Map(
        Array.from(
          options.sources,
          ([id, lateness]) => [id, { lateness, greatest: -Infinity, lastActive: -Infinity }] as const
        )
      ),
      asides: new Map(),
      now: -Infinity,
      watermark: -Infinity
    }
    onStart?.(state)
    return state
  }

  return stateful<A, A, WatermarkState>({
    name,
    edge,
    assignsWatermarks: true,
    initial,
    entries: ({ sources }) => sources.size,
    codec: watermarkCodec(options.sources, initial),
    onEvents: (state, events: ReadonlyArray<Envelope<A>>, emit) => {
      for (const event of events) {
        const time = event.context.eventTime
        const isAside = aside?.(event.context) === true
        if (!isAside) begin(state, time)
        const source = sourceOf(state, isAside ? state.asides : state.sources, event.context)
        const reached = source.greatest - source.lateness.latenessMillis
        const limit = Math.max(reached, state.watermark) - allowedLatenessMillis
        if (time < limit) {
          emit.late(event, `${((limit - time) / 1000).toFixed(3)} s past its lateness`)
          continue
        }
        if (time > source.greatest) source.greatest = time
        source.lastActive = state.now
        emit.out(event, event.payload)
      }
      advance(state, emit)
      return state
    },
    onTick: (state, now, emit) => {
      begin(state, now)
      advance(state, emit)
      return state
    },
    onWatermark: (state, time, emit) => {
      const last = time === Infinity ? [state.now, time] : [time]
      for (const next of last) {
        if (next <= state.watermark) continue
        state.watermark = next
        emit.watermark(next)
      }
      return state
    }
  })
}
