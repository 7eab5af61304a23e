/** Which alerts a list is asked for. */
import { type Acknowledgement, acknowledgementInForce } from "../../domain/alert/Acknowledgement.ts"
import type { AlertStatus } from "../../domain/alert/ConjunctionAlert.ts"
import { byUrgency, isOpen } from "../../domain/alert/urgency.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { ListedAlert } from "../../layers/alerts/readAlerts.ts"

export interface AlertFilter {
  /** `open`: attention and action. Without one all but those that were withdrawn: they never were. */
  readonly level: AlertStatus | "open" | undefined
  readonly objectId: string | undefined
  readonly unacknowledged: boolean
  readonly leastPc: number | undefined
  /** m. */
  readonly mostMiss: number | undefined
  /** Of the last version, inclusive. */
  readonly since: UtcTime | undefined
  /** Closest approaches before this. */
  readonly tcaBefore: UtcTime | undefined
}

/** Those that match, what matters most first. */
export const selectAlerts = (
  alerts: ReadonlyArray<ListedAlert>,
  acknowledgements: ReadonlyMap<string, ReadonlyArray<Acknowledgement>>,
  { leastPc, level, mostMiss, objectId, since, tcaBefore, unacknowledged }: AlertFilter
): ReadonlyArray<ListedAlert> =>
  alerts.filter(({ alert, updatedAt }) =>
    (level === undefined
      ? alert.level !== "withdrawn"
      : level === "open"
      ? isOpen(alert)
      : alert.level === level)
    && (objectId === undefined || alert.objects.includes(objectId))
    && (leastPc === undefined || (alert.pc !== null && alert.pc >= leastPc))
    && (mostMiss === undefined || alert.missDistanceMetres <= mostMiss)
    && (since === undefined || updatedAt >= since)
    && (tcaBefore === undefined || alert.tca < tcaBefore)
    && !(unacknowledged
      && acknowledgementInForce(alert, acknowledgements.get(alert.alertId) ?? []) !== undefined)
  ).toSorted((a, b) => byUrgency(a.alert, b.alert))
