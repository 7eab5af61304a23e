/** One sensor as people and programs see it: the row of `/v1/sources`. */
import type { SensorState, SensorView } from "../../api/sources.ts"
import { format, type UtcTime } from "../../time/UtcTime.ts"
import { hintsOf, type Peers } from "./hints.ts"
import { slotMillis } from "./RecentSums.ts"
import type { SensorNote } from "./SensorNote.ts"

const share = (part: number, all: number): number => all > 0 ? part / all : 0

const inSeconds = (millis: number | undefined): number | null => millis === undefined ? null : millis / 1000

const stateOf = (note: SensorNote, isSuspect: boolean, spoke: boolean): SensorState =>
  note.speech.isSilent
    ? "silent"
    : isSuspect
    ? "suspect"
    : spoke
    ? "ok"
    : note.sight?.visible === 0
    ? "idle"
    : note.lastIngest === undefined
    ? "waiting"
    : "ok"

/** `pipelineLagMillis`: from receipt to decoding, of its last observation. */
export const sensorView = (
  note: SensorNote,
  now: UtcTime,
  peers: Peers,
  pipelineLagMillis: number | undefined
): SensorView => {
  const { lastDead, lastIngest, observations, sensor, sight, speech, startedAt } = note
  const recent = note.recent(now)
  const { clockOffset, components } = note.residualSummary(now)
  const hints = hintsOf(note, now, peers)
  const perSecond = note.perSecond(now)
  const expected = speech.expected(sight?.visible)
  return {
    sourceId: sensor.sourceId,
    kind: sensor.kind,
    state: stateOf(note, hints.length > 0, perSecond > 0),
    lastSeen: lastIngest === undefined ? null : format(lastIngest),
    silentSeconds: Math.max(0, now - (lastIngest ?? startedAt)) / 1000,
    observations,
    cadence: {
      perSecond,
      expectedPerSecond: expected === undefined ? null : expected / (slotMillis / 1000),
      visible: sight?.visible ?? null,
      basis: sight?.basis ?? "not known yet"
    },
    lag: {
      lastSeconds: inSeconds(note.lastLagMillis),
      meanSeconds: inSeconds(recent.meanLagMillis),
      pipelineSeconds: inSeconds(pipelineLagMillis)
    },
    recent: {
      seconds: recent.seconds,
      received: recent.received,
      dead: recent.dead,
      deadShare: share(recent.dead, recent.received),
      uncorrelated: recent.uncorrelated,
      uncorrelatedShare: share(recent.uncorrelated, recent.received),
      crossTagged: recent.crossTagged,
      crossTaggedShare: share(recent.crossTagged, recent.hinted),
      deadByKind: Object.fromEntries(recent.deadByKind)
    },
    residuals: components,
    clockOffset: clockOffset === undefined ? null : { seconds: clockOffset.seconds, sigma: clockOffset.sigma },
    lastDead: lastDead ?? null,
    hints: hints.map(({ cause, text }) => ({ cause, text, since: format(note.sinceOf(cause, now)) }))
  }
}
