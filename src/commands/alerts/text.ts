/** Alerts for people. */
import { type Acknowledgement, acknowledgementInForce } from "../../domain/alert/Acknowledgement.ts"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"
import type { ListedAlert } from "../../layers/alerts/readAlerts.ts"
import { columns, counted, printable } from "../text.ts"

/** To the second: what a person compares with a clock. */
const second = (time: UtcTime): string => `${format(time).slice(0, 19)}Z`

const metres = (value: number): string =>
  `${value.toLocaleString("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 })} m`

const probability = (pc: number | null): string => pc?.toExponential(2) ?? "none"

/** What is known of an object. */
const objectText = (alert: ConjunctionAlert, place: 0 | 1): string => {
  const objectId = alert.objects[place]
  const state = alert.states?.objects[place]
  if (state === undefined) return printable(objectId)
  const { internationalDesignator, lastObserved, manoeuvreSuspected, name, observations } = state
  const tracked = lastObserved === null
    ? "by its element set alone"
    : `${counted(observations, "observation")}, the last at ${second(lastObserved)}`
  return printable(
    `${objectId} ${name} ${internationalDesignator}`.trim() +
      `: ${tracked}${manoeuvreSuspected ? ", manoeuvre suspected" : ""}`
  )
}

/** A method of the probability, in words. */
const methodText = ({ pcCurved, pcMethod, pcStraight }: ConjunctionAlert): string =>
  pcMethod === undefined || pcMethod === null
    ? ""
    : `  (${pcMethod === "2d" ? "2-D, straight relative motion" : `${pcMethod}, bent paths`}${
      typeof pcCurved === "number"
        ? `; straight ${probability(pcStraight ?? null)}, bent ${probability(pcCurved)}`
        : ""
    })`

const header = ["LEVEL", "PC", "TCA", "MISS", "OBJECTS", "VALIDITY", "ID", "VERSION", "ACKNOWLEDGED BY"]

export interface AlertListing {
  /** Those shown, the gravest first. */
  readonly shown: ReadonlyArray<ListedAlert>
  /** Of all that match. */
  readonly byLevel: ReadonlyMap<string, number>
  readonly unreadable: number
}

export const listText = (
  { byLevel, shown, unreadable }: AlertListing,
  acknowledgements: ReadonlyMap<string, ReadonlyArray<Acknowledgement>>
): string => {
  const rows = shown.map(({ alert }) => [
    alert.level,
    probability(alert.pc),
    second(alert.tca),
    metres(alert.missDistanceMetres),
    printable(alert.objects.join(" / ")),
    alert.validity,
    printable(alert.alertId),
    String(alert.sequence),
    printable(acknowledgementInForce(alert, acknowledgements.get(alert.alertId) ?? [])?.by ?? "-")
  ])
  const total = byLevel.values().reduce((sum, count) => sum + count, 0)
  const levels = Array.from(byLevel, ([level, count]) => `${level} ${count}`).join(", ")
  return [
    ...(rows.length === 0 ? [] : columns([header, ...rows])),
    total === 0
      ? "no alerts"
      : `${counted(total, "alert")}: ${levels}${
        shown.length < total ? `; the ${shown.length} that matter most are shown` : ""
      }`,
    ...(unreadable === 0 ? [] : [`no alert that this version can read: ${counted(unreadable, "record")}`])
  ].join("\n")
}

export const shownText = (
  { alert, openedAt, updatedAt }: ListedAlert,
  versions: ReadonlyArray<ConjunctionAlert>,
  acknowledgements: ReadonlyArray<Acknowledgement>
): string => {
  const [r, t, n] = alert.missRtnMetres
  const acknowledged = acknowledgementInForce(alert, acknowledgements)
  const fields: ReadonlyArray<readonly [string, string]> = [
    ["alert", printable(alert.alertId)],
    ["first object", objectText(alert, 0)],
    ["second object", objectText(alert, 1)],
    ["level", `${alert.level}, by ${alert.levelBy === "probability" ? "probability" : "miss distance"}`],
    ["closest approach", format(alert.tca)],
    ["miss distance", `${metres(alert.missDistanceMetres)}  (1-sigma ${metres(alert.missDistanceSigmaMetres)})`],
    ["  radial, transverse, normal", `${metres(r)}, ${metres(t)}, ${metres(n)}`],
    ["relative speed", `${alert.relativeSpeedMetresPerSecond.toFixed(1)} m/s`],
    [
      "hard body",
      `${alert.hardBodyShape} of ${alert.hardBodyRadiusMetres} m${
        alert.hardBodySource === undefined ? "" : `, ${printable(alert.hardBodySource)}`
      }`
    ],
    ["probability of collision", probability(alert.pc) + methodText(alert)],
    ["  highest, over all scales", probability(alert.pcMaximum)],
    [
      "Mahalanobis distance",
      alert.mahalanobisSquared === null ? "none" : `${Math.sqrt(alert.mahalanobisSquared).toPrecision(4)} sigma`
    ],
    ["validity", alert.validity],
    ["opened", format(openedAt)],
    ["updated", `${format(updatedAt)}, version ${alert.sequence}${alert.final ? ", final" : ", speculative"}`],
    [
      "observed until",
      `${format(alert.observedUntil)}, ${counted(alert.observations, "observation")} in the last window`
    ],
    [
      "acknowledged",
      acknowledged === undefined
        ? acknowledgements.length === 0 ? "no" : "not since it became more urgent"
        : `by ${printable(acknowledged.by)} at ${format(acknowledged.at)}, version ${acknowledged.sequence}${
          acknowledged.note === undefined ? "" : `: ${printable(acknowledged.note)}`
        }`
    ]
  ]
  const rows = versions.map((version) => [
    String(version.sequence),
    format(version.emittedAt),
    version.level,
    probability(version.pc),
    metres(version.missDistanceMetres),
    metres(version.missDistanceSigmaMetres),
    format(version.tca),
    version.validity,
    version.final ? "final" : "speculative"
  ])
  return [
    ...columns(fields),
    ...alert.conditions.map((condition) => `- ${printable(condition)}`),
    "",
    ...columns([["VERSION", "EMITTED", "LEVEL", "PC", "MISS", "1-SIGMA", "TCA", "VALIDITY", ""], ...rows])
  ].join("\n")
}
