/**
 * The track of one object in event time: observations in order of (time, id), each with the estimate after it.
 *
 * An observation that comes out of order is put in its place and what follows is computed anew, so the estimates depend on the set of
 * observations and not on the order in which they came. State: the observations newer than the retention that `forget` is given, each with
 * its estimate (about 1 kB), and one estimate before them.
 */
import type { Observation } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import { type EventContext, type Held, isFollowed } from "../../stream/Envelope.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { type Innovation, type TrackEstimate, updateTrack } from "./TrackEstimate.ts"

export interface TrackEntry {
  readonly time: UtcTime
  readonly observation: Observation
  readonly sensor: Sensor
  readonly context: EventContext
  /** The event, to be continued when its estimate is final. */
  readonly kept: Held
  estimate: TrackEstimate
  innovation: Innovation | undefined
  /** The watermark has passed it. */
  final: boolean
  /** A final update was made of it. */
  told: boolean
}

export interface Track {
  readonly objectId: string
  /** The estimate before the first entry. */
  base: TrackEstimate
  readonly entries: Array<TrackEntry>
}

export const makeTrack = (base: TrackEstimate): Track => ({ objectId: base.objectId, base, entries: [] })

/** The estimate after all observations so far. */
export const latest = (track: Track): TrackEstimate => track.entries.at(-1)?.estimate ?? track.base

const before = (a: TrackEntry, time: UtcTime, id: string): boolean =>
  a.time < time || (a.time === time && a.context.id < id)

const compute = (track: Track, index: number): void => {
  const entry = track.entries[index]
  if (entry === undefined) return
  const previous = track.entries[index - 1]?.estimate ?? track.base
  const result = updateTrack(previous, entry.observation, entry.sensor, entry.time)
  entry.estimate = result?.estimate ?? previous
  entry.innovation = result?.innovation
}

/** Puts an observation in its place and brings everything after it up to date. */
export const insert = (
  track: Track,
  observation: Observation,
  sensor: Sensor,
  context: EventContext,
  final: boolean,
  kept: Held = { context, hop: undefined, followed: isFollowed(context), absorbedAt: undefined }
): TrackEntry => {
  const { entries } = track
  let index = entries.length
  for (let previous = entries[index - 1]; previous !== undefined; previous = entries[index - 1]) {
    if (before(previous, context.eventTime, context.id)) break
    index--
  }
  const entry: TrackEntry = {
    time: context.eventTime,
    observation,
    sensor,
    context,
    kept,
    estimate: track.base,
    innovation: undefined,
    final,
    told: false
  }
  entries.splice(index, 0, entry)
  for (let i = index; i < entries.length; i++) compute(track, i)
  return entry
}

/** Lets go of the entries at or before `time`, and gives them; the last of them becomes the base. */
export const forget = (track: Track, time: UtcTime): ReadonlyArray<TrackEntry> => {
  const { entries } = track
  let count = 0
  for (let entry = entries[count]; entry !== undefined && entry.time <= time; entry = entries[count]) {
    track.base = entry.estimate
    count++
  }
  return count > 0 ? entries.splice(0, count) : nothing
}

const nothing: ReadonlyArray<never> = []
