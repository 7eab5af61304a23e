/** What a run did: the summary that `--json` prints. Its shape is a promise; fields may be added. */
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { CanaryCounts } from "../../domain/api/canary.ts"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"
import type { SourceCounters } from "../../layers/sources/SourceStats.ts"
import type { StageCounts } from "../../layers/stage/StageRegistry.ts"
import type { ObservationTally } from "../../operators/fusion/observations/decode.ts"
import { alertJson } from "../alerts/alertJson.ts"
import { columns } from "../text.ts"

export interface RunReport {
  /** It was asked to stop before it was over. */
  readonly stopped?: boolean
  readonly seed: number | undefined
  readonly startedAt: UtcTime
  readonly stoppedAt: UtcTime
  readonly tally: ObservationTally
  readonly stages: ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>
  readonly alerts: ReadonlyArray<ConjunctionAlert>
  readonly deadLetters: ReadonlyMap<string, number>
  readonly sources: ReadonlyMap<string, Readonly<SourceCounters>>
  readonly canaries: CanaryCounts
  /** Sampled at the head by this run. */
  readonly tracesSampled: number
  /** Stored or handed to the exporter. */
  readonly tracesKept: number
}

const sum = (counts: ReadonlyMap<string, number>): number => counts.values().reduce((total, count) => total + count, 0)

/** Why a run over a file was for nothing: not one of its records could be used. `undefined` where one was. */
export const nothingUsable = (report: RunReport, file: string): string | undefined => {
  const received = sum(new Map(Array.from(report.sources, ([name, counters]) => [name, counters.received])))
  const dead = sum(report.deadLetters)
  const readBefore = report.sources.values().some(({ readBefore }) => readBefore > 0)
  if (sum(report.tally.byKind) > 0 || dead < received || (received === 0 && readBefore)) return undefined
  const kinds = Array.from(report.deadLetters, ([kind, count]) => `${kind} ${count}`).join(", ")
  return received === 0
    ? `${file}: there is no observation in it`
    : `${file}: nothing in it can be used: ${received} records, all of them dead letters (${kinds})`
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => a < b ? -1 : 1

const byTca = (a: ConjunctionAlert, b: ConjunctionAlert): number => a.tca - b.tca || (a.alertId < b.alertId ? -1 : 1)

export const toJson = (report: RunReport) => ({
  seed: report.seed ?? null,
  startedAt: format(report.startedAt),
  stoppedAt: format(report.stoppedAt),
  elapsedSeconds: (report.stoppedAt - report.startedAt) / 1000,
  observations: {
    total: sum(report.tally.byKind),
    bySourceKind: Object.fromEntries(Array.from(report.tally.byKind).sort(byName)),
    bySensor: Object.fromEntries(
      Array.from(report.tally.bySensor).sort(byName).map((
        [sensor, { newest, observations }]
      ) => [sensor, { observations, newest: newest === undefined ? null : format(newest) }])
    )
  },
  stages: report.stages.map(([stage, counts]) => ({
    stage,
    in: counts.in,
    processed: counts.processed,
    filtered: counts.filtered,
    late: counts.late,
    dead: counts.dead,
    shed: counts.shed,
    inFlight: counts.inFlight,
    emitted: counts.emitted,
    evicted: counts.evicted,
    filteredReasons: Object.fromEntries(counts.filteredReasons)
  })),
  alerts: report.alerts.toSorted(byTca).map(alertJson),
  deadLetters: { total: sum(report.deadLetters), byErrorKind: Object.fromEntries(report.deadLetters) },
  sources: Object.fromEntries(
    Array.from(
      report.sources,
      (
        [name, { lastSeen, ...counters }]
      ) => [name, { ...counters, lastSeen: lastSeen === undefined ? null : format(lastSeen) }]
    )
  ),
  canaries: report.canaries,
  traces: { sampled: report.tracesSampled, kept: report.tracesKept }
})

/** The same for a person, a line each. */
export const toText = (report: RunReport): string => {
  const { alerts, canaries, deadLetters, observations, stages } = toJson(report)
  const kinds = Object.entries(observations.bySourceKind).map(([kind, count]) => `${kind} ${count}`).join(", ")
  const letters = Object.entries(deadLetters.byErrorKind).map(([kind, count]) => `${kind} ${count}`).join(", ")
  return [
    `observations ${observations.total} (${kinds || "none"})`,
    ...columns([
      ["stage", "in", "out", "filtered", "late", "dead"],
      ...stages.map(({ dead, emitted, filtered, in: into, late, stage }) =>
        [stage, into, emitted, filtered, late, dead].map(String)
      )
    ], "  "),
    "  out may be more than in: track gives an update at once, and again when no older observation can come",
    `alerts ${alerts.length}`,
    ...alerts.map((alert) =>
      `  ${alert.level.padEnd(9)} ${alert.objects.join(" / ")}  TCA ${alert.tca}  miss ${
        alert.missDistanceMetres.toFixed(1)
      } m`
      + ` (1-sigma ${alert.missDistanceSigmaMetres.toFixed(1)} m)  Pc ${
        alert.pc?.toExponential(2) ?? "none"
      } ${alert.validity}`
    ),
    `dead letters ${deadLetters.total}${letters === "" ? "" : ` (${letters})`}`,
    ...(canaries.emitted === 0 ? [] : [
      `canaries ${canaries.emitted}  arrived ${canaries.arrived}  late ${canaries.late}  missed ${canaries.missed}`
    ])
  ].join("\n")
}
