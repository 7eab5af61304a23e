/** Settings of the fusion pipeline. */
import { Record } from "effect"
import { definitionOf, type SensorKind, sourceKinds } from "../../domain/observation/sourceKinds.ts"
import { trackDynamics } from "../../domain/orbit/tracking/Dynamics.ts"
import { setting } from "./Setting.ts"
import { choice, duration, number } from "./settingKinds.ts"

const latenessOf = (kind: SensorKind) => {
  const { idleMillis, latenessMillis, observation, sensor, whyIdle, whyLateness } = definitionOf(kind)
  return {
    latenessMillis: setting({
      name: `PERIGEE_${kind.toUpperCase()}_LATENESS`,
      kind: duration("1d"),
      fallback: latenessMillis,
      what: `How much older than the newest of its sensor ${observation} may be.`,
      why: whyLateness
    }),
    idleMillis: setting({
      name: `PERIGEE_${kind.toUpperCase()}_IDLE`,
      kind: duration("1d"),
      fallback: idleMillis,
      what: `After so long without an observation ${sensor} no longer holds time back.`,
      why: whyIdle
    })
  }
}

/** Of each kind of sensor. */
export const latenessTable = Record.map(sourceKinds, (_, kind) => latenessOf(kind))

export const fusionTable = {
  allowedLateness: setting({
    name: "PERIGEE_ALLOWED_LATENESS",
    kind: duration("1d"),
    fallback: 5000,
    what: "How far beyond its lateness an observation is still taken, as a correction; later ones are dead letters.",
    why: "Covers a pause of the process or the network; longer keeps windows in memory longer."
  }),
  dedupeTtl: setting({
    name: "PERIGEE_DEDUPE_TTL",
    kind: duration("30d"),
    fallback: 600_000,
    what: "How long the id of an observation is remembered to know its duplicates.",
    why:
      "A duplicate comes within the greatest lateness and what is allowed; the rest is for an archive that goes back."
  }),
  dedupeCapacity: setting({
    name: "PERIGEE_DEDUPE_CAPACITY",
    kind: number({ unit: "ids", minimum: 1, maximum: 16_000_000, whole: true }),
    fallback: 1_000_000,
    what: "Most ids that are remembered; the oldest goes first.",
    why: "About 100 MB, and 1,600 observations a second over the whole time."
  }),
  window: setting({
    name: "PERIGEE_WINDOW",
    kind: duration("1d"),
    fallback: 30_000,
    what: "Length of the window of event time that gathers what bears on a pair.",
    why: "A radar's pass over one object gives tens of samples in it."
  }),
  windowSlide: setting({
    name: "PERIGEE_WINDOW_SLIDE",
    kind: duration("1d"),
    fallback: 5000,
    what: "From the start of one window to the next; not above the window.",
    why: "How long an alert may wait to become final, beyond the lateness."
  }),
  screenHorizon: setting({
    name: "PERIGEE_SCREEN_HORIZON",
    kind: duration("7d"),
    fallback: 86_400_000,
    what: "How far ahead conjunctions are looked for.",
    why:
      "A day leaves time to act, and element sets are worth something for about that long; the time that a screening takes grows with it."
  }),
  screeningThreads: setting({
    name: "PERIGEE_SCREENING_THREADS",
    kind: number({ unit: "threads", minimum: 0, maximum: 64, whole: true }),
    fallback: 1,
    what:
      "Worker threads that screen the catalogue beside the pipeline; 0, and under 1000 objects: its own thread does it, in turns.",
    why: "One leaves a core of two to the pipeline. Each holds some 3 kB an object, and costs a CPU-second to start."
  }),
  screenThreshold: setting({
    name: "PERIGEE_SCREEN_THRESHOLD",
    kind: number({ unit: "m", minimum: 0, maximum: 1_000_000, above: true }),
    fallback: 25_000,
    what: "Closest approaches of the catalogue's orbits under this are followed.",
    why: "10 km of interest and 15 km by which a track may move a catalogue's closest approach."
  }),
  trackDynamics: setting({
    name: "PERIGEE_TRACK_DYNAMICS",
    kind: choice(...trackDynamics),
    fallback: "sgp4",
    what:
      "How the orbit of an object that is observed is carried from one observation to the next: `numeric` integrates it (docs/tracking.md), `sgp4`"
      + " corrects its element set.",
    why:
      "The simulator flies SGP4 unless it is told otherwise. Real satellites leave SGP4 by hundreds of metres within a revolution: `numeric` is for them, at"
      + " some 10 ms of integration for each observation of an object with a conjunction ahead."
  }),
  alertRetention: setting({
    name: "PERIGEE_ALERT_RETENTION",
    kind: duration("3650d"),
    fallback: 14 * 86_400_000,
    what:
      "How long a closed alert is held in memory and in `alerts.sqlite` after its last version; every version stays on the topic `alerts`. At"
      + " least as long as observations are kept.",
    why:
      "Observations are kept for 7 days: what could be worked off again within that, and as long again, meets the alert that it raised."
  })
}
