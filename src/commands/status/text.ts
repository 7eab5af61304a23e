/** A status for a person: what is wrong first, then the figures, in columns that stay in place. */
import type { SensorView, SourcesAnswer } from "../../domain/api/sources.ts"
import type { StatusAnswer } from "../../domain/api/status.ts"
import { short } from "../run/statusText.ts"
import { columns, printable } from "../text.ts"

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`

/** `0.3 s`, `42 s`, `17 min`, `5.2 h` */
export const span = (seconds: number): string => {
  const size = Math.abs(seconds)
  if (size < 9.95) return `${seconds.toFixed(1)} s`
  if (size < 600) return `${seconds.toFixed(0)} s`
  return size < 36_000 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`
}

const orDash = (value: number | null, text: (value: number) => string): string => value === null ? "-" : text(value)

const clockTime = (time: string): string => `${time.slice(0, 19)}Z`

const marks: Readonly<Record<SensorView["state"], string>> = {
  ok: "ok",
  idle: "idle",
  waiting: "waiting",
  silent: "SILENT",
  suspect: "SUSPECT"
}

const cadenceText = ({ cadence: { expectedPerSecond, perSecond } }: SensorView): string =>
  `${perSecond.toFixed(1)}/${expectedPerSecond === null ? "?" : expectedPerSecond.toFixed(1)}`

const worstBias = ({ residuals }: SensorView): string => {
  const [worst] = residuals.toSorted((a, b) => Math.abs(b.normalisedBias) - Math.abs(a.normalisedBias))
  return worst === undefined ? "-" : `${worst.normalisedBias.toFixed(1)} ${worst.component}`
}

const worstScatter = ({ residuals }: SensorView): string => {
  const [worst] = residuals.toSorted((a, b) => b.normalisedScatter - a.normalisedScatter)
  return worst === undefined ? "-" : worst.normalisedScatter.toFixed(1)
}

/** A row a sensor, then what each hint says. */
export const sensorLines = ({ sensors }: SourcesAnswer): ReadonlyArray<string> => [
  ...columns([
    ["sensor", "state", "seen", "now/expected", "lag", "dead", "no object", "bias/σ", "scatter/σ"],
    ...sensors.map((sensor) => [
      printable(sensor.sourceId),
      marks[sensor.state],
      sensor.lastSeen === null ? "never" : span(sensor.silentSeconds),
      cadenceText(sensor),
      orDash(sensor.lag.meanSeconds, span),
      percent(sensor.recent.deadShare),
      percent(sensor.recent.uncorrelatedShare),
      worstBias(sensor),
      worstScatter(sensor)
    ])
  ]),
  ...sensors.flatMap(({ hints, sourceId }) =>
    hints.map(({ cause, since, text }) =>
      `! ${printable(sourceId)}: ${cause} since ${clockTime(since)}: ${printable(text)}`
    )
  )
]

const healthLines = ({ health, sensors: { suspects } }: StatusAnswer): ReadonlyArray<string> => [
  ...health.checks.filter(({ status }) => status !== "ok").map(({ name, reason, status }) =>
    `! ${printable(name)} ${status}: ${printable(reason)}`
  ),
  ...suspects.map(({ cause, since, sourceId, text }) =>
    `! ${printable(sourceId)}: ${cause} since ${clockTime(since)}: ${printable(text)}`
  )
]

const stageLines = ({ rates: { bottleneck, stages } }: StatusAnswer): ReadonlyArray<string> =>
  columns([
    ["stage", "in/s", "out/s", "busy", "waits", "in", "out", "late", "dead"],
    ...stages.map((stage) => [
      `${printable(stage.stage)}${stage.stage === bottleneck ? " <- bottleneck" : ""}`,
      short(Math.round(stage.perSecond)),
      short(Math.round(stage.emittedPerSecond)),
      percent(stage.busy),
      percent(stage.backpressured),
      short(stage.in),
      short(stage.emitted),
      short(stage.late),
      short(stage.dead)
    ])
  ])

const kindsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts).map(([kind, count]) => `${kind} ${short(count)}`).join(", ")

const inBrackets = (text: string): string => text === "" ? "" : ` (${text})`

export const statusText = (status: StatusAnswer): string => {
  const { alerts, budget, canaries, deadLetters, health, lag, process, rates, sensors } = status
  return [
    `perigee ${status.version}  ${clockTime(status.at)}  up ${
      span(status.uptimeSeconds)
    }  role ${status.role}  ${health.status}`,
    ...healthLines(status),
    "",
    `observations  ${short(Math.round(rates.observationsPerSecond))}/s, ${short(rates.observations)} in all${
      inBrackets(kindsText(rates.bySourceKind))
    }`,
    `sensors       ${sensors.ok} ok, ${
      sensors.suspects.length === 0 ? "none" : new Set(sensors.suspects.map(({ sourceId }) => sourceId)).size
    } suspect, ${sensors.idle} idle, ${sensors.waiting} not heard yet, of ${sensors.total}`,
    `lag           partners ${orDash(lag.sourceSeconds, span)}, ours ${orDash(lag.pipelineSeconds, span)}, watermark ${
      orDash(lag.watermarkSeconds, span)
    }, unread ${short(lag.unreadRecords)}`,
    `alerts        ${alerts.open} open: ${alerts.action} action, ${alerts.attention} attention`,
    ...alerts.next.map(({ level, missDistanceMetres, objects, pc, tca, validity }) =>
      `  ${level.padEnd(9)} ${objects.map(printable).join(" / ")}  TCA ${clockTime(tca)}  miss ${
        missDistanceMetres.toFixed(0)
      } m  Pc ${orDash(pc, (value) => value.toExponential(1))} ${validity}`
    ),
    `dead letters  ${short(deadLetters.total)}, ${deadLetters.perSecond.toFixed(1)}/s${
      inBrackets(kindsText(deadLetters.byErrorKind))
    }`,
    ...budget.map(({ band, burnRates, compliance, name, remaining }) =>
      `budget        ${name}: ${percent(remaining)} left, ${band}; ${(100 * compliance).toFixed(2)} % in time, burns ${
        (burnRates["1h"] ?? 0).toFixed(1)
      } times the allowed rate over 1 h`
    ),
    `canaries      ${
      canaries.enabled
        ? `${canaries.emitted} sent, ${canaries.arrived} arrived, ${canaries.late} late, ${canaries.missed} missed`
        : "off"
    }`,
    `process       pid ${process.pid}, event loop ${orDash(process.eventLoopUtilization, percent)} busy, ${
      orDash(process.residentBytes, (bytes) => `${(bytes / 1e6).toFixed(0)} MB`)
    } resident`,
    "",
    ...stageLines(status)
  ].join("\n")
}
