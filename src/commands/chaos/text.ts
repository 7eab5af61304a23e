/** Experiments for a person. */
import type { ChaosAnswer, ChaosReport, ConditionCheck } from "../../domain/api/chaos.ts"
import { targetText } from "../../domain/chaos/Experiment.ts"
import { columns, printable } from "../text.ts"

const checkLine = ({ condition, holds, value }: ConditionCheck): string =>
  `    ${holds ? "holds " : "BROKEN"} ${printable(condition)}, is ${
    value === null ? "unknown" : Number.isInteger(value) ? value : value.toPrecision(4)
  }`

const endText = ({ end, endedAt }: ChaosReport): string => end === null ? "under way" : `${end} at ${endedAt}`

const radiusText = ({ experiment: { radius } }: ChaosReport): string =>
  `${(radius.share * 100).toFixed(0)} % ${
    radius.sources.length === 0 ? "of all" : `of ${radius.sources.map(printable).join(", ")}`
  }, at most ${radius.seconds} s`

/** What a game day is written down from. */
export const reportText = (report: ChaosReport): string => {
  const { before, during, end, experiment, id, recoveredAt, startedAt, struck } = report
  return [
    `${printable(id)}: ${experiment.fault._tag} on ${targetText(experiment.target)}`,
    `  began ${startedAt}, ${endText(report)}; ${radiusText(report)}; ${struck} struck`,
    "  before",
    ...before.map(checkLine),
    `  ${end === "breached" ? "what broke" : "meanwhile"}`,
    ...during.map(checkLine),
    `  afterwards: ${
      recoveredAt === null ? "the steady state has not been seen again yet" : `steady again at ${recoveredAt}`
    }`
  ].join("\n")
}

export const listText = ({ active, enabled, past }: ChaosAnswer): string =>
  !enabled
    ? "chaos is off: PERIGEE_CHAOS=on where experiments may be run"
    : active.length + past.length === 0
    ? "no experiment so far"
    : columns([
      ["id", "fault", "target", "began", "end", "struck", "steady again"],
      ...[...active, ...past].map((report) => [
        printable(report.id),
        report.experiment.fault._tag,
        targetText(report.experiment.target),
        report.startedAt,
        endText(report),
        String(report.struck),
        report.recoveredAt ?? "-"
      ])
    ]).join("\n")
