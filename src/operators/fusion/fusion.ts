/**
 * The fusion pipeline as one composed value: raw records in, delivered versions of conjunction alerts out.
 *
 *     decode -> validate -> dedupe -> watermark -> match -> track -> uncorrelated -> screen -> correlate -> assess -> alert
 *            -> (conjunctions, where assets are given) -> dedupe-alerts -> publish
 *
 * Synthetic traffic goes the same way, with sensors, objects, screening and windows of its own, and ends in `correlate` or `publish`: canaries, see
 * docs/canaries.md. Whether any are sent changes no result.
 */
import { identity, pipe, Record } from "effect"
import type { Assets } from "../../domain/alert/assets.ts"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import { isSensorKind, type SensorKind, sourceKinds } from "../../domain/observation/sourceKinds.ts"
import type { MeanElements } from "../../domain/orbit/catalogue/MeanElements.ts"
import type { HardBodies } from "../../domain/orbit/encounter/HardBody.ts"
import { makeCandidates } from "../../domain/orbit/tracking/candidates.ts"
import {
  type Dynamics,
  numericDynamics,
  sgp4Dynamics,
  type TrackDynamics
} from "../../domain/orbit/tracking/Dynamics.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { AlertStore } from "../../layers/alerts/AlertStore.ts"
import type { MessageLog } from "../../layers/log/MessageLog.ts"
import { dedupe } from "../keyed/dedupe.ts"
import { type Operator, type StageServices, via } from "../stage/Stage.ts"
import { assignWatermarks, type SourceLateness } from "../time/assignWatermarks.ts"
import { alert } from "./alerts/alert.ts"
import { publish } from "./alerts/publish.ts"
import { publishConjunctions } from "./alerts/publishConjunctions.ts"
import { canaries } from "./canaries.ts"
import { assess } from "./conjunctions/assess.ts"
import { correlate } from "./conjunctions/correlate.ts"
import { screenConjunctions } from "./conjunctions/screenConjunctions.ts"
import { observationEventsBeside } from "./fusionSource.ts"
import { decode, type ObservationTally } from "./observations/decode.ts"
import { validate } from "./observations/validate.ts"
import type { Synthetics } from "./Synthetics.ts"
import { associate } from "./tracking/associate.ts"
import { publishUncorrelated } from "./tracking/publishUncorrelated.ts"

/** Times in ms, distances in m. */
export interface FusionSettings {
  readonly allowedLatenessMillis: number
  readonly lateness: Readonly<Record<SensorKind, SourceLateness>>
  readonly dedupeTtlMillis: number
  readonly dedupeCapacity: number
  readonly windowMillis: number
  readonly slideMillis: number
  readonly screenHorizonMillis: number
  readonly screenThresholdMetres: number
  /** Assesses a conjunction at every update of its objects, also where none can change what is said. */
  readonly assessEvery?: boolean
  /** By what objects that are observed move. */
  readonly trackDynamics: TrackDynamics
}

export const defaultFusionSettings: FusionSettings = {
  allowedLatenessMillis: 5000,
  lateness: Record.map(sourceKinds, ({ idleMillis, latenessMillis }) => ({ latenessMillis, idleMillis })),
  // A duplicate comes within the greatest lateness plus what is allowed; ten minutes leave room for a polled archive that goes back.
  dedupeTtlMillis: 600_000,
  dedupeCapacity: 1_000_000,
  windowMillis: 30_000,
  slideMillis: 5000,
  screenHorizonMillis: 86_400_000,
  // 10 km of interest and 15 km that a track may move a catalogue's closest approach.
  screenThresholdMetres: 25_000,
  trackDynamics: "sgp4"
}

export interface FusionOptions {
  readonly registry: SensorRegistry
  readonly catalogue: ReadonlyMap<string, MeanElements>
  readonly now: () => UtcTime
  /** The greatest sequence delivered so far, by alert id. */
  readonly alertSequences: ReadonlyMap<string, number>
  readonly settings?: FusionSettings
  readonly tally?: ObservationTally
  /** The protected objects; without them every pair raises alerts. */
  readonly assets?: Assets
  /** Sizes of objects, where they are known. */
  readonly bodies?: HardBodies
  /** Sensors whose observations are given up as `Shed` for now. */
  readonly isPaused?: (sourceId: string) => boolean
  /** See `assignWatermarks`: `ticks` where sensors are live. */
  readonly idleBy?: "events" | "ticks"
  /** By default canaries, of whose arrival nobody is told. */
  readonly synthetics?: Synthetics
}

/** One Earth for all: the orientation that the sensors are told. */
const numericOf = ({ bySourceId }: SensorRegistry): Dynamics => {
  const [sensor] = bySourceId.values()
  return numericDynamics({
    sensorOf: (sourceId) => bySourceId.get(sourceId),
    ...(sensor?.earthOrientation !== undefined && { earthOrientation: sensor.earthOrientation })
  })
}

export const defaultSynthetics: Synthetics = canaries()

/** How records of the topic are read, canaries among them. */
export const observationEvents = observationEventsBeside(defaultSynthetics)

export const fusion = (
  options: FusionOptions
): Operator<ReceivedRecord, ConjunctionAlert, never, StageServices | MessageLog | AlertStore> => {
  const {
    alertSequences,
    assets,
    bodies,
    catalogue,
    now,
    idleBy,
    registry,
    settings = defaultFusionSettings,
    synthetics = defaultSynthetics,
    tally
  } = options
  const candidates = synthetics.withObjects(makeCandidates(catalogue))
  const sensors = synthetics.withSensors(registry)
  const { allowedLatenessMillis, lateness, slideMillis, trackDynamics, windowMillis } = settings
  const dynamics = trackDynamics === "numeric" ? numericOf(sensors) : sgp4Dynamics
  const latenessOf = (kind: string): SourceLateness => {
    // Decoding lets through no other: a kind that nobody gave a lateness is a bug, and is never given that of another.
    if (!isSensorKind(kind)) throw new Error(`no lateness is set for a source of kind "${kind}"`)
    return lateness[kind]
  }
  return pipe(
    decode(sensors, tally),
    via(validate(sensors, tally, options.isPaused)),
    via(dedupe({
      key: ({ observationId }) => observationId,
      ttlMillis: settings.dedupeTtlMillis,
      capacity: settings.dedupeCapacity
    })),
    via(assignWatermarks({
      sources: new Map(Array.from(registry.bySourceId, ([id, { kind }]) => [id, latenessOf(kind)] as const)),
      lateness: ({ sourceId, sourceKind }) => latenessOf(sensors.bySourceId.get(sourceId)?.kind ?? sourceKind),
      aside: ({ sourceKind }) => sourceKind === synthetics.kind,
      allowedLatenessMillis,
      ...(idleBy !== undefined && { idleBy })
    })),
    via(associate({
      candidates,
      registry: sensors,
      allowedLatenessMillis,
      dynamics,
      synthetics,
      notes: tally?.notes
    })),
    via(publishUncorrelated(synthetics)),
    via(screenConjunctions({
      objects: Array.from(catalogue.keys()),
      candidates,
      horizonMillis: settings.screenHorizonMillis,
      thresholdMetres: settings.screenThresholdMetres,
      synthetics
    })),
    via(correlate({
      candidates,
      windowMillis,
      slideMillis,
      exhaustive: settings.assessEvery ?? false,
      synthetics
    })),
    via(assess({ dynamics, ...(bodies !== undefined && { bodies }) })),
    via(alert({ sequences: alertSequences, now, synthetics })),
    assets === undefined ? identity : via(publishConjunctions(assets, synthetics)),
    via(dedupe({
      name: "dedupe-alerts",
      key: ({ alertId, sequence }: ConjunctionAlert) => `${alertId}/${sequence}`,
      ttlMillis: 300_000,
      capacity: 100_000
    })),
    via(publish(synthetics))
  )
}
