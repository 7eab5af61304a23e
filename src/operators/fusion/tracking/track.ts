/**
 * Matched observations into tracks: one {@link TrackUpdate} per accepted observation at once, and again, final, when the watermark has passed it.
 *
 * An observation outside its track's Mahalanobis gate goes on as {@link UncorrelatedObservation}; those that were matched to no object pass.
 *
 * Arrays kept. Order: speculative updates follow the arrivals; final ones are in event-time order over all objects, each before the
 * watermark that made it final; corrections follow the speculative update that made them. State: a table of the tracks, one per object that was observed,
 * and one of every observation between the watermark less `allowedLatenessMillis` and now (about 1 kB each). An estimate is not kept but for the one
 * before a track's observations: it is computed from these again. Cost: two predictions an observation.
 */
import type { SensorNotes } from "../../../domain/observation/sensorHealth/SensorNotes.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import { type Dynamics, sgp4Dynamics } from "../../../domain/orbit/tracking/Dynamics.ts"
import { forget, insert, latest, makeTrackOf } from "../../../domain/orbit/tracking/Track.ts"
import type { Association, TrackUpdate, UncorrelatedObservation } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../../stage/Stage.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"
import type { MatchedObservation } from "./match.ts"
import { type ObjectEntry, type ObjectTrack, type Tracks, tracksState } from "./tracksState.ts"

const updateOf = (
  { estimate, time }: ObjectEntry,
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

export const track = (options: {
  readonly candidates: Candidates
  readonly registry: SensorRegistry
  readonly allowedLatenessMillis: number
  /** By what the objects move (default SGP4). */
  readonly dynamics?: Dynamics
  readonly synthetics?: Synthetics
  /** Told how each observation met its track. */
  readonly notes?: SensorNotes | undefined
}): Operator<MatchedObservation | UncorrelatedObservation, Association, never, StageServices> => {
  const {
    allowedLatenessMillis,
    candidates,
    dynamics: real = sgp4Dynamics,
    notes,
    registry,
    synthetics = noSynthetics
  } = options
  const dynamics = dynamicsBeside(real, synthetics)

  const trackOf = ({ tracks }: Tracks, objectId: string): ObjectTrack | undefined => {
    const known = tracks.get(objectId)
    if (known !== undefined) return known
    const catalogue = candidates.estimateOf(objectId)
    if (catalogue === undefined) return undefined
    const track = makeTrackOf(dynamics.start(catalogue), dynamics.update)
    tracks.set(objectId, track)
    return track
  }

  return stateful<MatchedObservation | UncorrelatedObservation, Association, Tracks>({
    name: "track",
    state: tracksState(registry, dynamics),
    observe: ({ open }) => ({ open: open.size }),
    onEvents: (state, events, emit) => {
      for (const event of events) {
        const { context, payload } = event
        if (payload._tag === "UncorrelatedObservation") {
          emit.out(event, payload)
          continue
        }
        const { objectId, observation, sensor } = payload
        const track = trackOf(state, objectId)
        if (track === undefined) {
          emit.out(event, { _tag: "UncorrelatedObservation", observation, reason: "unmatched", candidates: [objectId] })
          continue
        }
        const final = context.eventTime <= state.watermark.value
        const entry = insert(track, observation, sensor, context, final, emit.hold(event))
        state.add(track, entry)
        if (notes !== undefined && entry.innovation !== undefined) notes.met(observation, entry.innovation)
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
        if (final) correct(state, track, entry, emit)
      }
    },
    onWatermark: (state, time, emit) => {
      finalise(state, time, emit)
      state.watermark.value = time
      const keepAfter = time - allowedLatenessMillis
      for (const track of state.held) {
        state.forgotten(track, forget(track, keepAfter))
        // Synthetic objects come and go; the next observation of one begins at its elements again.
        if (track.entries.length === 0 && synthetics.hasObject(track.objectId)) state.tracks.delete(track.objectId)
      }
    }
  })
}

/** Synthetic objects fly by SGP4, whatever the others do. */
const dynamicsBeside = (dynamics: Dynamics, { hasObject }: Synthetics): Dynamics => ({
  ...dynamics,
  start: (catalogue) => hasObject(catalogue.objectId) ? catalogue : dynamics.start(catalogue),
  own: (estimate) => hasObject(estimate.objectId) ? estimate : dynamics.own(estimate)
})

const accepted = (entry: ObjectEntry): boolean => entry.innovation?.accepted === true

/** An observation that came after its time was final, and the final estimates after it, which it changed. */
const correct = (state: Tracks, track: ObjectTrack, cause: ObjectEntry, emit: Emit<Association>): void => {
  for (const entry of track.entries.slice(track.entries.indexOf(cause))) {
    if (!entry.final) return
    if (!entry.told && !accepted(entry)) continue
    emit.continued(cause.kept, updateOf(entry, "correction", entry.told))
    entry.told = true
    state.changed(entry)
  }
}

const byTime = (a: ObjectEntry, b: ObjectEntry): number =>
  a.time - b.time || (a.context.id < b.context.id ? -1 : a.context.id > b.context.id ? 1 : 0)

const finalise = (state: Tracks, time: UtcTime, emit: Emit<Association>): void => {
  const due: Array<ObjectEntry> = []
  for (const track of state.open) {
    let left = false
    for (const entry of track.entries) {
      if (entry.final) continue
      if (entry.time > time) {
        left = true
        break
      }
      entry.final = true
      state.changed(entry)
      if (!accepted(entry)) continue
      entry.told = true
      due.push(entry)
    }
    if (!left) state.open.delete(track)
  }
  for (const entry of due.sort(byTime)) emit.continued(entry.kept, updateOf(entry, "final"))
}
