/** The state of `track`: tracks by object, their observations, and what is derived from both. */
import { Schema } from "effect"
import { Observation } from "../../../domain/observation/Observation.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import type { Dynamics } from "../../../domain/orbit/tracking/Dynamics.ts"
import type { Estimate } from "../../../domain/orbit/tracking/Estimate.ts"
import { EstimateRecord, readEstimate, writeEstimate } from "../../../domain/orbit/tracking/estimateRecord.ts"
import { insert, makeTrackOf, type Track, type TrackEntry } from "../../../domain/orbit/tracking/Track.ts"
import {
  ContextRecord,
  heldApart,
  HeldRecord,
  readContext,
  readHeldApart,
  writeContext
} from "../../../domain/stream/contributorsCodec.ts"
import { Numeric } from "../../../domain/time/Numeric.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { keptAs, type StateSchema } from "../../state/Binary.ts"
import { Cell, timePart } from "../../state/Cell.ts"
import { type StateDecl, structure } from "../../state/State.ts"
import { EntryTable } from "../../state/Table.ts"
import { tablePart } from "../../state/tablePart.ts"

/** A track of either dynamics. */
export type ObjectTrack = Track<Estimate>
export type ObjectEntry = TrackEntry<Estimate>

/** An observation of a track, without its estimate. */
type Kept = Omit<ObjectEntry, "estimate" | "innovation" | "sensor" | "time"> & { readonly objectId: string }

const kepts: StateSchema<Kept> = keptAs(
  Schema.Struct({
    objectId: Schema.String,
    observation: Schema.Struct({ ...Observation.fields, sensorTimestamp: Numeric, ingestTimestamp: Numeric }),
    context: ContextRecord,
    kept: Schema.NullOr(HeldRecord),
    final: Schema.Boolean,
    told: Schema.Boolean
  }),
  ({ context, final, kept, objectId, observation, told }: Kept) => ({
    objectId,
    observation,
    context: writeContext(context),
    kept: heldApart(kept, context),
    final,
    told
  }),
  (record) => {
    const context = readContext(record.context)
    return { ...record, context, kept: readHeldApart(record.kept, context) }
  }
)

/** One that was kept under other dynamics begins again at what the catalogue says (`own`). */
const tracksOf = ({ own, update }: Dynamics): StateSchema<ObjectTrack> =>
  keptAs(
    EstimateRecord,
    ({ base }: ObjectTrack) => writeEstimate(base),
    (record) => {
      const base = readEstimate(record)
      return base === undefined ? undefined : makeTrackOf(own(base), update)
    }
  )

export class Tracks {
  readonly tracks = new EntryTable<string, ObjectTrack>({ capacity: Infinity })
  /** By observation id. */
  readonly observations = new EntryTable<string, Kept>({ capacity: Infinity })
  readonly watermark = new Cell<UtcTime>(-Infinity)
  /** Tracks with observations that are not final yet. */
  readonly open = new Set<ObjectTrack>()
  /** Tracks with observations at all. */
  readonly held = new Set<ObjectTrack>()

  /** A track got an observation. */
  add(track: ObjectTrack, entry: ObjectEntry): void {
    const { context, final, kept, observation, told } = entry
    this.observations.set(context.id, { objectId: track.objectId, observation, context, kept, final, told })
    this.held.add(track)
    if (!final) this.open.add(track)
  }

  /** An observation was told of, or its time has passed. */
  changed({ context, final, told }: ObjectEntry): void {
    const known = this.observations.get(context.id)
    if (known !== undefined) this.observations.set(context.id, { ...known, final, told })
  }

  /** A track let go of observations, which are in its estimate now. */
  forgotten(track: ObjectTrack, entries: ReadonlyArray<ObjectEntry>): void {
    if (entries.length === 0) return
    for (const { context } of entries) this.observations.delete(context.id)
    this.tracks.touch(track.objectId)
    if (track.entries.length === 0) this.held.delete(track)
  }

  /** Puts the observations that were kept into their tracks again. One of a sensor that is registered no more is let go. */
  resume({ bySourceId }: SensorRegistry): void {
    for (const [, kept] of Array.from(this.observations.entries())) {
      const track = this.tracks.get(kept.objectId)
      const sensor = bySourceId.get(kept.observation.sourceId)
      if (track === undefined || sensor === undefined) {
        this.observations.delete(kept.context.id)
        continue
      }
      const entry = insert(track, kept.observation, sensor, kept.context, kept.final, kept.kept)
      entry.told = kept.told
      this.held.add(track)
      if (!kept.final) this.open.add(track)
    }
  }
}

export const tracksState = (registry: SensorRegistry, dynamics: Dynamics): StateDecl<Tracks> =>
  structure([
    { name: "tracks", bound: Infinity },
    { name: "observations", bound: Infinity },
    { name: "watermark", bound: 1 }
  ], () => {
    const state = new Tracks()
    return {
      state,
      parts: [
        tablePart("tracks", state.tracks, { value: tracksOf(dynamics) }),
        tablePart("observations", state.observations, { value: kepts }),
        timePart("watermark", state.watermark)
      ],
      ready: () => state.resume(registry)
    }
  })
