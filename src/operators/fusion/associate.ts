/**
 * Observations onto tracks: one {@link TrackUpdate} per accepted observation at once, and again, final, when the watermark has passed it.
 *
 * An observation is assigned by the catalogue alone (hint, then coarse and prior gates), and accepted by its track's Mahalanobis gate; what
 * matches none, or several, or falls outside its track's gate, goes on as {@link UncorrelatedObservation}.
 *
 * Arrays kept. Order: speculative updates follow the arrivals; final ones are in event-time order over all objects, each before the
 * watermark that made it final; corrections follow the speculative update that made them. State: a {@link Track} per observed object, i.e. every observation between the watermark less
 * `allowedLatenessMillis` and now (about 1 kB each). Cost: two to 14 SGP4 calls and two predictions an observation.
 */
import { isCanaryObject } from "../../domain/canary/reserved.ts"
import type { Observation } from "../../domain/observation/Observation.ts"
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import type { Candidates } from "../../domain/orbit/tracking/candidates.ts"
import { forget, insert, latest, makeTrack, type Track, type TrackEntry } from "../../domain/orbit/tracking/Track.ts"
import type { Association, TrackUpdate } from "../../domain/orbit/tracking/TrackUpdate.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../stage/Stage.ts"

export interface AssociateState {
  readonly tracks: Map<string, Track>
  /** Tracks with entries that are not final yet. */
  readonly open: Set<Track>
  /** Tracks with entries at all. */
  readonly held: Set<Track>
  watermark: UtcTime
}

const updateOf = (
  { estimate, time }: TrackEntry,
  kind: TrackUpdate["kind"],
  revises = false
): TrackUpdate => ({
  _tag: "TrackUpdate",
  objectId: estimate.objectId,
  estimate,
  observationTime: time,
  kind,
  revises
})

export const associate = (options: {
  readonly candidates: Candidates
  readonly registry: SensorRegistry
  readonly allowedLatenessMillis: number
  /** Is given the state once, when the operator starts; to look at, never to change. */
  readonly onStart?: (state: AssociateState) => void
}): Operator<Observation, Association, never, StageServices> => {
  const { candidates, registry, allowedLatenessMillis, onStart } = options

  const trackOf = (state: AssociateState, objectId: string): Track | undefined => {
    const known = state.tracks.get(objectId)
    if (known !== undefined) return known
    const base = candidates.estimateOf(objectId)
    if (base === undefined) return undefined
    const track = makeTrack(base)
    state.tracks.set(objectId, track)
    return track
  }

  return stateful<Observation, Association, AssociateState>({
    name: "associate",
    initial: () => {
      const state = { tracks: new Map(), open: new Set<Track>(), held: new Set<Track>(), watermark: -Infinity }
      onStart?.(state)
      return state
    },
    onEvents: (state, events, emit) => {
      for (const event of events) {
        const { context, payload: observation } = event
        const sensor = registry.bySourceId.get(observation.sourceId)
        if (sensor === undefined) {
          emit.dead(event, "ValidationFailed", `source ${observation.sourceId} is not registered`)
          continue
        }
        const matches = candidates.match(observation, sensor, context.eventTime)
        const [objectId] = matches
        const track = objectId === undefined || matches.length > 1 ? undefined : trackOf(state, objectId)
        if (track === undefined) {
          const reason = matches.length > 1 ? "ambiguous" : "unmatched"
          emit.out(event, { _tag: "UncorrelatedObservation", observation, reason, candidates: matches })
          continue
        }
        const final = context.eventTime <= state.watermark
        const entry = insert(track, observation, sensor, context, final, emit.hold(event))
        state.held.add(track)
        if (!final) state.open.add(track)
        if (!accepted(entry)) {
          emit.out(event, {
            _tag: "UncorrelatedObservation",
            observation,
            reason: "outside-gate",
            candidates: [track.objectId]
          })
          continue
        }
        emit.out(event, { ...updateOf(entry, "speculative"), estimate: latest(track) })
        if (final) correct(track, entry, emit)
      }
      return state
    },
    onWatermark: (state, time, emit) => {
      finalise(state, time, emit)
      state.watermark = time
      const keepAfter = time - allowedLatenessMillis
      for (const track of state.held) {
        forget(track, keepAfter)
        if (track.entries.length > 0) continue
        state.held.delete(track)
        // Canaries' objects come and go; the next observation of one begins at its elements again.
        if (isCanaryObject(track.objectId)) state.tracks.delete(track.objectId)
      }
      return state
    }
  })
}

const accepted = (entry: TrackEntry): boolean => entry.innovation?.accepted === true

/** An observation that came after its time was final, and the final estimates after it, which it changed. */
const correct = (track: Track, cause: TrackEntry, emit: Emit<Association>): void => {
  for (const entry of track.entries.slice(track.entries.indexOf(cause))) {
    if (!entry.final) return
    if (!entry.told && !accepted(entry)) continue
    emit.continued(cause.kept, updateOf(entry, "correction", entry.told))
    entry.told = true
  }
}

const byTime = (a: TrackEntry, b: TrackEntry): number =>
  a.time - b.time || (a.context.id < b.context.id ? -1 : a.context.id > b.context.id ? 1 : 0)

const finalise = (state: AssociateState, time: UtcTime, emit: Emit<Association>): void => {
  const due: Array<TrackEntry> = []
  for (const track of state.open) {
    let left = false
    for (const entry of track.entries) {
      if (entry.final) continue
      if (entry.time > time) {
        left = true
        break
      }
      entry.final = true
      if (!accepted(entry)) continue
      entry.told = true
      due.push(entry)
    }
    if (!left) state.open.delete(track)
  }
  for (const entry of due.sort(byTime)) emit.continued(entry.kept, updateOf(entry, "final"))
}
