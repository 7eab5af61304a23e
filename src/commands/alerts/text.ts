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

/** The ids of the objects, with names where they are known. */
const objectText = (objectId: string, names: ReadonlyMap<string, string>): string => {
  const name = names.get(objectId)
  return printable(name === undefined ? objectId : `${objectId} ${name}`)
}

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
  acknowledgements: ReadonlyArray<Acknowledgement>,
  names: ReadonlyMap<string, string>
): string => {
  const [r, t, n] = alert.missRtnMetres
  const acknowledged = acknowledgementInForce(alert, acknowledgements)
  const fields: ReadonlyArray<readonly [string, string]> = [
    ["alert", printable(alert.alertId)],
    ["objects", alert.objects.map((objectId) => objectText(objectId, names)).join(" and ")],
    ["level", `${alert.level}, by ${alert.levelBy === "probability" ? "probability" : "miss distance"}`],
    ["closest approach", format(alert.tca)],
    ["miss distance", `${metres(alert.missDistanceMetres)}  (1-sigma ${metres(alert.missDistanceSigmaMetres)})`],
    ["  radial, transverse, normal", `${metres(r)}, ${metres(t)}, ${metres(n)}`],
    ["relative speed", `${alert.relativeSpeedMetresPerSecond.toFixed(1)} m/s`],
    ["hard body", `${alert.hardBodyShape} of ${alert.hardBodyRadiusMetres} m`],
    ["probability of collision", probability(alert.pc)],
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
