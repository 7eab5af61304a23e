/** An alert as programs get it. The shape is a promise; fields may be added. */
import { Schema } from "effect"
import { type Acknowledgement, acknowledgementInForce } from "../../domain/alert/Acknowledgement.ts"
import { AlertStates } from "../../domain/alert/AlertStates.ts"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { format } from "../../domain/time/UtcTime.ts"
import type { ListedAlert } from "../../layers/alerts/readAlerts.ts"

export const alertJson = (alert: ConjunctionAlert) => ({
  alertId: alert.alertId,
  objects: alert.objects,
  level: alert.level,
  levelBy: alert.levelBy,
  tca: format(alert.tca),
  missDistanceMetres: alert.missDistanceMetres,
  missDistanceSigmaMetres: alert.missDistanceSigmaMetres,
  pc: alert.pc,
  pcMaximum: alert.pcMaximum,
  validity: alert.validity,
  final: alert.final,
  sequence: alert.sequence
})

export const acknowledgementJson = ({ at, by, level, note, sequence }: Acknowledgement) => ({
  by,
  at: format(at),
  sequence,
  level,
  note: note ?? null
})

/** One of the list: `acknowledgedBy` is null where nobody has, or the alert has become more urgent since. */
export const listedJson = (
  { alert, openedAt, updatedAt }: ListedAlert,
  acknowledgements: ReadonlyArray<Acknowledgement>
) => {
  const acknowledged = acknowledgementInForce(alert, acknowledgements)
  return {
    ...alertJson(alert),
    openedAt: format(openedAt),
    updatedAt: format(updatedAt),
    acknowledgedBy: acknowledged?.by ?? null,
    acknowledgedAt: acknowledged === undefined ? null : format(acknowledged.at)
  }
}

const statesJson = Schema.encodeSync(AlertStates)

/** All that is known of one, with its versions, the first one first. */
export const shownJson = (
  listed: ListedAlert,
  versions: ReadonlyArray<ConjunctionAlert>,
  acknowledgements: ReadonlyArray<Acknowledgement>
) => {
  const { alert } = listed
  return {
    ...listedJson(listed, acknowledgements),
    emittedAt: format(alert.emittedAt),
    observedUntil: format(alert.observedUntil),
    observations: alert.observations,
    missRtnMetres: alert.missRtnMetres,
    relativeSpeedMetresPerSecond: alert.relativeSpeedMetresPerSecond,
    hardBodyRadiusMetres: alert.hardBodyRadiusMetres,
    hardBodyShape: alert.hardBodyShape,
    hardBodySource: alert.hardBodySource ?? null,
    pcMethod: alert.pcMethod ?? null,
    pcStraight: alert.pcStraight ?? null,
    pcCurved: alert.pcCurved ?? null,
    mahalanobisSquared: alert.mahalanobisSquared,
    conditions: alert.conditions,
    states: alert.states === undefined ? null : statesJson(alert.states),
    acknowledgements: acknowledgements.map(acknowledgementJson),
    versions: versions.map((version) => ({
      ...alertJson(version),
      emittedAt: format(version.emittedAt),
      observedUntil: format(version.observedUntil),
      missRtnMetres: version.missRtnMetres
    }))
  }
}
