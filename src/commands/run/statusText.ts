/** What a run shows of itself, as lines: columns stay where they are, and what matters most is there on a small terminal too. */
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { openAlerts } from "./openAlerts.ts"
import type { Progress } from "./Progress.ts"
import type { Line } from "./screen.ts"

/** What is measured between two looks. */
export interface Rates {
  /** Events into a stage by second of real time. */
  readonly perSecond: ReadonlyMap<string, number>
  /** Share of the time that a stage was at work, 0 to 1. */
  readonly busy: ReadonlyMap<string, number>
}

/** At most five characters: `999`, `12.3k`, `4.56M`. */
export const short = (count: number): string => {
  const [size, unit] = count >= 999_950_000 ? [1e9, "G"] : count >= 999_950 ? [1e6, "M"] : [1e3, "k"]
  if (count < 10_000) return count.toFixed(0)
  const value = count / size
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)}${unit}`
}

const sum = (counts: ReadonlyMap<string, number>): number => counts.values().reduce((total, count) => total + count, 0)

const byKind = (counts: ReadonlyMap<string, number>, text: (count: number) => string): string =>
  Array.from(counts, ([kind, count]) => `${kind} ${text(count)}`).join(", ")

const inBrackets = (text: string): string => text === "" ? "" : ` (${text})`

export const alertLine = (alert: ConjunctionAlert): string =>
  `${alert.level.padEnd(9)} ${alert.objects.join(" / ")}  TCA ${format(alert.tca).slice(0, 19)}Z  miss ${
    alert.missDistanceMetres.toFixed(0)
  } m  Pc ${alert.pc?.toExponential(1) ?? "none"} ${alert.validity}`

const shareText = (share: number | undefined): string =>
  share === undefined ? "" : `  file ${Math.min(100, share * 100).toFixed(0)} %`

/** One line for a file or a pipe. */
export const plainLine = (progress: Progress): string =>
  `${format(progress.now).slice(0, 19)}Z${shareText(progress.inputShare)} observations ${sum(progress.tally.byKind)}${
    inBrackets(byKind(progress.tally.byKind, String)) || " (none)"
  } waiting ${progress.behind} alerts ${openAlerts(progress.alerts).length} dead letters ${sum(progress.deadLetters)}`

/** Of name, events in by real second, in, out, filtered, late, dead, busy. */
const stageWidths = [17, 11, 7, 7, 10, 7, 7, 8]

const stageRow = (cells: ReadonlyArray<string>): string =>
  cells.map((cell, i) => i === 0 ? cell.slice(0, 16).padEnd(17) : cell.padStart(stageWidths[i] ?? 8)).join("")

const sourceRow = (cells: ReadonlyArray<string>): string =>
  cells.map((cell, i) => i === 0 ? cell.slice(0, 17).padEnd(17) : cell.padStart(10)).join("")

const stageLines = ({ stages }: Progress, { busy, perSecond }: Rates): ReadonlyArray<Line> =>
  stages.map(([stage, counts]): Line => ({
    text: stageRow([
      stage,
      short(perSecond.get(stage) ?? 0),
      short(counts.in),
      short(counts.emitted),
      short(counts.filtered),
      short(counts.late),
      short(counts.dead),
      `${((busy.get(stage) ?? 0) * 100).toFixed(0)} %`
    ]),
    colour: counts.dead > 0 ? "yellow" : undefined
  }))

const sourceLines = ({ now, sources }: Progress): ReadonlyArray<Line> =>
  Array.from(sources, ([name, { circuit, dropped, gaps, lastSeen, malformed, received }]): Line => ({
    text: sourceRow([
      name,
      short(received),
      short(malformed),
      short(gaps),
      short(dropped),
      lastSeen === undefined ? "never" : `${short(Math.max(0, Math.round((now - lastSeen) / 1000)))} s ago`
    ]),
    colour: circuit === "Open" || dropped > 0 ? "yellow" : undefined
  }))

const leastAlerts = 3
const mostAlerts = 8

/**
 * At most `rows` lines: time and sums, the sources, the alerts, and as many stages as there is room for. `in` and what follows are counts since the
 * start; `busy` is the share of the last second that a stage was at work.
 */
export const statusLines = (progress: Progress, rates: Rates, rows: number): ReadonlyArray<Line> => {
  const alerts = openAlerts(progress.alerts)
  const head: ReadonlyArray<Line> = [
    {
      text: `${format(progress.now).slice(0, 19)}Z${shareText(progress.inputShare)}  observations ${
        short(sum(progress.tally.byKind))
      }${inBrackets(byKind(progress.tally.byKind, short))}`,
      colour: "bold"
    },
    {
      text: `waiting ${short(progress.behind)}  alerts ${alerts.length}  dead letters ${
        short(sum(progress.deadLetters))
      }${inBrackets(byKind(progress.deadLetters, short))}`
    }
  ]
  const sources: ReadonlyArray<Line> = [
    { text: sourceRow(["source", "received", "malformed", "gaps", "dropped", "last"]), colour: "dim" },
    ...sourceLines(progress)
  ]
  const stages = stageLines(progress, rates)
  const header: Line = {
    text: stageRow(["stage", "in/real s", "in", "out", "filtered", "late", "dead", "busy"]),
    colour: "dim"
  }
  const left = rows - head.length - sources.length
  const forAlerts = Math.min(alerts.length, Math.max(leastAlerts, Math.min(mostAlerts, left - stages.length - 1)))
  const room = left - forAlerts - 1
  const shown = stages.length <= room
    ? stages
    : [...stages.slice(0, Math.max(0, room - 1)), { text: `and ${stages.length - Math.max(0, room - 1)} stages more` }]
  return [
    ...head,
    header,
    ...shown,
    ...sources,
    ...alerts.slice(0, forAlerts).map((alert): Line => ({
      text: alertLine(alert),
      colour: alert.level === "action" ? "red" : "yellow"
    }))
  ]
}
