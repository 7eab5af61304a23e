/**
 * Events into one value for each window of time, or each key and window.
 *
 * Arrays: one in, at most one out. Order: results follow the watermark that closes their windows, by end of window, then keys in order of
 * arrival (for sliding windows, by pane of their first event). Time: a window [start, end) closes when the watermark comes to `end - 1`;
 * its result has that event time, so that windows can follow windows. An empty window gives nothing; the end of the input closes all.
 *
 * **Late.** An event of a closed window within `allowedLatenessMillis` gives at once, for each such window, a `retract` of what was emitted
 * and an `insert` of the corrected value. Later ones are dead letters of kind `Late`. Results are exact over all others.
 *
 * **State.** For tumbling and sliding windows an entry a key and pane (the greatest common divisor of size and slide), for sessions an entry
 * a session; closed ones stay for `allowedLatenessMillis`. At most `maxEntries`: an event that needs one more is a dead letter of kind
 * `Shed`, and what is held stays exact. The same goes for an event that the aggregate has no room for.
 *
 * **Cost.** A map look-up an event where there is a key, and what the aggregate does; without a key, events in a row go into their pane by one
 * loop. A sliding window's panes are merged once a slide.
 * Panes: Li et al., "No pane, no gain", SIGMOD Record 34(1), 2005.
 */
import type { Place } from "../../domain/stream/Place.ts"
import type { Aggregate } from "../aggregates/Aggregate.ts"
import type { StatePartInfo } from "../graph/Graph.ts"
import { columns, direct, type Edge, type Operator, type StageServices } from "../stage/Stage.ts"
import { structure } from "../state/State.ts"
import { AlignedWindows } from "./AlignedWindows.ts"
import { InvalidWindow, problemOf, type WindowAssigner } from "./assigners.ts"
import { SessionWindows } from "./SessionWindows.ts"
import type { WindowKey, WindowResult, Windows, WindowSettings } from "./WindowSettings.ts"

export { InvalidWindow, session, sliding, tumbling, type WindowAssigner } from "./assigners.ts"
export type { WindowKey, WindowResult } from "./WindowSettings.ts"

export interface WindowOptions<in A, in out Acc, out R> {
  readonly name: string
  readonly assigner: WindowAssigner
  readonly aggregate: Aggregate<A, Acc, R>
  /** How far the watermark may be past a window's close for an event to correct it still, ms. Default 0. */
  readonly allowedLatenessMillis?: number
  /** Entries held at most. Default 1 000 000. */
  readonly maxEntries?: number
  readonly edge?: Edge
}

export interface KeyedWindowOptions<in A, out K extends number | string, in out Acc, out R>
  extends WindowOptions<A, Acc, R>
{
  /** `place`: where the event stands, for keys that its context says (`place.context`). */
  readonly key: (payload: A, place: Place) => K
}

/** See the head of this file. Without a `key`, results have the key `undefined`. */
export function window<A, K extends number | string, Acc, R>(
  options: KeyedWindowOptions<A, K, Acc, R>
): Operator<A, WindowResult<K, R>, never, StageServices>
export function window<A, Acc, R>(
  options: WindowOptions<A, Acc, R>
): Operator<A, WindowResult<undefined, R>, never, StageServices>
export function window<A, Acc, R>(
  options: WindowOptions<A, Acc, R> & { readonly key?: (payload: A, place: Place) => WindowKey }
): Operator<A, WindowResult<WindowKey, R>, never, StageServices> {
  const { aggregate, allowedLatenessMillis = 0, assigner, edge = direct, key, maxEntries = 1_000_000, name } = options
  const settings: WindowSettings<A, WindowKey, Acc, R> = {
    key: key ?? noKey,
    isKeyed: key !== undefined,
    aggregate,
    allowedLatenessMillis,
    maxEntries
  }
  const make = (): Windows<A, WindowKey, R> =>
    assigner.kind === "aligned" ? new AlignedWindows(assigner, settings) : new SessionWindows(assigner.gap, settings)
  const problem = problemOf(assigner) ?? boundProblem(allowedLatenessMillis, maxEntries)
  return columns<A, WindowResult<WindowKey, R>, Windows<A, WindowKey, R>>({
    name,
    edge,
    state: structure(partsOf(assigner, maxEntries), () => {
      if (problem !== undefined) throw new InvalidWindow({ window: name, problem })
      const windows = make()
      return { state: windows, parts: windows.parts(), ready: () => windows.ready() }
    }),
    onBatch: (windows, batch, collector) => windows.onBatch(batch, collector),
    onWatermark: (windows, time, collector) => windows.onWatermark(time, collector)
  })
}

const partsOf = ({ kind }: WindowAssigner, maxEntries: number): ReadonlyArray<StatePartInfo> => [
  ...(kind === "aligned"
    ? [{ name: "panes", bound: maxEntries }, { name: "versions", bound: Infinity }]
    : [{ name: "sessions", bound: maxEntries }]),
  { name: "windows", bound: 1 }
]

const noKey = (): undefined => undefined

const boundProblem = (allowedLatenessMillis: number, maxEntries: number): string | undefined =>
  !(allowedLatenessMillis >= 0 && allowedLatenessMillis < Infinity)
    ? `an allowed lateness of ${allowedLatenessMillis} is not a number of ms`
    : maxEntries >= 1
    ? undefined
    : `room for ${maxEntries} entries is room for nothing`
