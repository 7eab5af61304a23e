/**
 * The track of one object in event time: observations in order of (time, id), each with the estimate after it.
 *
 * An observation that comes out of order is put in its place and what follows is computed anew, so the estimates depend on the set of
 * observations and not on the order in which they came. State: the observations newer than the retention that `forget` is given, each with
 * its estimate (about 1 kB, 3 kB of an integrated orbit), and one estimate before them. Whose filter it is does not matter here: it is a pure function.
 */
import type { Observation } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import { type EventContext, type Held, isFollowed } from "../../stream/Envelope.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Innovation } from "./Innovation.ts"
import { type TrackEstimate, updateTrack } from "./TrackEstimate.ts"

/** A filter's step: an estimate and an observation give the next estimate, or nothing where no prediction can be made. */
export type UpdateTrack<E> = (
  estimate: E,
  observation: Observation,
  sensor: Sensor,
  time: UtcTime
) => { readonly estimate: E; readonly innovation: Innovation } | undefined

export interface TrackEntry<E = TrackEstimate> {
  readonly time: UtcTime
  readonly observation: Observation
  readonly sensor: Sensor
  readonly context: EventContext
  /** The event, to be continued when its estimate is final. */
  readonly kept: Held
  estimate: E
  innovation: Innovation | undefined
  /** The watermark has passed it. */
  final: boolean
  /** A final update was made of it. */
  told: boolean
}

export interface Track<E = TrackEstimate> {
  readonly objectId: string
  readonly update: UpdateTrack<E>
  /** The estimate before the first entry. */
  base: E
  readonly entries: Array<TrackEntry<E>>
}

export const makeTrackOf = <E extends { readonly objectId: string }>(base: E, update: UpdateTrack<E>): Track<E> => ({
  objectId: base.objectId,
  update,
  base,
  entries: []
})

/** A track by SGP4. */
export const makeTrack = (base: TrackEstimate): Track => makeTrackOf(base, updateTrack)

/** The estimate after all observations so far. */
export const latest = <E>(track: Track<E>): E => track.entries.at(-1)?.estimate ?? track.base

const before = <E>(a: TrackEntry<E>, time: UtcTime, id: string): boolean =>
  a.time < time || (a.time === time && a.context.id < id)

const compute = <E>(track: Track<E>, index: number): void => {
  const entry = track.entries[index]
  if (entry === undefined) return
  const previous = track.entries[index - 1]?.estimate ?? track.base
  const result = track.update(previous, entry.observation, entry.sensor, entry.time)
  entry.estimate = result?.estimate ?? previous
  entry.innovation = result?.innovation
}

/** Puts an observation in its place and brings everything after it up to date. */
export const insert = <E>(
  track: Track<E>,
  observation: Observation,
  sensor: Sensor,
  context: EventContext,
  final: boolean,
  kept: Held = { context, hop: undefined, followed: isFollowed(context), absorbedAt: undefined }
): TrackEntry<E> => {
  const { entries } = track
  let index = entries.length
  for (let previous = entries[index - 1]; previous !== undefined; previous = entries[index - 1]) {
    if (before(previous, context.eventTime, context.id)) break
    index--
  }
  const entry: TrackEntry<E> = {
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
export const forget = <E>(track: Track<E>, time: UtcTime): ReadonlyArray<TrackEntry<E>> => {
  const { entries } = track
  let count = 0
  for (let entry = entries[count]; entry !== undefined && entry.time <= time; entry = entries[count]) {
    track.base = entry.estimate
    count++
  }
  return count > 0 ? entries.splice(0, count) : nothing
}

const nothing: ReadonlyArray<never> = []
